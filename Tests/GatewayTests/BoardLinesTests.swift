import Gateway
import GatewayTesting
import Intake
import Journal
import Lifeline
import Lines
import Linux
import Site
import Testing

/// The board's lines through the line: scripted chips, a journal in memory, a clock that is moved by hand.
@Suite("The board's lines in the journal")
struct BoardLinesTests {
    private let journal = MemoryJournal()
    private let time = ManualTimeSource()
    private let chips = ScriptedChips()

    private let contact = LineConfiguration(
        id: "lid", place: LinePlace(chip: "bench", offset: 0),
        role: .contact(ContactLine(sensor: 0, debounce: .zero, interval: .seconds(3600))))
    private let meter = LineConfiguration(
        id: "meter", place: LinePlace(chip: "bench", offset: 1),
        role: .pulse(
            PulseLine(
                countSensor: 1, meters: [PulseLine.Meter(perPulse: 0.01)], window: .seconds(60), debounce: .zero, maxHz: 50, interval: .seconds(10))))

    private func gateway(_ journal: MemoryJournal) throws -> Gateway {
        try Gateway(configuration: LineFixture.configuration(sensors: 2, commitDelay: .zero), journal: journal, time: time)
    }

    private func source(of gateway: Gateway) throws -> GPIOSource {
        try GPIOSource(
            lines: [contact, meter], chips: chips, now: time.monotonicNanoseconds, journalled: { gateway.lastJournalled(sensor: $0) })
    }

    /// As the daemon's loop turns.
    private func turn(_ gateway: Gateway, _ source: GPIOSource) throws(JournalError) {
        let now = time.monotonicNanoseconds
        source.collect()
        if now >= source.nextDeadline { source.tick(monotonicNanoseconds: now) }
        try gateway.step(readable: [source], all: [source])
    }

    private func values(_ key: String) throws -> [Double] {
        let series = try journal.series(forKey: key)
        var values: [Double] = []
        try journal.readings(from: 1) { _, reading in
            if reading.series == series { values.append(reading.value) }
            return true
        }
        return values
    }

    @Test("An edge stands in the journal with the time at which it happened")
    func times() throws {
        let gateway = try gateway(journal)
        let source = try source(of: gateway)
        try turn(gateway, source)
        let edge = time.monotonicNanoseconds + 2_000_000_000
        chips.lines[0]?.edge(true, at: edge)
        time.advance(by: .seconds(5))
        try turn(gateway, source)
        var last: Reading?
        try journal.readings(from: 1) { _, reading in
            last = reading
            return true
        }
        let reading = try #require(last)
        #expect(reading.value == 1 && reading.received == time.now)
        #expect(reading.observed == time.now.advanced(by: .seconds(-3)))
        // The board's own clock stamped it, and what it was wrong by is put right with it.
        #expect(reading.flags.contains(.timeOfReceipt))
        #expect(source.unacknowledged == 0)
    }

    @Test("A commit that fails loses no edge and doubles none")
    func refused() throws {
        let gateway = try gateway(journal)
        let source = try source(of: gateway)
        try turn(gateway, source)
        journal.failAllCommits(with: .full("test"))
        chips.lines[0]?.edge(true, at: time.monotonicNanoseconds)
        #expect(throws: JournalError.full("test")) { try turn(gateway, source) }
        for isActive in [false, true, false] {
            time.advance(by: .seconds(1))
            chips.lines[0]?.edge(isActive, at: time.monotonicNanoseconds)
            try? turn(gateway, source)
        }
        #expect(try values("MH-0/tilt") == [0])
        journal.failAllCommits(with: nil)
        for _ in 0..<40 {
            time.advance(by: .seconds(1))
            try turn(gateway, source)
        }
        #expect(try values("MH-0/tilt") == [0, 1, 0, 1, 0])
    }

    @Test("A count goes on from the journal, after a stop without a pulse missing and after a crash from the last report")
    func counting() throws {
        var gateway = try gateway(journal)
        var source = try source(of: gateway)
        func pulse(_ count: Int) throws {
            for _ in 0..<count {
                for isActive in [true, false] {
                    time.advance(by: .milliseconds(10))
                    chips.lines[1]?.edge(isActive, at: time.monotonicNanoseconds)
                }
                try turn(gateway, source)
            }
        }
        try pulse(30)
        // A clean stop: the last word, the last commit.
        source.report(now: time.monotonicNanoseconds)
        try gateway.step(readable: [source], all: [source])
        try gateway.writeCheckpoint()
        gateway = try self.gateway(journal)
        source = try self.source(of: gateway)
        #expect(source.status.last?.count == 30)
        try pulse(12)
        time.advance(by: .seconds(10))
        try turn(gateway, source)
        // A crash: nothing is said any more.
        gateway = try self.gateway(journal)
        source = try self.source(of: gateway)
        #expect(source.status.last?.count == 42)
        let counts = try values("MH-1/tilt")
        #expect(counts == counts.sorted() && counts.last == 42)
    }

    @Test("What the lines lack is journalled as the gateway's own state")
    func observed() throws {
        var site = LineFixture.configuration(sensors: 2, commitDelay: .zero)
        // As the site's reader makes a line's device: no topic, and none of the brokers.
        site.plan.devices.append(Device(id: "lid", broker: 1, topic: "", fields: []))
        site.plan.rules.append(
            Rule(
                id: "gateway.lines", kind: .high, assetClass: .gateway, quantity: "lines_down", levels: [LevelLimit(level: .yellow, limit: 1)],
                event: BilingualText(chinese: "网关", english: "gateway"), advice: BilingualText(chinese: "看", english: "look")))
        site.plan.brokers = ["b"]
        let gateway = try Gateway(configuration: site, journal: journal, time: time)
        chips.refusals[0] = .busy(consumer: "w1-gpio")
        let source = try source(of: gateway)
        #expect(source.lines?.down == 1)
        for _ in 0..<3 {
            time.advance(by: .seconds(61))
            try turn(gateway, source)
        }
        #expect(try values("gw7/lines_down") == [1])
        #expect(gateway.activeEpisodes().map(\.rule) == ["gateway.lines"])
        chips.refusals = [:]
        for _ in 0..<3 {
            time.advance(by: .seconds(61))
            try turn(gateway, source)
        }
        #expect(try values("gw7/lines_down") == [1, 0])
    }
}
