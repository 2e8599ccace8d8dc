import Glibc
import Lifeline
import Lines
import Linux
import Synchronization

/// The outputs of a source, and a thread that drives them to their safe level when the loop stands still.
///
/// A siren must not sound on, nor a lamp say that all is well, because the thread that would switch it hangs in a write to a dying card.
///
/// *Isolation*: `stop` and all else from the loop's thread. The guard's own thread and the loop's touch the outputs only under the lock.
final class OutputGuard: @unchecked Sendable {
    private let lock = Mutex(())
    private let wake: EventDescriptor
    private let patience: Int64
    // Sendable: everything that changes is touched under the lock only.
    private var outputs: [OutputHold]
    private var heardAt: Int64
    private var isStopped = false
    /// Times that the loop was found stuck.
    private var stuck: UInt64 = 0

    /// - Parameter patience: a loop that has not turned for so long is stuck. *Units*: nanoseconds.
    init(_ outputs: [OutputHold], patience: Int64) throws(SystemError) {
        self.outputs = outputs
        self.patience = patience
        wake = try EventDescriptor()
        heardAt = Clocks.monotonicNanoseconds()
        guard !outputs.isEmpty else { return }
        // The thread holds the guard until `stop`.
        try NativeThread(name: "bamai-outputs") { [self] in watch() }.detach()
    }

    var isEmpty: Bool { lock.withLock { _ in outputs.isEmpty } }

    /// *Units*: monotonic nanoseconds: when `tick` is due.
    var nextDeadline: Int64 { lock.withLock { _ in outputs.map(\.nextDeadline).min() ?? .max } }

    var status: [LineStatus] {
        lock.withLock { _ in
            for output in outputs { output.refreshStatus() }
            return outputs.map(\.status)
        }
    }

    /// How often the loop was found stuck and the outputs were made safe without it.
    var timesStuck: UInt64 { lock.withLock { _ in stuck } }

    /// Takes lines that are not held.
    func tick(_ chips: any LineChips, _ now: Int64) {
        lock.withLock { _ in
            for output in outputs where output.line == nil && now >= output.retryAt && !isStopped {
                attempt(output, now) { () throws(GPIOError) in
                    try output.take(from: chips, now: now)
                    LineStatus.held(&output.status, now)
                }
            }
        }
    }

    /// Drives every output to what its state says.
    func drive(_ conditions: OutputState.Conditions, _ now: Int64) {
        lock.withLock { _ in
            heardAt = Clocks.monotonicNanoseconds()
            for output in outputs where output.line != nil {
                let level = output.state.level(conditions, at: now)
                attempt(output, now) { () throws(GPIOError) in try output.drive(level, now: now) }
            }
        }
    }

    /// An alert was raised, became worse, or was repeated.
    func raised(_ level: Level, _ now: Int64) {
        lock.withLock { _ in
            for output in outputs { output.state.raised(level, at: now) }
        }
    }

    /// Safe, given back, and the guard's thread ends.
    func stop(_ now: Int64) {
        lock.withLock { _ in
            makeSafe(now)
            isStopped = true
            for output in outputs {
                output.drop()
                output.retryAt = .max
            }
        }
        wake.signal()
    }

    private func attempt(_ output: OutputHold, _ now: Int64, _ body: () throws(GPIOError) -> Void) {
        do throws(GPIOError) {
            try body()
        } catch {
            output.drop()
            output.retryAt = now + LineStatus.failed(&output.status, error, now)
        }
    }

    private func makeSafe(_ now: Int64) {
        for output in outputs where output.line != nil {
            let safe = output.state.safe
            attempt(output, now) { () throws(GPIOError) in try output.drive(safe, now: now) }
        }
    }

    private func watch() {
        while true {
            var descriptor = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, Int32(patience / 2_000_000))
            let isOver = lock.withLock { _ in
                let now = Clocks.monotonicNanoseconds()
                if !isStopped && now - heardAt > patience {
                    if outputs.contains(where: { $0.driven != nil && $0.driven != $0.state.safe }) { stuck += 1 }
                    makeSafe(now)
                }
                return isStopped
            }
            if isOver { return }
        }
    }
}
