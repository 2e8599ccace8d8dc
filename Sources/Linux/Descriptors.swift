internal import CLinux
import Glibc

/// A counter that wakes an event loop from another thread (eventfd).
///
/// *Isolation*: `signal` from any thread; `drain` from the loop's.
package final class EventDescriptor: Sendable {
    /// Readable while there is something to drain.
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try retrying("eventfd") { eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable. Many signals before a drain are one.
    package func signal() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) is readable already.
        _ = write(descriptor, &one, 8)
    }

    /// Makes the descriptor unreadable again.
    package func drain() {
        var value: UInt64 = 0
        _ = read(descriptor, &value, 8)
    }
}

/// A timer of the monotonic clock that an event loop can wait for (timerfd).
package final class TimerDescriptor {
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try retrying("timerfd_create") {
            timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        }
    }

    deinit { close(descriptor) }

    /// Fires once when the monotonic clock reaches `nanoseconds`; at once when that has passed.
    package func arm(atNanoseconds nanoseconds: Int64) {
        let moment = max(1, nanoseconds)
        var setting = itimerspec()
        setting.it_value = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        _ = timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &setting, nil)
    }

    /// Makes the descriptor unreadable again.
    package func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

/// Signals as events of the loop (signalfd); they are blocked for the whole process from here on.
package final class SignalDescriptor {
    package let descriptor: Int32

    /// - Parameter signals: to be made before any thread is started, since threads inherit the mask.
    package init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = try retrying("signalfd") { signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC)) }
    }

    deinit { close(descriptor) }

    /// The next pending signal's number, or nil.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let count = read(descriptor, &information, MemoryLayout<signalfd_siginfo>.size)
        return count == MemoryLayout<signalfd_siginfo>.size ? Int32(information.ssi_signo) : nil
    }
}
