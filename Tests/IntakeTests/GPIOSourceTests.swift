import GatewayTesting
import Glibc
import Intake
import Lifeline
import Lines
import Linux
import Site
import Testing

/// Keeps what lines say.
final class Sensed: MessageSink {
    struct Entry: Equatable {
        var sensor: Int
        var value: Double
        var time: Int64
    }
    var entries: [Entry] = []
    func of(_ sensor: Int) -> [Double] { entries.filter { $0.sensor == sensor }.map(\.value) }

    func received(broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool) {
        preconditionFailure("lines send no messages")
    }

    func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64) {
        entries.append(Entry(sensor: sensor, value: value, time: monotonicNanoseconds))
    }
}

@Suite("The board's lines as a source")
struct GPIOSourceTests {
    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1000 * second

    static func contact(_ id: String, _ offset: Int, sensor: Int, debounce: Duration = .zero) -> LineConfiguration {
        LineConfiguration(
            id: id, place: LinePlace(chip: "bench", offset: offset),
            role: .contact(ContactLine(sensor: sensor, debounce: debounce, interval: .seconds(600))))
    }

    static func meter(_ offset: Int, sensor: Int, debounce: Duration = .zero) -> LineConfiguration {
        LineConfiguration(
            id: "meter", place: LinePlace(chip: "bench", offset: offset),
            role: .pulse(
                PulseLine(
                    countSensor: sensor, meters: [PulseLine.Meter(perPulse: 0.01)], window: .seconds(60), debounce: debounce, maxHz: 50,
                    interval: .seconds(60))))
    }

    static func siren(_ offset: Int, safe: Bool = false) -> LineConfiguration {
        LineConfiguration(
            id: "siren", place: LinePlace(chip: "bench", offset: offset),
            role: .output(OutputLine(drive: .siren(from: .orange, atMost: .seconds(180)), safe: safe)))
    }

    private func opened(_ lines: [LineConfiguration], _ chips: ScriptedChips, count: Double? = nil) throws -> GPIOSource {
        try GPIOSource(lines: lines, chips: chips, now: Self.start, journalled: { _ in count })
    }

