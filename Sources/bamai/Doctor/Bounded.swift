import Glibc
import Linux
import Synchronization

/// A question that may never be answered, on a thread of its own: a dead file server or resolver must not hold up whoever asks.
struct Bounded<Value: Sendable> {
    private let call: BackgroundCall<Value>?

    /// A site of a thousand devices is read on such a thread. *Units*: bytes.
    private static var stack: Int { 4 << 20 }

    /// Starts it. A thread that cannot be had is an answer that does not come.
    init(_ name: String, _ body: @escaping @Sendable () -> Value) {
        do throws(SystemError) {
            let made = try BackgroundCall<Value>()
            try made.start(name: name, stack: Bounded.stack, body)
            call = made
        } catch {
            call = nil
        }
    }

    /// The answer, once; nil when it has not come by then. *Units*: monotonic nanoseconds.
    func value(until deadline: Int64) -> Value? {
        guard let call else { return nil }
        while true {
            if let value = call.take() { return value }
            let left = deadline - Clocks.monotonicNanoseconds()
            if left <= 0 {
                Unanswered.note()
                return nil
            }
            var waiting = pollfd(fd: call.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, Int32(clamping: left / 1_000_000 + 1))
        }
    }
}

/// Whether questions are still open when the program ends: it must then end without tidying up under their hands.
enum Unanswered {
    private static let flag = Mutex(false)
    static var isAny: Bool { flag.withLock { $0 } }
    static func note() { flag.withLock { $0 = true } }
}
