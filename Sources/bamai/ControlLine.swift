import ArgumentParser
import Gateway
import Glibc
import Linux

/// The client's end of a gateway's control socket.
final class ControlLine {
    /// *Units*: bytes. A longer line is no gateway's.
    static let lineLimit = 4 << 20

    /// What reading may come to.
    enum Arrival: Equatable {
        case line([UInt8])
        /// Nothing more for now.
        case nothing
        /// The other end is gone, or speaks no lines.
        case gone
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []
    private var taken = 0
    private var isGone = false

    /// Ends the program with code 3 where no gateway listens.
    init(_ path: String) throws {
        do throws(SystemError) {
            descriptor = try UnixSocket.connect(to: path)
        } catch {
            switch error.code {
            case ENOENT, ECONNREFUSED: Terminal.error("no gateway runs here: nothing listens at \(path) (start one: bamaid SITE)")
            case EACCES: Terminal.error("\(path): you may not; be root, or a member of the socket's group")
            default: Terminal.error("\(error)")
            }
            throw ExitCode(3)
        }
    }

    /// Over a socket that is connected, and that it closes.
    init(connected: Int32) { descriptor = connected }

    deinit { close(descriptor) }

    func send(_ line: String) { Output.raw(line + "\n", to: descriptor) }

    /// The next line that is there, without waiting.
    func next() -> Arrival {
        while true {
            if let end = buffer[taken...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[taken..<end])
                taken = end + 1
                return .line(line)
            }
            if taken > 0 {
                buffer.removeFirst(taken)
                taken = 0
            }
            if isGone || buffer.count > ControlLine.lineLimit { return .gone }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            // SAFETY: the array lives through the call and is as long as said.
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                buffer += bytes[..<count]
            } else if count == 0 {
                isGone = true
            } else if errno == EAGAIN {
                return .nothing
            } else if errno != EINTR {
                isGone = true
            }
        }
    }

    /// The next line within the time; nil where none came.
    func next(within milliseconds: Int64) -> [UInt8]? {
        let end = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
        while true {
            switch next() {
            case .line(let line): return line
            case .gone: return nil
            case .nothing: break
            }
            let left = (end - Clocks.monotonicNanoseconds()) / 1_000_000
            if left <= 0 { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, Int32(clamping: left))
        }
    }
}

/// Where the control socket is: named, or the site's.
struct SocketOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The gateway's control socket (default: the site's).", valueName: "path"))
    var socket: String?

    @OptionGroup var site: SiteOption

    func path() throws -> String { try socket ?? site.load().controlSocket }
}