    @Test("A line says its level when it is taken, and every edge with its own time")
    func edges() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("lid", 3, sensor: 7)], chips)
        #expect(chips.attempts.map { $0.consumer } == ["bamai lid"])
        chips.lines[3]?.edge(true, at: Self.start + 5)
        chips.lines[3]?.edge(false, at: Self.start + 9)
        #expect(source.readable(limit: 100, sink: sink) == 3)
        #expect(sink.of(7) == [0, 1, 0])
        #expect(sink.entries.map(\.time) == [Self.start, Self.start + 5, Self.start + 9])
        #expect(source.unacknowledged == 3)
        source.releaseAcknowledgements()
        #expect(source.unacknowledged == 0 && source.readable(limit: 100, sink: sink) == 0)
    }

    @Test("What several lines say at once comes in the order in which it happened")
    func order() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("a", 0, sensor: 0), Self.contact("b", 1, sensor: 1)], chips)
        _ = source.readable(limit: 100, sink: sink)
        sink.entries = []
        for step in 0..<6 { chips.lines[step % 2]?.edge(step % 4 < 2, at: Self.start + Int64(step)) }
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.entries.map(\.time) == (0..<6).map { Self.start + $0 })
    }

    @Test("What a commit did not keep is handed over again, and nothing twice that was kept")
    func abandoned() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("lid", 0, sensor: 0)], chips)
        #expect(source.readable(limit: 100, sink: sink) == 1)
        source.releaseAcknowledgements()
        chips.lines[0]?.edge(true, at: Self.start + 1)
        #expect(source.readable(limit: 100, sink: sink) == 1)
        source.abandonUnacknowledged()
        source.setPaused(true)
        chips.lines[0]?.edge(false, at: Self.start + 2)
        #expect(source.readable(limit: 100, sink: sink) == 0, "while the store refuses nothing is handed over")
        #expect(!source.hasReadings)
        source.setPaused(false)
        #expect(source.hasReadings && source.nextDeadline <= Self.start)
        #expect(source.readable(limit: 1, sink: sink) == 1)
        #expect(source.readable(limit: 100, sink: sink) == 1)
        source.releaseAcknowledgements()
        #expect(sink.of(0) == [0, 1, 1, 0])
    }

    @Test("While the store refuses, so many readings are kept as the limit says, and what goes is counted")
    func limit() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        chips.abilities.queue = 1_000_000
        let source = try opened([Self.contact("lid", 0, sensor: 0)], chips)
        source.setPaused(true)
        let excess = 10
        // Slow enough for every edge to be a reading.
        let step: Int64 = 100_000_000
        for index in 0..<GPIOSource.queueLimit - 1 + excess { chips.lines[0]?.edge(index % 2 == 0, at: Self.start + Int64(index) * step) }
        #expect(source.readable(limit: 100, sink: sink) == 0)
        #expect(source.dropped == UInt64(excess))
        source.setPaused(false)
        #expect(source.readable(limit: .max >> 1, sink: sink) == GPIOSource.queueLimit)
        #expect(sink.entries.first?.time == Self.start + Int64(excess - 1) * step, "the oldest have gone")
    }

    @Test("A line that somebody holds is a state with the holder's name; it is tried again, and the others go on")
    func busy() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        chips.refusals[0] = .busy(consumer: "w1-gpio")
        let source = try opened([Self.contact("lid", 0, sensor: 0), Self.contact("door", 1, sensor: 1)], chips)
        #expect(source.status.map(\.hold) == [.busy, .held])
        #expect(source.status[0].lastError?.contains("w1-gpio") == true)
        #expect(source.status[0].level == nil && source.status[1].level == false)
        chips.lines[1]?.edge(true, at: Self.start + 1)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(1) == [0, 1])
        // Each attempt waits longer, up to a limit.
        var attempts: [Int64] = []
        var now = Self.start
        for _ in 0..<7 {
            let before = chips.attempts.count
            while chips.attempts.count == before {
                now += Self.second
                source.tick(monotonicNanoseconds: now)
            }
            attempts.append((now - Self.start) / Self.second)
        }
        #expect(attempts == [1, 3, 7, 15, 31, 47, 63])
        chips.refusals = [:]
        source.tick(monotonicNanoseconds: now + 16 * Self.second)
        #expect(source.status[0].hold == .held && source.status[0].lastError == nil && source.status[0].retakes == 0)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0) == [0], "its level is told as soon as it is held")
    }

    @Test("A chip that goes is a state; the count goes on when it comes back", arguments: [true, false])
    func unplugged(noticedByEdge: Bool) throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.meter(0, sensor: 0)], chips, count: 41)
        chips.lines[0]?.edge(true, at: Self.start + 1)
        chips.lines[0]?.edge(false, at: Self.start + 2)
        _ = source.readable(limit: 100, sink: sink)
        let first = try #require(chips.lines[0])
        first.failure = .gone
        chips.refusals[0] = .noChip("bench", present: [])
        if noticedByEdge {
            first.edge(true, at: Self.start + 3)
            _ = source.readable(limit: 100, sink: sink)
        } else {
            source.tick(monotonicNanoseconds: Self.start + Self.second)
        }
        #expect(source.status[0].hold == .absent)
        source.tick(monotonicNanoseconds: Self.start + 3 * Self.second)
        #expect(source.status[0].lastError?.contains("bench") == true && source.status[0].count == 42)
        chips.refusals = [:]
        source.tick(monotonicNanoseconds: Self.start + 60 * Self.second)
        #expect(source.status[0].hold == .held && source.status[0].retakes == 1)
        chips.lines[0]?.edge(true, at: Self.start + 61 * Self.second)
        _ = source.readable(limit: 100, sink: sink)
        source.report(now: Self.start + 62 * Self.second)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0).first == 41 && sink.of(0).last == 43)
    }

    @Test("A queue that was full is noted, and the level is read again: the last edge is not missed")
    func overflow() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("lid", 0, sensor: 0)], chips)
        for step in 1...17 { chips.lines[0]?.edge(step % 2 == 1, at: Self.start + Int64(step)) }
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0).last == 0, "what the queue held")
        #expect(source.status[0].events.fullQueues == 1)
        // Twice, since an edge may be on its way.
        #expect(source.nextDeadline <= Self.start)
        source.tick(monotonicNanoseconds: Self.start + 100)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0).last == 0)
        source.tick(monotonicNanoseconds: source.nextDeadline)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0).last == 1)
        #expect(source.status[0].edges.lost == 1 && source.status[0].level == true)
    }

    @Test("A pin that nothing drives does not fill the journal; its level is read all the same, and a meter is counted in full")
    func chatter() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        chips.abilities.queue = 1_000_000
        let source = try opened([Self.contact("lid", 0, sensor: 0), Self.meter(1, sensor: 1)], chips)
        for index in 0..<10_001 {
            chips.lines[0]?.edge(index % 2 == 0, at: Self.start + Int64(index) * 1_000_000)
            chips.lines[1]?.edge(index % 2 == 0, at: Self.start + Int64(index) * 1_000_000)
        }
        _ = source.readable(limit: 100_000, sink: sink)
        let status = source.status
        // 200 at once and 20 in each of ten seconds.
        #expect((390...402).contains(10_001 - Int(status[0].throttled)))
        #expect(sink.of(0).count <= 2 * 402 + 1)
        #expect(status[1].throttled == 0 && status[1].count == 5001)
        for second in 1...4 { source.tick(monotonicNanoseconds: Self.start + Int64(20 + second) * Self.second) }
        _ = source.readable(limit: 100_000, sink: sink)
        #expect(sink.of(0).last == 1)
    }

    @Test("An edge that is only on its way is not taken for lost")
    func overtaken() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("lid", 0, sensor: 0)], chips)
        chips.lines[0]?.silently(true)
        source.tick(monotonicNanoseconds: Self.start + Self.second)
        chips.lines[0]?.edge(true, at: Self.start + Self.second - 1)
        _ = source.readable(limit: 100, sink: sink)
        source.tick(monotonicNanoseconds: Self.start + 2 * Self.second)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0) == [0, 1] && source.status[0].edges.lost == 0)
    }

    @Test("Where the kernel does not debounce, the source does, and a bounce leaves no wrong level")
    func debounce() throws {
        let (chips, sink) = (ScriptedChips(), Sensed())
        let source = try opened([Self.contact("lid", 0, sensor: 0, debounce: .milliseconds(10))], chips)
        let ms: Int64 = 1_000_000
        for (time, isActive) in [(1, true), (2, false), (3, true)] as [(Int64, Bool)] { chips.lines[0]?.edge(isActive, at: Self.start + time * ms) }
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0) == [0])
        #expect(source.nextDeadline == Self.start + 13 * ms)
        source.tick(monotonicNanoseconds: Self.start + 13 * ms)
        _ = source.readable(limit: 100, sink: sink)
        #expect(sink.of(0) == [0, 1] && sink.entries.last?.time == Self.start + ms)
        // The kernel that does it is left to do it.
        let able = ScriptedChips()
        able.abilities = GPIOAbilities(interface: 2, numbersEvents: true, debounces: true, queue: 1024)
        let trusting = try opened([Self.contact("lid", 0, sensor: 0, debounce: .milliseconds(10))], able)
        able.lines[0]?.edge(true, at: Self.start + 1)
        sink.entries = []
        _ = trusting.readable(limit: 100, sink: sink)
        #expect(sink.of(0) == [0, 1])
    }

    @Test("Outputs begin safe, follow what is known, and end safe")
    func outputs() throws {
        let chips = ScriptedChips()
        let source = try opened([Self.siren(4)], chips)
        let line = try #require(chips.lines[4])
        #expect(line.driven == [false])
        source.drive(.init(isJudging: true, worst: .orange), now: Self.start)
        #expect(line.driven == [false, true])
        source.drive(.init(isJudging: true, worst: .yellow), now: Self.start + 1)
        #expect(line.driven == [false, true, false])
        source.drive(.init(isJudging: true, worst: .red), now: Self.start + 2)
        source.drive(.init(isJudging: false, worst: .red), now: Self.start + 3)
        #expect(line.driven.suffix(2) == [true, false], "nobody judges: safe")
        source.drive(.init(isJudging: true, worst: .red), now: Self.start + 4)
        source.stop(now: Self.start + 5)
        #expect(line.driven.last == false)
        #expect(chips.attempts.count == 1)
    }

    @Test("A loop that stands still leaves no siren on: the guard makes the outputs safe without it")
    func stuck() throws {
        let chips = ScriptedChips()
        let now = Clocks.monotonicNanoseconds()
        let source = try GPIOSource(lines: [Self.siren(4)], chips: chips, now: now, patience: 50_000_000, journalled: { _ in nil })
        let line = try #require(chips.lines[4])
        source.drive(.init(isJudging: true, worst: .red), now: now)
        for _ in 0..<1000 where source.timesStuck == 0 { usleep(10_000) }
        #expect(source.timesStuck == 1)
        #expect(source.status[0].level == false)
        source.drive(.init(isJudging: true, worst: .red), now: now + 1)
        #expect(line.driven.prefix(4) == [false, true, false, true], "and goes on when the loop does")
        source.stop(now: now + 2)
        #expect(line.driven.last == false)
    }
}
