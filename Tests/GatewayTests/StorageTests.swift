import Gateway
import GatewayTesting
import Journal
import Lifeline
import Site
import Testing

/// The line over a store that refuses, a clock that is wrong, and what the gateway says of itself.
@Suite("The line when the board is not well")
struct StorageTests {
    private let journal = MemoryJournal()
    private let time = ManualTimeSource()
    private let source = ScriptedSource()

    private func gateway(_ configuration: SiteConfiguration = LineFixture.configuration(commitDelay: .zero)) throws -> Gateway {
        try Gateway(configuration: configuration, journal: journal, time: time)
    }

    /// A site whose rules speak of the gateway too.
    private var observed: SiteConfiguration {
        var site = LineFixture.configuration(commitDelay: .zero)
        for quantity in ["readings_lost", "journal_damage", "storage_refused", "clock_unsynchronised"] {
            site.plan.rules.append(
                Rule(
                    id: "gateway." + quantity, kind: .high, assetClass: .gateway, quantity: quantity, levels: [LevelLimit(level: .orange, limit: 1)],
                    offDelay: 3600, event: BilingualText(chinese: "网关", english: "gateway"), advice: BilingualText(chinese: "看", english: "look")))
        }
        return site
    }

    private func turn(_ gateway: Gateway, _ value: Double? = nil) throws(JournalError) {
        if let value { source.add("d0", "{\"v\":\(value)}") }
        try gateway.step(readable: source.isPaused ? [] : [source], all: [source])
    }

    @Test("The watchdog is not fed while a commit is overdue: not by a loop that turns and stores nothing")
    func watchdog() throws {
        let gateway = try gateway(LineFixture.configuration(commitDelay: .seconds(10)))
        #expect(gateway.storageIsAlive(time.monotonicNanoseconds))
        time.advance(by: .seconds(3600))
        #expect(gateway.storageIsAlive(time.monotonicNanoseconds), "a street where nothing happens is no fault")
        try turn(gateway, 1)
        #expect(!gateway.isIdle)
        time.advance(by: .seconds(59))
        #expect(gateway.storageIsAlive(time.monotonicNanoseconds))
        time.advance(by: .seconds(1))
        #expect(!gateway.storageIsAlive(time.monotonicNanoseconds))
        try gateway.step(readable: [], all: [source])
        #expect(gateway.isIdle && gateway.storageIsAlive(time.monotonicNanoseconds))

        journal.failAllCommits(with: .full("test"))
        try? turn(gateway, 2)
        time.advance(by: .seconds(10))
        #expect(throws: JournalError.full("test")) { try gateway.step(readable: [], all: [source]) }
        time.advance(by: .seconds(61))
        #expect(!gateway.storageIsAlive(time.monotonicNanoseconds), "a store that is to be tried again and is not")
    }

    @Test("A store that refuses is tried again after 1, 2, 4, 8 and then every 15 seconds, and nothing is read meanwhile")
    func retries() throws {
        let gateway = try gateway()
        journal.failAllCommits(with: .full("test"))
        #expect(throws: JournalError.full("test")) { try turn(gateway, 1) }
        var gaps: [Int64] = []
        for _ in 0..<6 {
            let before = time.monotonicNanoseconds
            let attempts = journal.commitAttempts
            try gateway.step(readable: [], all: [source])
            #expect(journal.commitAttempts == attempts, "not before it is due")
            time.advance(by: .nanoseconds(gateway.nextDeadline - before))
            gaps.append((time.monotonicNanoseconds - before) / 1_000_000_000)
            #expect(throws: JournalError.full("test")) { try gateway.step(readable: [], all: [source]) }
            #expect(gateway.storageIsAlive(time.monotonicNanoseconds), "it answers, so a new process could do no better")
        }
        #expect(gaps == [1, 2, 4, 8, 15, 15])
        #expect(!gateway.storage.wantsReopening, "a full store is no broken one")
        journal.failAllCommits(with: nil)
        time.advance(by: .seconds(15))
        try gateway.step(readable: [], all: [source])
        #expect(!gateway.storage.isRefusing && !source.isPaused)
        try turn(gateway, 2)
        #expect(source.events.last == "acknowledged 1")
    }

