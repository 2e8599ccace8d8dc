import Lifeline
import Lines
import Linux
import Site

/// The lines of GPIO chips as a source: edges become readings, which go through the same journal as messages, in one order.
///
/// A line that cannot be had, or whose chip is taken away, is a state that is tried again; the others go on. What the line hands over stays here until it is
/// durable: a commit that fails loses no edge, and while the store refuses edges are still taken from the kernel and kept, as far as `queueLimit` goes.
///
/// The loop waits for `descriptor` as readable, calls `readable` then, and `tick` at `nextDeadline`.
///
/// *Isolation*: one thread; but the outputs' guard, see `OutputGuard`.
package final class GPIOSource {
    /// Readings that wait for the journal at most; beyond them the oldest go, and are counted. A count is told again by its next reading.
    package static let queueLimit = 65_536
    /// The first attempt after a line was not to be had comes after this; each next one after twice as long, up to the last.
    /// *Units*: nanoseconds.
    static let firstRetry: Int64 = 1_000_000_000
    static let lastRetry: Int64 = 16_000_000_000

    private let chips: any LineChips
    private let inputs: [InputHold]
    private let outputs: OutputGuard
    private let epoll: Epoll
    /// Readings in the order of their times; those before `delivered` wait for their commit only.
    private var queue: [LineReading] = []
    private var delivered = 0
    private var fresh: [LineReading] = []
    private var ready: [Int] = []
    private var isPaused = false
    private var now: Int64

    /// Readings that were thrown away because the store took nothing for too long.
    package private(set) var dropped: UInt64 = 0

    /// - Parameters:
    ///   - lines: of the site.
    ///   - journalled: the newest value of a sensor in the journal; NaN or nil: there is none. Counts go on from it.
    ///   - now: *Units*: monotonic nanoseconds.
    ///   - patience: how long the loop may stand still before the outputs go to their safe level; a commit on a slow card takes a second or two.
    ///     *Units*: nanoseconds.
    package init(lines: [LineConfiguration], chips: any LineChips, now: Int64, patience: Int64 = 10_000_000_000, journalled: (Int) -> Double?)
        throws(SystemError)
    {
        self.chips = chips
        self.now = now
        epoll = try Epoll()
        var drives: [OutputHold] = []
        var inputs: [InputHold] = []
        for line in lines {
            var count: Double?
            switch line.role {
            case .output(let output):
                drives.append(OutputHold(line, output))
                continue
            case .pulse(let pulse): count = journalled(pulse.countSensor).flatMap { $0.isFinite ? $0 : nil }
            case .contact, .state: break
            }
            guard let input = InputLine(line.role, journalled: count) else { continue }
            inputs.append(InputHold(line, input: input, abilities: chips.abilities))
        }
        self.inputs = inputs
        outputs = try OutputGuard(drives, patience: patience)
        tick(monotonicNanoseconds: now)
    }

    /// Readable when a line has events; one for all lines, for as long as the source lives.
    package var descriptor: Int32 { epoll.descriptor }

    /// *Units*: monotonic nanoseconds: when `tick` is due.
    package var nextDeadline: Int64 {
        var deadline = min(isPaused || delivered == queue.count ? Int64.max : now, outputs.nextDeadline)
        for input in inputs { deadline = min(deadline, input.nextDeadline) }
        return deadline
    }

    /// How often the loop was found stuck and the outputs were made safe without it.
    package var timesStuck: UInt64 { outputs.timesStuck }

    /// There is a line to be driven.
    package var hasOutputs: Bool { !outputs.isEmpty }

    /// Readings wait to be delivered.
    package var hasReadings: Bool { !isPaused && delivered < queue.count }

    /// What to show of the lines, in the site's order of inputs and outputs.
    package var status: [LineStatus] {
        for input in inputs { input.refreshStatus() }
        return inputs.map(\.status) + outputs.status
    }

    /// All lines together; never nil.
    package var lines: LinesReport? {
        let all = status
        return LinesReport(
            down: all.count { $0.hold != .held }, edgesLost: all.reduce(0) { $0 + $1.edges.lost + $1.events.fullQueues }, dropped: dropped,
            timesStuck: outputs.timesStuck)
    }

    // MARK: - Events of the loop

    /// Takes lines that are not held, reports what is due, and notices what has gone.
    package func tick(monotonicNanoseconds: Int64) {
        now = monotonicNanoseconds
        for (index, input) in inputs.enumerated() {
            do throws(GPIOError) {
                if input.line != nil {
                    try input.tick(now: now, into: &fresh)
                } else if now >= input.retryAt {
                    try input.take(from: chips, now: now, into: &fresh)
                    try watch(index)
                    LineStatus.held(&input.status, now)
                }
            } catch {
                lose(index, error)
            }
        }
        outputs.tick(chips, now)
        enqueue()
    }

    private func watch(_ index: Int) throws(GPIOError) {
        guard let descriptor = inputs[index].line?.descriptor, descriptor >= 0 else { return }
        do throws(SystemError) {
            try epoll.add(descriptor, .readable, token: UInt64(index))
        } catch {
            throw .other(error)
        }
    }

    private func lose(_ index: Int, _ error: GPIOError) {
        let input = inputs[index]
        if let descriptor = input.line?.descriptor, descriptor >= 0 { epoll.remove(descriptor) }
        // What was counted is told now: nobody knows when the line comes back.
        if input.line != nil { input.report(now: now, into: &fresh) }
        input.drop()
        input.retryAt = now + LineStatus.failed(&input.status, error, now)
    }

    /// Takes what the lines' events say, in the order of their times. To be called when `descriptor` is readable; `readable` does it too.
    package func collect() {
        ready.removeAll(keepingCapacity: true)
        epoll.wait(timeoutMilliseconds: 0) { token, _ in ready.append(Int(token)) }
        for index in ready where inputs[index].line != nil {
            do throws(GPIOError) {
                // A descriptor that is ready and gives nothing has been hung up: the level says why.
                if try inputs[index].drain(into: &fresh) == 0 { _ = try inputs[index].line?.level() }
            } catch {
                lose(index, error)
            }
        }
        enqueue()
    }

    private func enqueue() {
        guard !fresh.isEmpty else { return }
        // Stable, so that what one line says at one moment stays in its order.
        if fresh.count > 1 {
            let order = fresh.indices.sorted { (fresh[$0].time, $0) < (fresh[$1].time, $1) }
            for index in order { queue.append(fresh[index]) }
        } else {
            queue.append(fresh[0])
        }
        fresh.removeAll(keepingCapacity: true)
        guard queue.count > GPIOSource.queueLimit else { return }
        // What was delivered belongs to a commit that may be on its way: it stays.
        let excess = min(queue.count - GPIOSource.queueLimit, queue.count - delivered)
        queue.removeSubrange(delivered..<delivered + excess)
        dropped += UInt64(excess)
    }

    // MARK: - The line's side

    /// Hands over what has happened, at most `limit` readings. Returns how many.
    package func readable(limit: Int, sink: any MessageSink) -> Int {
        collect()
        guard !isPaused else { return 0 }
        let end = min(queue.count, delivered + limit)
        for index in delivered..<end { sink.sensed(sensor: queue[index].sensor, value: queue[index].value, monotonicNanoseconds: queue[index].time) }
        defer { delivered = end }
        return end - delivered
    }

    /// What was handed over and is not durable yet.
    package var unacknowledged: Int { delivered }

    /// Everything handed over so far is durable.
    package func releaseAcknowledgements() {
        queue.removeFirst(delivered)
        delivered = 0
    }

    /// Nothing of what was handed over was kept: it is handed over again.
    package func abandonUnacknowledged() { delivered = 0 }

    /// While paused nothing is handed over; the kernel's events are taken all the same.
    package func setPaused(_ isPaused: Bool) { self.isPaused = isPaused }

    /// Edges that nobody has sent have no receipts.
    package func restore(receipts: [UInt64]) { abandonUnacknowledged() }

    // MARK: - Outputs and the end

    /// What the outputs follow. To be called with every turn of the loop: whoever does not is taken to be stuck, and the outputs go to their safe level.
    package func drive(_ conditions: OutputState.Conditions, now: Int64) { outputs.drive(conditions, now) }

    /// An alert was raised, became worse, or was repeated.
    package func raised(_ alert: Level, at now: Int64) { outputs.raised(alert, now) }

    /// The last word of every line, so that nothing counted is missing after a start: to be delivered before the last commit.
    package func report(now: Int64) {
        collect()
        for input in inputs where input.line != nil { input.report(now: now, into: &fresh) }
        enqueue()
    }

    /// Drives the outputs to their safe level and gives every line back.
    package func stop(now: Int64) {
        outputs.stop(now)
        for index in inputs.indices where inputs[index].line != nil {
            if let descriptor = inputs[index].line?.descriptor, descriptor >= 0 { epoll.remove(descriptor) }
            inputs[index].drop()
            inputs[index].retryAt = .max
        }
    }
}

extension LineStatus {
    static func held(_ status: inout LineStatus, _ now: Int64) {
        if status.wasHeld { status.retakes += 1 }
        status.wasHeld = true
        (status.hold, status.since, status.lastError) = (.held, now, nil)
        status.attempts = 0
    }

    /// Returns how long to wait for the next attempt. *Units*: nanoseconds.
    static func failed(_ status: inout LineStatus, _ error: GPIOError, _ now: Int64) -> Int64 {
        let hold = LineHold(error)
        if status.hold != hold { (status.hold, status.since) = (hold, now) }
        status.lastError = error.description
        status.failures += 1
        status.attempts = min(status.attempts + 1, 16)
        return min(GPIOSource.lastRetry, GPIOSource.firstRetry << Int64(status.attempts - 1))
    }
}
