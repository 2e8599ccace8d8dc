internal import CLinux
import Glibc

/// A line that this process holds; given back when the owner goes.
///
/// *Isolation*: one thread at a time.
package final class GPIOLine {
    private let handle: OpaquePointer
    private var events = [bamai_gpio_event](repeating: bamai_gpio_event(), count: GPIOLine.batch)

    /// Events taken from the kernel at once.
    package static let batch = 64

    init(handle: OpaquePointer) { self.handle = handle }

    deinit { bamai_gpio_release(handle) }

    /// Readable while edges wait; below 0: the line reports none.
    package var descriptor: Int32 { bamai_gpio_descriptor(handle) }

    /// The logical level.
    ///
    /// - Throws: `gone` when the chip was taken away.
    package func level() throws(GPIOError) -> Bool {
        let level = bamai_gpio_level(handle)
        guard level >= 0 else { throw GPIOError("level of a line", level) }
        return level == 1
    }

    /// Drives an output.
    package func set(_ isActive: Bool) throws(GPIOError) {
        let result = bamai_gpio_set_level(handle, isActive)
        guard result == 0 else { throw GPIOError("setting a line", result) }
    }

    /// Hands over edges that wait, oldest first, at most `batch`. Returns how many there were.
    ///
    /// - Throws: `gone` when the chip was taken away.
    package func read(_ body: (GPIOEvent) -> Void) throws(GPIOError) -> Int {
        // The array's storage is used for the call only.
        let count = bamai_gpio_read(handle, &events, UInt32(GPIOLine.batch))
        if count == -EAGAIN || count == -EINTR { return 0 }
        guard count >= 0 else { throw GPIOError("reading a line", count) }
        for index in 0..<Int(count) {
            let event = events[index]
            body(GPIOEvent(nanoseconds: event.nanoseconds, lineSequence: event.line_seqno, isRising: event.is_rising))
        }
        return Int(count)
    }
}