    @Test("A medium that fails twice wants its journal opened anew; the next gateway goes on and forgets no cursor")
    func reopening() throws {
        let old = try gateway()
        try turn(old, 1)
        old.acknowledged([.readings: 1])
        journal.failAllCommits(with: .medium("gone"))
        #expect(throws: JournalError.self) { try turn(old, 2) }
        #expect(!old.storage.wantsReopening)
        time.advance(by: .seconds(1))
        #expect(throws: JournalError.self) { try turn(old) }
        #expect(old.storage.wantsReopening)
        // The commit that was refused is there all the same: its sync had failed after everything was written.
        let reopened = journal.reopened()
        var taken = CommitBatch()
        taken.receipts = [4711]
        _ = try reopened.commit(taken)
        let new = try Gateway.reopened(after: old, sources: [source], exists: true) { (_, _) throws(JournalError) in reopened }
        #expect(source.restored.last == 4711, "or the message would be taken for a new one when it comes again")
        #expect(new.storage.isRefusing && !new.storage.wantsReopening)
        try new.step(readable: [], all: [source])
        #expect(!new.storage.isRefusing && !source.isPaused)
        #expect(try reopened.cursor(.readings) == 1)
    }

    @Test("A batch that raises more alerts than a commit takes is committed in parts, and a long replay does not hoard them")
    func manyAlerts() throws {
        var site = LineFixture.configuration(sensors: 3000, commitDelay: .zero)
        site.plan.rules[0].onDelay = 0
        site.journal.maxBatch = 65_536
        let gateway = try gateway(site)
        for index in 0..<3000 { source.add("d\(index)", "{\"v\":40}") }
        while !source.waiting.isEmpty { try gateway.step(readable: [source], all: [source]) }
        #expect(try journal.alerts(after: 0, limit: 10_000).count == 3000)
        // Without a checkpoint everything is judged again; what is there already is ignored.
        let attempts = journal.commitAttempts
        let again = try self.gateway(site)
        #expect(again.figures.replayed == 3000)
        #expect(journal.commitAttempts - attempts >= 2)
        #expect(try journal.alerts(after: 0, limit: 10_000).count == 3000)
    }

    @Test("Checkpoints are written when they are worth their wear")
    func checkpoints() throws {
        let gateway = try gateway(LineFixture.configuration(sensors: 20, commitDelay: .zero))
        try turn(gateway, 1)
        time.advance(by: .seconds(301))
        #expect(gateway.checkpointIsDue, "the first one has no size to weigh")
        try gateway.writeCheckpoint()
        let size = try #require(try journal.checkpoint()).body.count
        #expect(size > 20_000)
        try turn(gateway, 1)
        time.advance(by: .seconds(301))
        try turn(gateway, 1)
        #expect(!gateway.checkpointIsDue, "two readings do not weigh as much")
        for _ in 0..<(size / 4) { source.add("d0", "{\"v\":1}") }
        while !source.waiting.isEmpty { try turn(gateway) }
        #expect(gateway.checkpointIsDue)
    }

    @Test("How the clock stood is journalled with the readings, and a boot that learns the time puts its first hours right")
    func clock() throws {
        let start = Timestamp(unixSeconds: 0)
        time.reboot("a", wall: start, isSynchronised: false)
        let gateway = try gateway()
        try turn(gateway, 1)
        #expect(try journal.clockMarks() == [ClockMark(sequence: 1, boot: "a", offset: -1_000_000, isSynchronised: false)])
        time.advance(by: .seconds(100))
        try turn(gateway, 2)
        var correction = ClockCorrection(try journal.clockMarks())
        #expect(correction.correction(at: 2).trust == .unsynchronised)
        let truth = Timestamp(unixSeconds: 1_800_000_000)
        time.step(to: truth)
        time.synchronise(true)
        try turn(gateway, 3)
        #expect(try journal.clockMarks().map(\.sequence) == [1, 3])
        correction = ClockCorrection(try journal.clockMarks())
        var readings: [(Sequence64, Reading)] = []
        try journal.readings(from: 1) {
            readings.append(($0, $1)); return true
        }
        let (first, trust) = correction.corrected(readings[0].1, at: readings[0].0)
        #expect(trust == .corrected)
        #expect(first.received == truth.advanced(by: .seconds(-100)))
        #expect(first.observed == first.received, "its time of observation was the time of receipt")
        #expect(readings[0].1.flags.contains(.boardClockUnsynchronised))
        let last = try #require(readings.last)
        #expect(correction.corrected(last.1, at: last.0).trust == .synchronised)
        #expect(last.1.received == truth && !last.1.flags.contains(.boardClockUnsynchronised))
    }

