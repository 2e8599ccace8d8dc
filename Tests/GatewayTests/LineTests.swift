import Gateway
import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The line")
struct LineTests {
    @Test("What is acknowledged is in the journal at that moment")
    func durableBeforeAcknowledged() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(), journal: journal, time: time)
        var seen: [UInt64] = []
        source.onRelease = { seen.append((try? journal.lastSequence()) ?? 0) }
        for value in 0..<5 { source.add("d0", "{\"v\":\(value)}") }
        try gateway.step(readable: [source], all: [source])
        #expect(source.events.isEmpty, "they wait for company")
        #expect(try journal.lastSequence() == 0)
        time.advance(by: .milliseconds(50))
        try gateway.step(readable: [], all: [source])
        #expect(source.events == ["acknowledged 5"])
        #expect(seen == [5])
        #expect(journal.commitAttempts == 1, "one commit for all five")
    }

    @Test("A broker whose window is used up is not left waiting for the delay")
    func window() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(window: 4), journal: journal, time: time)
        for value in 0..<4 { source.add("d0", "{\"v\":\(value)}") }
        try gateway.step(readable: [source], all: [source])
        #expect(source.events == ["acknowledged 4"])
    }

    @Test("A refused commit acknowledges nothing, is abandoned whole, and the next one works")
    func refused() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        source.add("d0", "{\"v\":1}")
        source.add("d0", "{\"v\":2}", qos: 0)
        journal.failCommit(with: .full("test"))
        #expect(throws: JournalError.full("test")) { try gateway.step(readable: [source], all: [source]) }
        #expect(source.events == ["abandoned 1"])
        #expect(gateway.storage.problem == .full("test"))
        #expect(gateway.figures.lostUnacknowledgeable == 1, "nobody sends a QoS 0 message again, so its loss is counted")
        source.add("d0", "{\"v\":1}")
        try gateway.step(readable: [source], all: [source])
        #expect(source.events == ["abandoned 1"], "nothing is read before the store is tried again")
        #expect(source.isPaused)
        #expect(gateway.nextDeadline == time.monotonicNanoseconds + 1_000_000_000)
        time.advance(by: .seconds(1))
        try gateway.step(readable: [], all: [source])
        #expect(!source.isPaused)
        try gateway.step(readable: [source], all: [source])
        #expect(source.events == ["abandoned 1", "acknowledged 1"])
        #expect(try journal.lastSequence() == 2, "the tick of the attempt, and the reading")
        #expect(gateway.storage.problem == nil)
    }

    @Test("Alerts that could not be committed go with the next commit")
    func alertsWait() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        for _ in 0..<3 {
            source.add("d0", "{\"v\":40}")
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(1))
        }
        source.add("d0", "{\"v\":40}")
        // The readings' commit goes well; the alert's own, right behind it, does not.
        source.onRelease = { journal.failCommit(with: .medium("test")) }
        #expect(throws: JournalError.self) { try gateway.step(readable: [source], all: [source]) }
        #expect(try journal.alerts(after: 0, limit: 9).isEmpty)
        source.onRelease = {}
        time.advance(by: .seconds(1))
        source.add("d0", "{\"v\":40}")
        try gateway.step(readable: [source], all: [source])
        #expect(try journal.alerts(after: 0, limit: 9).map(\.kind) == ["raised"])
    }

    @Test("A checkpoint never runs ahead of alerts that are not durable yet")
    func checkpointWaitsForAlerts() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        var site = LineFixture.configuration(sensors: 3, commitDelay: .zero)
        site.plan.rules[0].onDelay = 0
        let gateway = try Gateway(configuration: site, journal: journal, time: time)
        for sensor in 0..<3 { source.add("d\(sensor)", "{\"v\":40}") }
        // There is no room for three alerts at once, and from then on for one at a time.
        source.onRelease = { journal.failCommit(with: .full("test")) }
        #expect(throws: JournalError.self) { try gateway.step(readable: [source], all: [source]) }
        source.onRelease = {}
        try gateway.writeCheckpoint()
        let again = try Gateway(configuration: site, journal: journal, time: time)
        #expect(again.figures.replayed == 0)
        #expect(try journal.alerts(after: 0, limit: 9).count == 3)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.sequence) == [1, 2, 3])
    }

    @Test("Malformed messages are acknowledged, counted and sampled, and stop nothing")
    func malformed() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        for _ in 0..<100 { source.add("d0", "rubbish") }
        source.add("d0", "{\"v\":1}")
        try gateway.step(readable: [source], all: [source])
        #expect(source.events == ["acknowledged 101"])
        #expect(try journal.lastSequence() == 1)
        #expect(gateway.decodeFigures.refusedMessages == 100)
        #expect(try journal.rejected(limit: 100).count == 4, "four samples a cause and minute are enough")
        #expect(try journal.rejected(limit: 1).first?.cause == "not-json")
    }

    @Test("Redeliveries of what is durable are acknowledged although there is nothing to commit")
    func redeliveries() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(), journal: journal, time: time)
        source.redeliver(3)
        try gateway.step(readable: [], all: [source])
        #expect(source.events == ["acknowledged 3"])
        #expect(journal.commitAttempts == 0, "and no commit is wasted on them")
    }

    @Test("A retained message that tells nothing new is no reading")
    func retained() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        for value in [1, 1, 2, 2] {
            source.add("d0", "{\"v\":\(value)}", retained: true)
            try gateway.step(readable: [source], all: [source])
        }
        #expect(try journal.lastSequence() == 2)
        #expect(gateway.figures.staleRetained == 2)
    }

    @Test("While nothing arrives a tick is journalled every minute, and silence is found by it")
    func ticks() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        source.add("d0", "{\"v\":1}")
        try gateway.step(readable: [source], all: [source])
        for _ in 0..<65 {
            time.advance(by: .seconds(60))
            #expect(gateway.nextDeadline <= time.monotonicNanoseconds)
            try gateway.step(readable: [], all: [source])
        }
        #expect(gateway.figures.ticks == 65)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.rule) == ["device.silent"])
    }

    @Test("A delay that ends between two readings raises its alert on time")
    func dueTick() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: LineFixture.configuration(commitDelay: .zero), journal: journal, time: time)
        source.add("d0", "{\"v\":40}")
        try gateway.step(readable: [source], all: [source])
        #expect(gateway.nextDeadline == time.monotonicNanoseconds + 3_000_000_000)
        time.advance(by: .seconds(3))
        try gateway.step(readable: [], all: [source])
        #expect(try journal.alerts(after: 0, limit: 9).map(\.kind) == ["raised"])
    }
}
