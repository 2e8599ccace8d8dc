internal import CLinux
import Glibc

/// What a descriptor is waited for, and what it turned out to be.
package struct Readiness: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let readable = Readiness(rawValue: 0x001)
    package static let writable = Readiness(rawValue: 0x004)
    /// Always reported, never asked for.
    package static let failed = Readiness(rawValue: 0x008)
    package static let hungUp = Readiness(rawValue: 0x010)
}

/// The kernel's list of descriptors that a loop waits for. Level-triggered.
///
/// *Isolation*: one thread.
package final class Epoll {
    /// Readable while a descriptor of the list is ready: a list may stand in another one.
    package let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: Epoll.batch)
    private var tokens = [UInt64](repeating: 0, count: Epoll.batch)
    private var bits = [UInt32](repeating: 0, count: Epoll.batch)

    /// Events taken from the kernel at once; the rest come with the next wait.
    private static let batch = 64

    package init() throws(SystemError) {
        descriptor = try retrying("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
    }

    deinit { close(descriptor) }

    /// Waits for `descriptor` from now on; `token` comes back with its events.
    package func add(_ descriptor: Int32, _ interest: Readiness, token: UInt64) throws(SystemError) {
        _ = try retrying("epoll_ctl") { bamai_epoll_control(self.descriptor, EPOLL_CTL_ADD, descriptor, interest.rawValue, token) }
    }

    /// Changes what a descriptor is waited for. A descriptor that is closed already is no error.
    package func modify(_ descriptor: Int32, _ interest: Readiness, token: UInt64) {
        _ = bamai_epoll_control(self.descriptor, EPOLL_CTL_MOD, descriptor, interest.rawValue, token)
    }

    /// Waits for a descriptor no more. A descriptor that is closed already is no error.
    package func remove(_ descriptor: Int32) {
        _ = bamai_epoll_control(self.descriptor, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// Waits for events, at most `timeoutMilliseconds` (−1: for ever), and hands each over. A signal ends the wait early.
    package func wait(timeoutMilliseconds: Int32, _ body: (UInt64, Readiness) -> Void) {
        // The arrays' storage is used for the call only.
        let ready = bamai_epoll_wait(descriptor, &events, Int32(Epoll.batch), timeoutMilliseconds, &tokens, &bits)
        guard ready > 0 else { return }
        for index in 0..<Int(ready) { body(tokens[index], Readiness(rawValue: bits[index])) }
    }
}
