import Glibc
import Linux

/// Events of several lines, until a time, a number of them or Ctrl-C.
///
/// *Isolation*: the command's one thread.
final class LineListener {
    enum End: Equatable { case time, signal, enough, failed(Int, GPIOError) }

    private let lines: [GPIOLine]
    private let epoll: Epoll
    private let signals: SignalDescriptor

    private static let signalToken = UInt64.max

    /// Precondition: every line reports edges.
    init(_ lines: [GPIOLine]) throws(SystemError) {
        self.lines = lines
        epoll = try Epoll()
        signals = try SignalDescriptor([SIGINT, SIGTERM])
        try epoll.add(signals.descriptor, .readable, token: LineListener.signalToken)
        for (index, line) in lines.enumerated() { try epoll.add(line.descriptor, .readable, token: UInt64(index)) }
    }

    /// Hands over events as they come: the line's index, and what happened.
    ///
    /// - Parameters:
    ///   - seconds: how long; nil: until a signal.
    ///   - body: returns false when it has had enough.
    func listen(seconds: Double?, _ body: (Int, GPIOEvent) -> Bool) -> End {
        let end = seconds.map { Clocks.monotonicNanoseconds() + Int64($0 * 1e9) } ?? .max
        var result: End?
        var checkAt = Clocks.monotonicNanoseconds() + 1_000_000_000
        while result == nil {
            let now = Clocks.monotonicNanoseconds()
            if now >= end { return .time }
            // Once a second the levels are read: some kernels tell nobody that a chip is gone.
            if now >= checkAt {
                checkAt = now + 1_000_000_000
                for (index, line) in lines.enumerated() {
                    do throws(GPIOError) { _ = try line.level() } catch { return .failed(index, error) }
                }
            }
            epoll.wait(timeoutMilliseconds: Int32(clamping: max(1, (min(end, checkAt) - now) / 1_000_000))) { token, _ in
                guard result == nil else { return }
                if token == LineListener.signalToken {
                    _ = signals.next()
                    result = .signal
                } else {
                    result = read(Int(token), body)
                }
            }
        }
        return result ?? .time
    }

    private func read(_ index: Int, _ body: (Int, GPIOEvent) -> Bool) -> End? {
        var isEnough = false
        do throws(GPIOError) {
            _ = try lines[index].read { if !isEnough { isEnough = !body(index, $0) } }
        } catch {
            return .failed(index, error)
        }
        return isEnough ? .enough : nil
    }
}
