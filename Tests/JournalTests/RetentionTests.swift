import GatewayTesting
import Journal
import Lifeline
import Testing

/// What a journal lets go of, class by class and cause by cause.
@Suite("Retention by class and cause")
struct RetentionTests {
    /// Readings of one segment for each of ten days, all judged, the first six acknowledged; an alert a day, the first four acknowledged.
    private func tenDays(_ kind: JournalKind) throws -> JournalBench {
        let bench = try JournalBench(kind)
        for day in 0..<10 {
            var batch = CommitBatch()
            batch.readings = (0..<5).map { number in
                let moment = Self.day(day).advanced(byMicroseconds: Int64(number))
                return Reading(series: SeriesID(1), observed: moment, received: moment, value: 1)
            }
            var alert = Samples.alert("a\(day)")
            alert.recorded = Self.day(day)
            batch.alerts = [alert]
            if day == 9 {
                batch.cursors = [.readings: 30, .alerts: 4]
                batch.checkpoint = Checkpoint(sequence: 50, revision: "r", body: [])
            }
            _ = try bench.writer.commit(batch)
        }
        return bench
    }

    private static func day(_ number: Int) -> Timestamp {
        Timestamp(microseconds: Samples.start).advanced(by: .seconds(86_400 * number + 1))
    }

    private func maintain(_ bench: JournalBench, now: Timestamp?) throws {
        while try bench.writer.maintain(now: now) {}
    }

    @Test("drops nothing for its age without a policy, or without a clock that can be trusted", arguments: JournalKind.allCases)
    func noAge(kind: JournalKind) throws {
        let bench = try tenDays(kind)
        try maintain(bench, now: Self.day(1000))
        bench.writer.retention = RetentionPolicy(maxAgeReadings: .seconds(86_400), maxAgeAlerts: .seconds(86_400))
        try maintain(bench, now: nil)
        #expect(try bench.readings().count == 50)
        #expect(try bench.writer.alerts(after: 0, limit: 99).count == 10)
        #expect(try bench.writer.figures().dropped == JournalDrops())
    }

    @Test("drops what is old and acknowledged, and says so", arguments: JournalKind.allCases)
    func age(kind: JournalKind) throws {
        let bench = try tenDays(kind)
        bench.writer.retention = RetentionPolicy(maxAgeReadings: .seconds(3 * 86_400), maxAgeAlerts: .seconds(7 * 86_400))
        try maintain(bench, now: Self.day(6))
        // Days 0, 1 and 2 end more than three days before day 6; no alert is seven days old.
        #expect(try bench.writer.firstSequence() == 16)
        #expect(try bench.writer.alerts(after: 0, limit: 99).count == 10)
        try maintain(bench, now: Self.day(9))
        #expect(try bench.writer.firstSequence() == 31)
        #expect(try bench.writer.alerts(after: 0, limit: 99).map(\.id) == (2..<10).map { "a\($0)" })
        var expected = JournalDrops()
        expected.forwardedByAge = 30
        expected.alertsByAge = 2
        #expect(try bench.reader().figures().dropped == expected)
        #expect(try bench.reader().figures().droppedReadings == 30)
        #expect(try bench.reader().figures().segments == 4)
        try bench.reopen()
        #expect(try bench.writer.figures().dropped == expected)
        // The next one does not take the place of one that is gone.
        var batch = CommitBatch()
        batch.alerts = [Samples.alert("new")]
        _ = try bench.writer.commit(batch)
        #expect(try bench.writer.latestAlerts(limit: 1).first?.position == 11)
    }

    @Test("loses nothing that was not acknowledged to a clock that is a thousand years ahead", arguments: JournalKind.allCases)
    func wrongClock(kind: JournalKind) throws {
        let bench = try tenDays(kind)
        bench.writer.retention = RetentionPolicy(maxAgeReadings: .zero, maxAgeAlerts: .zero)
        try maintain(bench, now: .distantFuture)
        #expect(try bench.readings().map(\.0) == Array(31...50))
        #expect(try bench.writer.alerts(after: 0, limit: 99).map(\.position) == Array(5...10))
        var batch = CommitBatch()
        batch.cursors = [.readings: 50, .alerts: 10]
        _ = try bench.writer.commit(batch)
        try maintain(bench, now: .distantPast)
        #expect(try bench.readings().count == 20)
    }

    @Test("keeps for a replay what no checkpoint covers, however old", arguments: JournalKind.allCases)
    func unjudged(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        for first in stride(from: UInt64(1), through: 41, by: 10) { _ = try bench.writer.commit(Samples.batch(10, from: first)) }
        var batch = CommitBatch()
        batch.cursors = [.readings: 50]
        batch.checkpoint = Checkpoint(sequence: 25, revision: "r", body: [])
        _ = try bench.writer.commit(batch)
        bench.writer.retention.maxAgeReadings = .seconds(1)
        try maintain(bench, now: .distantFuture)
        #expect(try bench.writer.firstSequence() == 21)
    }

