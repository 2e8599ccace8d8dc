import Intake
import Linux
import Synchronization

/// A line whose events a test makes. Its queue is that of libgpiod 1.x: sixteen places, the newest are dropped, nothing is numbered.
package final class ScriptedLine: HeldLine {
    private let event: EventDescriptor
    private var waiting: [GPIOEvent] = []
    private let limit: Int
    package private(set) var isActive: Bool
    private let log: Mutex<[Bool]>
    /// What an output was driven to, in order; the guard of outputs drives from a thread of its own.
    package var driven: [Bool] { log.withLock { $0 } }
    /// What every call throws; nil: nothing is wrong.
    package var failure: GPIOError?

    init(isActive: Bool, limit: Int, initial: Bool?) throws(SystemError) {
        event = try EventDescriptor()
        self.isActive = isActive
        self.limit = limit
        log = Mutex(initial.map { [$0] } ?? [])
    }

    package var descriptor: Int32 { event.descriptor }

    /// An edge at a time; lost where the queue is full.
    package func edge(_ isActive: Bool, at nanoseconds: Int64) {
        self.isActive = isActive
        guard waiting.count < limit else { return }
        waiting.append(GPIOEvent(nanoseconds: nanoseconds, isRising: isActive))
        event.signal()
    }

    /// The level changes and no event tells it.
    package func silently(_ isActive: Bool) { self.isActive = isActive }

    package func level() throws(GPIOError) -> Bool {
        if let failure { throw failure }
        return isActive
    }

    package func set(_ isActive: Bool) throws(GPIOError) {
        if let failure { throw failure }
        self.isActive = isActive
        log.withLock { $0.append(isActive) }
    }

    package func read(_ body: (GPIOEvent) -> Void) throws(GPIOError) -> Int {
        if let failure { throw failure }
        event.drain()
        let count = waiting.count
        waiting.forEach(body)
        waiting.removeAll()
        return count
    }
}

/// Chips whose lines a test makes and takes away.
package final class ScriptedChips: LineChips {
    package var abilities = GPIOAbilities(interface: 1, numbersEvents: false, debounces: false, queue: 16)
    /// Why lines cannot be had, by offset.
    package var refusals: [Int: GPIOError] = [:]
    /// The level that a line is found at, by offset.
    package var levels: [Int: Bool] = [:]
    /// The line that was taken last, by offset.
    package private(set) var lines: [Int: ScriptedLine] = [:]
    /// Every attempt to take a line.
    package private(set) var attempts: [(offset: Int, consumer: String)] = []

    package init() {}

    package func take(_ settings: GPIOSettings, chip: String, consumer: String) throws(GPIOError) -> any HeldLine {
        attempts.append((settings.offset, consumer))
        if let refusal = refusals[settings.offset] { throw refusal }
        do throws(SystemError) {
            var initial: Bool?
            if case .output(let level) = settings.direction { initial = level }
            let line = try ScriptedLine(isActive: levels[settings.offset] ?? false, limit: abilities.queue, initial: initial)
            lines[settings.offset] = line
            return line
        } catch {
            throw .other(error)
        }
    }
}
