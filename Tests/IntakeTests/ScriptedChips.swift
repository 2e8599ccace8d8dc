import Intake
import Linux
import Synchronization

/// A line whose events a test makes. Its queue is that of libgpiod 1.x: sixteen places, the newest are dropped, nothing is numbered.
final class ScriptedLine: HeldLine {
    private let event: EventDescriptor
    private var waiting: [GPIOEvent] = []
    private let limit: Int
    private(set) var isActive: Bool
    private let log: Mutex<[Bool]>
    /// What an output was driven to, in order; the guard of outputs drives from a thread of its own.
    var driven: [Bool] { log.withLock { $0 } }
    var failure: GPIOError?

    init(isActive: Bool, limit: Int, initial: Bool?) throws(SystemError) {
        event = try EventDescriptor()
        self.isActive = isActive
        self.limit = limit
        log = Mutex(initial.map { [$0] } ?? [])
    }

    var descriptor: Int32 { event.descriptor }

    /// An edge at a time; lost where the queue is full.
    func edge(_ isActive: Bool, at nanoseconds: Int64) {
        self.isActive = isActive
        guard waiting.count < limit else { return }
        waiting.append(GPIOEvent(nanoseconds: nanoseconds, isRising: isActive))
        event.signal()
    }

    /// The level changes and no event tells it.
    func silently(_ isActive: Bool) { self.isActive = isActive }

    func level() throws(GPIOError) -> Bool {
        if let failure { throw failure }
        return isActive
    }

    func set(_ isActive: Bool) throws(GPIOError) {
        if let failure { throw failure }
        self.isActive = isActive
        log.withLock { $0.append(isActive) }
    }

    func read(_ body: (GPIOEvent) -> Void) throws(GPIOError) -> Int {
        if let failure { throw failure }
        event.drain()
        let count = waiting.count
        waiting.forEach(body)
        waiting.removeAll()
        return count
    }
}

/// Chips whose lines a test makes and takes away.
final class ScriptedChips: LineChips {
    var abilities = GPIOAbilities(interface: 1, numbersEvents: false, debounces: false, queue: 16)
    /// Why lines cannot be had, by offset.
    var refusals: [Int: GPIOError] = [:]
    /// The level that a line is found at, by offset.
    var levels: [Int: Bool] = [:]
    private(set) var lines: [Int: ScriptedLine] = [:]
    private(set) var attempts: [(offset: Int, consumer: String)] = []

    func take(_ settings: GPIOSettings, chip: String, consumer: String) throws(GPIOError) -> any HeldLine {
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
