import Glibc

/// Lines and counted bytes from a descriptor, each with a deadline.
///
/// *Isolation*: one owner, which keeps the descriptor open.
package final class StreamReader {
    private let descriptor: Int32
    private let lineLimit: Int
    private var buffer: [UInt8] = []
    private var hasEnded = false

    /// - Parameter lineLimit: bytes; a longer line counts as the end.
    package init(_ descriptor: Int32, lineLimit: Int) { (self.descriptor, self.lineLimit) = (descriptor, lineLimit) }

    /// The next line, without its line feed.
    ///
    /// - Parameter deadline: nanoseconds of the monotonic clock.
    package func line(deadline: Int64) -> PipedProcess.Arrival {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return .bytes(line)
            }
            searched = buffer.count
            if hasEnded || buffer.count > lineLimit { return .ended }
            if !fill(deadline) { return .late }
        }
    }

    /// Exactly so many bytes.
    package func bytes(_ count: Int, deadline: Int64) -> PipedProcess.Arrival {
        while buffer.count < count {
            if hasEnded { return .ended }
            if !fill(deadline) { return .late }
        }
        let bytes = Array(buffer.prefix(count))
        buffer.removeFirst(count)
        return .bytes(bytes)
    }

    /// Whether the other end has gone; what it has said before stays to be read.
    package func isGone() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !hasEnded, poll(&waiting, 1, 0) > 0, buffer.count <= lineLimit { _ = fill(Clocks.monotonicNanoseconds() + 1_000_000) }
        return hasEnded
    }

    private func fill(_ deadline: Int64) -> Bool {
        let left = (deadline - Clocks.monotonicNanoseconds()) / 1_000_000
        if left < 0 { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&waiting, 1, Int32(clamping: left))
        if ready < 0 && errno == EINTR { return true }
        if ready == 0 { return Clocks.monotonicNanoseconds() < deadline }
        var piece = [UInt8](repeating: 0, count: 65_536)
        // SAFETY: the array lives through the call and is as long as said.
        let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            buffer += piece[..<count]
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            hasEnded = true
        }
        return true
    }
}