    @Test("A clock that jumps by a second each minute needs no marks; years do, and nothing waits for the clock")
    func jumps() throws {
        let gateway = try gateway()
        try turn(gateway, 1)
        for minute in 0..<200 {
            time.advance(by: .seconds(60))
            time.step(to: time.now.advanced(by: .seconds(minute % 2 == 0 ? 1 : -1)))
            try turn(gateway, 1)
        }
        #expect(try journal.clockMarks().count == 1)
        let day: Int64 = 86_400
        for years in [-10, 10, 10, -10] as [Int64] {
            time.step(to: time.now.advanced(by: .seconds(years * 365 * day)))
            time.advance(by: .seconds(60))
            try turn(gateway, 1)
        }
        #expect(try journal.clockMarks().count == 5)
        #expect(gateway.figures.ticks < 10 + 200)
        #expect(try journal.alerts(after: 0, limit: 9).isEmpty, "a jump makes nobody silent")
    }

    @Test("Marks are bounded: the oldest go")
    func marksAreBounded() throws {
        let gateway = try gateway()
        for index in 0..<1100 {
            time.step(to: time.now.advanced(by: .seconds(index % 2 == 0 ? 100 : -100)))
            try turn(gateway, 1)
        }
        let marks = try journal.clockMarks()
        #expect(marks.count == ClockMark.limit)
        #expect(marks.last?.sequence == (try journal.lastSequence()))
    }

    @Test("The gateway says of itself what a maintainer must hear: a store that refused, a clock that nobody sets")
    func observation() throws {
        let gateway = try gateway(observed)
        try turn(gateway, 1)
        journal.failAllCommits(with: .medium("test"))
        #expect(throws: JournalError.self) { try turn(gateway, 2) }
        time.advance(by: .seconds(30))
        journal.failAllCommits(with: nil)
        try turn(gateway)
        try turn(gateway)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.rule) == ["gateway.storage_refused"])
        #expect(try journal.alerts(after: 0, limit: 9).first?.subject == "gateway/gw7")
        time.synchronise(false)
        time.advance(by: .seconds(61))
        try turn(gateway)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.rule) == ["gateway.storage_refused", "gateway.clock_unsynchronised"])
        for _ in 0..<62 {
            time.advance(by: .seconds(60))
            try turn(gateway)
        }
        #expect(try journal.alerts(after: 0, limit: 9).last.map { $0.rule + " " + $0.kind } == "gateway.storage_refused cleared")
        #expect(gateway.presence().total == 1, "the gateway is none of the site's sensors")
    }

    @Test("Readings that had to go before the platform had them become an alert of the gateway, and an hour without loss clears it")
    func readingsLost() throws {
        let small = MemoryJournal(maxBytes: 20_000)
        let gateway = try Gateway(configuration: observed, journal: small, time: time)
        for value in 0..<2000 {
            source.add("d0", "{\"v\":\(value % 10)}")
            do throws(JournalError) {
                try gateway.step(readable: source.isPaused ? [] : [source], all: [source])
                try gateway.upkeep([source])
            } catch {
                time.advance(by: .seconds(2))
            }
        }
        #expect(try small.figures().dropped.unforwardedBySpace > 0)
        for _ in 0..<10 {
            time.advance(by: .seconds(61))
            try? turn(gateway)
        }
        #expect(!gateway.storage.isRefusing)
        let lost = try small.alerts(after: 0, limit: 99).filter { $0.rule == "gateway.readings_lost" }
        #expect(lost.map(\.kind).first == "raised")
        // The platform is back: what goes from now on, it has.
        for _ in 0..<70 {
            time.advance(by: .seconds(60))
            gateway.acknowledged([.readings: try small.lastSequence()])
            try? turn(gateway)
            try? gateway.upkeep([source])
        }
        #expect(try small.alerts(after: 0, limit: 99).filter { $0.rule == "gateway.readings_lost" }.map(\.kind).last == "cleared")
    }
}
