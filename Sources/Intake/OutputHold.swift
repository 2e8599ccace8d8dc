import Lines
import Linux
import Site

/// One output line of a source: driven, lost and taken again.
///
/// *Isolation*: the source's thread, but `drive`, which the guard calls too while it holds its lock.
final class OutputHold {
    let configuration: LineConfiguration
    var state: OutputState
    private(set) var line: (any HeldLine)?
    /// What the line is driven to; nil: not held.
    private(set) var driven: Bool?
    private var checkAt: Int64 = .max
    var retryAt: Int64 = 0
    var status: LineStatus

    init(_ configuration: LineConfiguration, _ output: OutputLine) {
        self.configuration = configuration
        state = OutputState(output)
        status = LineStatus(configuration)
    }

    /// *Units*: monotonic nanoseconds: when `tick` is due.
    var nextDeadline: Int64 { line == nil ? retryAt : min(checkAt, state.nextDeadline) }

    /// From the first moment on at the safe level.
    func take(from chips: any LineChips, now: Int64) throws(GPIOError) {
        line = try chips.take(configuration.settings, chip: configuration.place.chip, consumer: configuration.consumer)
        driven = state.safe
        checkAt = now + InputHold.checkInterval
    }

    /// Drives the line where its level is another one, and once in a while all the same: that is how a chip is noticed to be gone.
    func drive(_ level: Bool, now: Int64) throws(GPIOError) {
        guard let line, level != driven || now >= checkAt else { return }
        try line.set(level)
        driven = level
        checkAt = now + InputHold.checkInterval
    }

    func drop() {
        (line, driven) = (nil, nil)
        checkAt = .max
    }

    func refreshStatus() { status.level = driven }
}