    /// Alerts of about a kilobyte.
    private func largeAlert(_ number: Int) -> AlertRecord {
        var alert = Samples.alert("a\(number)")
        alert.body = [UInt8](repeating: 7, count: 1000)
        return alert
    }

    @Test("takes alerts into a full journal as long as there are readings to drop; then commits are refused until alerts are acknowledged")
    func fullOfAlerts() throws {
        let bench = try JournalBench(.sqlite, maxBytes: 256 << 10)
        let journal = bench.writer
        var random = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            var batch = CommitBatch()
            batch.readings = Samples.realistic(200, series: 20, &random)
            _ = try journal.commit(batch)
            while try journal.maintain() {}
        }
        // Alerts come, and no acknowledgement.
        var taken = 0
        var refusals = 0
        while refusals < 3 {
            try #require(taken < 1000)
            var batch = CommitBatch()
            batch.alerts = [largeAlert(taken)]
            if let error = failure(of: { _ = try journal.commit(batch) }) {
                #expect(error.isFull)
                refusals += 1
            } else {
                taken += 1
                refusals = 0
            }
            while try journal.maintain() {}
        }
        // Of the readings only the newest segment is left; of the alerts, none is missing.
        #expect(try journal.figures().segments == 1)
        #expect(taken > 120)
        #expect(try journal.alerts(after: 0, limit: 10_000).map(\.id) == (0..<taken).map { "a\($0)" })
        #expect(try journal.figures().dropped.alertsBySpace == 0)
        // Acknowledgements find room even now, and what is acknowledged makes room.
        var batch = CommitBatch()
        batch.cursors = [.alerts: 40]
        _ = try journal.commit(batch)
        batch.removeAll()
        batch.alerts = [largeAlert(taken)]
        _ = failure { _ = try journal.commit(batch) }
        while try journal.maintain() {}
        _ = try journal.commit(batch)
        let dropped = try journal.figures().dropped.alertsBySpace
        #expect(dropped > 0 && dropped <= 40)
        #expect(try journal.alerts(after: 0, limit: 10_000).first?.position == dropped + 1)
        #expect(try journal.alerts(after: 40, limit: 10_000).count == taken + 1 - 40)
    }

    @Test("never gives an acknowledged position to another alert, not even when every alert has been dropped", arguments: JournalKind.allCases)
    func positionsAreNotReused(kind: JournalKind) throws {
        guard kind == .sqlite else { return }
        let bench = try JournalBench(kind)
        var batch = Samples.batch(2)
        batch.alerts = (0..<5).map { Samples.alert("a\($0)") }
        _ = try bench.writer.commit(batch)
        batch = CommitBatch()
        batch.cursors = [.alerts: 5]
        batch.checkpoint = Checkpoint(sequence: 2, revision: "r", body: [])
        _ = try bench.writer.commit(batch)
        bench.writer.retention = RetentionPolicy(maxAgeAlerts: .seconds(3600))
        while try bench.writer.maintain(now: Timestamp(microseconds: Samples.start).advanced(by: .seconds(100_000))) {}
        #expect(try bench.writer.alerts(after: 0, limit: 9).isEmpty)
        try bench.reopen()
        batch = CommitBatch()
        batch.alerts = [Samples.alert("b")]
        _ = try bench.writer.commit(batch)
        #expect(try bench.writer.alerts(after: 5, limit: 9).map(\.id) == ["b"], "the uplink looks behind its cursor")
    }

    @Test("counts what it drops for want of room by whether the platform had it")
    func bySpace() throws {
        let bench = try JournalBench(.sqlite, maxBytes: 128 << 10)
        var random = SeededGenerator(seed: 4)
        for number in 0..<200 {
            var batch = CommitBatch()
            batch.readings = Samples.realistic(200, series: 20, &random)
            if number == 30 {
                batch.cursors = [.readings: 2000]
                batch.checkpoint = Checkpoint(sequence: 1000, revision: "r", body: [])
            }
            _ = try bench.writer.commit(batch)
            while try bench.writer.maintain() {}
        }
        let figures = try bench.writer.figures()
        let first = try bench.writer.firstSequence()
        #expect(figures.dropped.forwardedBySpace == 2000)
        #expect(figures.dropped.unforwardedBySpace == first - 1 - 2000)
        #expect(figures.dropped.unjudged == first - 1 - 1000)
        #expect(figures.dropped.forwardedByAge == 0)
        #expect(figures.droppedReadings == first - 1)
        #expect(UInt64(figures.segments) == (40_001 - first) / 200)
    }
}
