import Lines
import Linux
import Site

/// One input line of a source: taken, read, lost and taken again, while what it has counted goes on.
///
/// *Isolation*: the source's thread.
final class InputHold {
    let configuration: LineConfiguration
    private var input: InputLine
    private(set) var line: (any HeldLine)?
    private var filter: EdgeFilter?
    private let debounce: Int64
    private let queue: Int
    private let numbersEvents: Bool
    private var edges: [LineEdge] = []
    /// When the level is to be looked at without an event.
    private var checkAt: Int64 = .max
    /// The level was found to be another one than the events say, once.
    private var isDoubted = false
    private var budget = InputHold.burst
    /// *Units*: monotonic nanoseconds of the last edge.
    private var budgetAt: Int64 = 0
    var retryAt: Int64 = 0
    var status: LineStatus

    /// A held line is looked at this often even if nothing happens: some kernels tell nobody that a chip is gone, and a lost edge shows in the level.
    /// *Units*: nanoseconds.
    static let checkInterval: Int64 = 1_000_000_000
    /// A level that no edge explains is looked at again after this: the edge may be on its way. *Units*: nanoseconds.
    static let doubt: Int64 = 20_000_000
    /// Edges of a contact or a state that count at once, and how many more do each second. What speaks more often for longer is a pin that nothing drives, and
    /// would fill the journal. A meter's pulses fill nothing: its count is told once an interval.
    private static let burst = 200.0
    private static let perSecond = 20.0
    /// A line that chatters while it is taken is believed after so many looks.
    private static let looks = 8
    /// Events of a line that one turn takes: a line that chatters must not keep the others waiting.
    static let eventsPerTurn = 1024

    /// - Parameter input: what the role makes of edges.
    init(_ configuration: LineConfiguration, input: InputLine, abilities: GPIOAbilities) {
        self.configuration = configuration
        self.input = input
        // A kernel that debounces does it before its queue: nothing is left to do here.
        debounce = abilities.debounces ? 0 : configuration.debounceNanoseconds
        queue = abilities.queue
        numbersEvents = abilities.numbersEvents
        status = LineStatus(configuration)
        status.count = input.count
    }

    /// *Units*: monotonic nanoseconds: when `tick` is due.
    var nextDeadline: Int64 {
        guard line != nil else { return retryAt }
        return min(checkAt, input.nextDeadline, filter?.deadline ?? .max)
    }

    func take(from chips: any LineChips, now: Int64, into readings: inout [LineReading]) throws(GPIOError) {
        let made = try chips.take(configuration.settings, chip: configuration.place.chip, consumer: configuration.consumer)
        // What happens between the request and the look at the level is in the level already.
        var (sequence, level): (UInt32, Bool) = (0, try made.level())
        for _ in 0..<InputHold.looks {
            guard try made.read({ sequence = $0.lineSequence }) > 0 else { break }
            level = try made.level()
        }
        line = made
        isDoubted = false
        filter = EdgeFilter(level: level, debounceNanoseconds: debounce, sequence: sequence, figures: status.events)
        input.start(isActive: level, at: now, into: &readings)
        checkAt = now + InputHold.checkInterval
    }

    /// Takes what the kernel has, as far as one turn goes. Returns how many events there were.
    func drain(into readings: inout [LineReading]) throws(GPIOError) -> Int {
        guard let line, var filter else { return 0 }
        self.filter = nil
        defer { self.filter = filter }
        edges.removeAll(keepingCapacity: true)
        var (taken, found) = (0, 0)
        var failure: GPIOError?
        repeat {
            do throws(GPIOError) {
                found = try line.read { filter.take($0, into: &edges) }
            } catch {
                // What came before it counts all the same.
                (failure, found) = (error, 0)
            }
            // As many at once as the queue holds: it was full, and a kernel that numbers nothing will not say what came then.
            if !numbersEvents && found >= queue {
                filter.noteFullQueue()
                checkAt = .min
            }
            taken += found
        } while found > 0 && taken < InputHold.eventsPerTurn
        for edge in edges { give(edge, into: &readings) }
        if let failure { throw failure }
        return taken
    }

    /// Time has passed: a level may have lasted, a report may be due, the chip may be gone.
    func tick(now: Int64, into readings: inout [LineReading]) throws(GPIOError) {
        guard let line, now >= nextDeadline else { return }
        var actual: Bool? = try line.level()
        // What comes after the level was read makes it old.
        if try drain(into: &readings) > 0 { actual = nil }
        guard var filter else { return }
        self.filter = nil
        edges.removeAll(keepingCapacity: true)
        filter.settle(now: now, actual: actual, into: &edges)
        for edge in edges { give(edge, into: &readings) }
        let level = now >= checkAt ? verified(actual, filter, now) : nil
        if let level { filter.believe(level) }
        input.tick(isActive: level, at: now, into: &readings)
        self.filter = filter
    }

    private func give(_ edge: LineEdge, into readings: inout [LineReading]) {
        if input.count == nil {
            budget = min(InputHold.burst, budget + Double(max(0, edge.time - budgetAt)) * 1e-9 * InputHold.perSecond)
            budgetAt = max(budgetAt, edge.time)
            guard budget >= 1 else {
                status.throttled += 1
                return
            }
            budget -= 1
        }
        input.edge(edge, into: &readings)
    }

    /// The level, where it may be held against what the edges say. An edge may be on its way from the interrupt to the queue, so only what is found twice is.
    private func verified(_ actual: Bool?, _ filter: EdgeFilter, _ now: Int64) -> Bool? {
        checkAt = now + InputHold.checkInterval
        guard let actual else { return nil }
        // With debouncing here the filter knows better than a level that may be a bounce.
        if debounce > 0 { return filter.deadline == nil ? filter.level : nil }
        guard actual != filter.level, !isDoubted else {
            isDoubted = false
            return actual
        }
        isDoubted = true
        checkAt = now + InputHold.doubt
        return nil
    }

    /// The line is not held any more: what is counted stays, and what happens until it is held again is unknown.
    func drop() {
        if let filter { status.events = filter.figures }
        line = nil
        filter = nil
        checkAt = .max
    }

    /// What was counted since the last report.
    func report(now: Int64, into readings: inout [LineReading]) { input.stop(at: now, into: &readings) }

    func refreshStatus() {
        if let filter {
            status.events = filter.figures
            status.level = filter.level
        } else {
            status.level = nil
        }
        status.edges = input.figures
        status.count = input.count
    }
}
