import GatewayTesting
import Journal
import Lifeline
import Testing

/// What every journal must do, asked of each implementation alike.
@Suite("Every journal")
struct JournalSuite {
    @Test("counts readings from 1 on, without gaps, in the order of commits", arguments: JournalKind.allCases)
    func order(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        #expect(try bench.writer.lastSequence() == 0)
        #expect(try bench.writer.firstSequence() == 0)
        var next: UInt64 = 1
        for size in [3, 1, 100, 2] {
            #expect(try bench.writer.commit(Samples.batch(size, from: next)) == next)
            next += UInt64(size)
        }
        let found = try bench.readings()
        #expect(found.map(\.0) == Array(1...106))
        #expect(found.map(\.1) == Samples.readings(106))
        #expect(try bench.reader().lastSequence() == 106)
        #expect(try bench.reader().firstSequence() == 1)
    }

    @Test("reads from any sequence on, also from the middle of a commit, and stops when told", arguments: JournalKind.allCases)
    func readsFromAnywhere(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        for first in stride(from: 1, through: 91, by: 10) { _ = try bench.writer.commit(Samples.batch(10, from: UInt64(first))) }
        for start: UInt64 in [0, 1, 5, 10, 11, 50, 99, 100] {
            #expect(try bench.readings(from: start).map(\.0) == Array(max(1, start)...100))
        }
        #expect(try bench.readings(from: 101).isEmpty)
        #expect(try bench.readings(from: .max).isEmpty)
        var seen: [UInt64] = []
        try bench.reader().readings(from: 37) { sequence, _ in
            seen.append(sequence)
            return seen.count < 5
        }
        #expect(seen == [37, 38, 39, 40, 41])
    }

    @Test("lets a reading's receiver ask the journal again", arguments: JournalKind.allCases)
    func nestedReading(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        _ = try bench.writer.commit(Samples.batch(4))
        _ = try bench.writer.commit(Samples.batch(4, from: 5))
        let reader = try bench.reader()
        var sums: [Double] = []
        try reader.readings(from: 1) { sequence, _ in
            var sum = 0.0
            try? reader.readings(from: sequence) { _, reading in
                sum += reading.value
                return true
            }
            sums.append(sum)
            return true
        }
        #expect(sums == [36, 35, 33, 30, 26, 21, 15, 8])
    }

    @Test("commits an empty batch by doing nothing", arguments: JournalKind.allCases)
    func emptyBatch(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        _ = try bench.writer.commit(Samples.batch(2))
        #expect(try bench.writer.commit(CommitBatch()) == 3)
        #expect(try bench.writer.figures().commits == 1)
        var alertsOnly = CommitBatch()
        alertsOnly.alerts = [Samples.alert("a")]
        #expect(try bench.writer.commit(alertsOnly) == 3)
        #expect(try bench.readings().count == 2)
    }

    @Test("refuses a batch beyond its limit and keeps nothing of it", arguments: JournalKind.allCases)
    func tooLarge(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        var batch = Samples.batch(SQLiteJournal.readingsPerCommitLimit + 1)
        batch.alerts = [Samples.alert("a")]
        #expect(throws: JournalError.self) { try bench.writer.commit(batch) }
        #expect(try bench.writer.lastSequence() == 0)
        #expect(try bench.writer.latestAlerts(limit: 9).isEmpty)
        #expect(try bench.writer.commit(Samples.batch(65_536)) == 1)
        #expect(try bench.readings().count == 65_536)
    }

    @Test("divides a batch that is larger than a segment", arguments: JournalKind.allCases)
    func manySegments(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        #expect(try bench.writer.commit(Samples.batch(140_000)) == 1)
        #expect(try bench.writer.commit(Samples.batch(1, from: 140_001)) == 140_001)
        try bench.reopen()
        #expect(try bench.writer.commit(Samples.batch(1, from: 140_002)) == 140_002)
        let found = try bench.readings(from: 131_070)
        #expect(found.map(\.0) == Array(131_070...140_002))
        #expect(found.allSatisfy { Double($0.0) == $0.1.value })
        #expect(try bench.writer.figures().segments == (kind == .sqlite ? 37 : 3))
    }

    @Test("ignores an alert whose id it has, and numbers the others without holes", arguments: JournalKind.allCases)
    func alerts(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        var batch = CommitBatch()
        batch.alerts = [Samples.alert("a"), Samples.alert("b"), Samples.alert("a")]
        _ = try bench.writer.commit(batch)
        var again = Samples.alert("b")
        again.body = [1]
        batch.alerts = [again, Samples.alert("c")]
        _ = try bench.writer.commit(batch)
        try bench.reopen()
        batch.alerts = [Samples.alert("c"), Samples.alert("d")]
        _ = try bench.writer.commit(batch)
        let found = try bench.reader().alerts(after: 0, limit: 10)
        #expect(found.map(\.id) == ["a", "b", "c", "d"])
        #expect(found.map(\.position) == [1, 2, 3, 4])
        var expected = Samples.alert("b")
        expected.position = 2
        #expect(found[1] == expected)
        #expect(try bench.reader().alerts(after: 2, limit: 1).map(\.id) == ["c"])
        #expect(try bench.reader().latestAlerts(limit: 2).map(\.id) == ["d", "c"])
        #expect(try bench.reader().alerts(after: 4, limit: 10).isEmpty)
        #expect(try bench.reader().alerts(after: 0, limit: -1).isEmpty)
    }

    @Test("keeps each lane's cursor", arguments: JournalKind.allCases)
    func cursors(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        #expect(try bench.reader().cursor(.alerts) == 0)
        var batch = CommitBatch()
        batch.cursors = [.readings: 41]
        _ = try bench.writer.commit(batch)
        batch.cursors = [.readings: 42, .alerts: 7]
        _ = try bench.writer.commit(batch)
        try bench.reopen()
        #expect(try bench.reader().cursor(.readings) == 42)
        #expect(try bench.reader().cursor(.alerts) == 7)
    }

    @Test("returns the newest checkpoint as it was given", arguments: JournalKind.allCases)
    func checkpoints(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        #expect(try bench.writer.checkpoint() == nil)
        for number in 1...5 {
            var batch = Samples.batch(1, from: UInt64(number))
            batch.checkpoint = Checkpoint(
                sequence: UInt64(number), revision: "r\(number)", body: (0..<50_000).map { UInt8(truncatingIfNeeded: $0 * number) })
            _ = try bench.writer.commit(batch)
            #expect(try bench.writer.checkpoint() == batch.checkpoint)
            try bench.reopen()
            #expect(try bench.writer.checkpoint() == batch.checkpoint)
        }
        var batch = CommitBatch()
        batch.checkpoint = Checkpoint(sequence: 5, revision: "empty", body: [])
        _ = try bench.writer.commit(batch)
        #expect(try bench.writer.checkpoint() == batch.checkpoint)
    }

    @Test("knows the newest receipts, oldest first, over a restart", arguments: JournalKind.allCases)
    func receipts(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        #expect(try bench.writer.recentReceipts(limit: 10).isEmpty)
        var batch = CommitBatch()
        batch.receipts = [.max, 2, 3]
        _ = try bench.writer.commit(batch)
        batch.receipts = [4, 5]
        _ = try bench.writer.commit(batch)
        try bench.reopen()
        #expect(try bench.writer.recentReceipts(limit: 10) == [.max, 2, 3, 4, 5])
        #expect(try bench.writer.recentReceipts(limit: 3) == [3, 4, 5])
        #expect(try bench.writer.recentReceipts(limit: 0).isEmpty)
    }

    @Test("keeps no more than a bounded number of receipts", arguments: JournalKind.allCases)
    func receiptsBounded(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        var next: UInt64 = 0
        for _ in 0..<30 {
            var batch = CommitBatch()
            batch.receipts = (0..<1000).map { next + $0 }
            next += 1000
            _ = try bench.writer.commit(batch)
            _ = try bench.writer.maintain()
        }
        try bench.reopen()
        #expect(try bench.writer.recentReceipts(limit: .max) == Array((next - 8192)..<next))
    }

    @Test("gives a series its number for the life of the file", arguments: JournalKind.allCases)
    func series(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        let tilt = try bench.writer.series(forKey: "MH-17/tilt")
        let level = try bench.writer.series(forKey: "井盖/水位")
        #expect(tilt != .tick && level != .tick && tilt != level)
        #expect(try bench.writer.series(forKey: "MH-17/tilt") == tilt)
        #expect(try bench.reader().seriesKeys().isEmpty)
        _ = try bench.writer.commit(Samples.batch(1))
        #expect(try bench.reader().seriesKeys() == [tilt: "MH-17/tilt", level: "井盖/水位"])
        try bench.reopen()
        #expect(try bench.writer.series(forKey: "井盖/水位") == level)
        let third = try bench.writer.series(forKey: "third")
        #expect(third > level)
        // With nothing else to be written, the series alone is made durable.
        _ = try bench.writer.commit(CommitBatch())
        try bench.reopen()
        #expect(try bench.writer.seriesKeys()[third] == "third")
        #expect(throws: JournalError.self) { try bench.writer.series(forKey: "") }
        #expect(throws: JournalError.self) { try bench.writer.series(forKey: String(repeating: "x", count: 257)) }
    }

    @Test("keeps the newest 256 rejected messages, and no more of one than its sample limit", arguments: JournalKind.allCases)
    func rejectedRing(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        var batch = CommitBatch()
        for number in 0..<300 {
            batch.rejected.append(Samples.rejected(number))
            if number % 7 == 0 {
                _ = try bench.writer.commit(batch)
                batch.removeAll()
            }
        }
        batch.rejected += (300..<1000).map(Samples.rejected)
        _ = try bench.writer.commit(batch)
        try bench.reopen()
        let found = try bench.reader().rejected(limit: 1000)
        #expect(found.map(\.topic) == (744..<1000).reversed().map { "a/\($0)" })
        #expect(found.first?.sample == [UInt8](repeating: UInt8(truncatingIfNeeded: 999), count: RejectedMessage.sampleLimit))
        #expect(found.first?.received == Timestamp(microseconds: Samples.start + 999))
        #expect(try bench.reader().rejected(limit: 2).map(\.topic) == ["a/999", "a/998"])
    }

    @Test("never grows beyond its cap when it is maintained, drops the oldest first and counts each reading", arguments: JournalKind.allCases)
    func retention(kind: JournalKind) throws {
        let bench = try JournalBench(kind, maxBytes: 256 << 10)
        var random = SeededGenerator(seed: 11)
        var next: UInt64 = 1
        for _ in 0..<900 {
            var batch = CommitBatch()
            batch.readings = Samples.realistic(100, series: 20, &random, from: Samples.start + Int64(next) * 1_000_000)
            // Half is forwarded and judged.
            batch.cursors = [.readings: next / 2]
            batch.checkpoint = Checkpoint(sequence: next / 2, revision: "r", body: [])
            #expect(try bench.writer.commit(batch) == next)
            next += 100
            while try bench.writer.maintain() {}
        }
        let figures = try bench.writer.figures()
        #expect(figures.bytes <= figures.maxBytes)
        #expect(figures.droppedReadings > 0)
        let first = try bench.writer.firstSequence()
        #expect(figures.droppedReadings == first - 1)
        #expect(try bench.readings(from: 1).map(\.0) == Array(first..<next))
        #expect(UInt64(figures.segments) == (next - first) / 100)
        #expect(figures.commits == 900)
        let before = figures.droppedReadings
        try bench.reopen()
        #expect(try bench.writer.figures().droppedReadings == before)
        #expect(try bench.writer.commit(Samples.batch(1)) == next)
    }

    @Test("keeps the newest segment, so that no sequence is used twice", arguments: JournalKind.allCases)
    func sequenceSurvivesRetention(kind: JournalKind) throws {
        let bench = try JournalBench(kind, maxBytes: 128 << 10)
        var random = SeededGenerator(seed: 12)
        var next: UInt64 = 1
        while next < 100_000 {
            var batch = CommitBatch()
            batch.readings = (0..<1000).map { _ in
                // Bits without pattern: the worst that a segment can hold.
                Reading(series: SeriesID(1), observed: .distantPast, received: .distantPast, value: Double(bitPattern: random.next() >> 2))
            }
            var first: UInt64 = 0
            if let error = failure(of: { first = try bench.writer.commit(batch) }) {
                // The only way on is to let go of the oldest.
                #expect(error.isFull)
            } else {
                #expect(first == next)
                next += 1000
            }
            while try bench.writer.maintain() {}
        }
        #expect(try bench.writer.lastSequence() == next - 1)
        try bench.reopen()
        #expect(try bench.writer.commit(Samples.batch(1)) == next)
    }

    @Test("shows readers committed data only", arguments: JournalKind.allCases)
    func committedOnly(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        let reader = try bench.reader()
        _ = try bench.writer.series(forKey: "a")
        #expect(try reader.lastSequence() == 0)
        #expect(try reader.seriesKeys().isEmpty)
        _ = try bench.writer.commit(Samples.batch(3))
        #expect(try reader.lastSequence() == 3)
        #expect(try reader.seriesKeys().count == 1)
        #expect(try reader.figures().segments == 1)
    }

    @Test("keeps decisions at the places of their entries, and all that no checkpoint covers", arguments: JournalKind.allCases)
    func decisions(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        var batch = Samples.batch(3)
        batch.decisions = [DecisionRecord(sequence: 1, body: [1, 2]), DecisionRecord(sequence: 2, body: [3])]
        _ = try bench.writer.commit(batch)
        batch.decisions = [DecisionRecord(sequence: 0, body: [])]
        _ = try bench.writer.commit(batch)
        let kept = [DecisionRecord(sequence: 2, body: [1, 2]), DecisionRecord(sequence: 3, body: [3]), DecisionRecord(sequence: 4, body: [])]
        #expect(try bench.reader().decisions(after: 0) == kept)
        #expect(try bench.writer.decisions(after: 2) == Array(kept.dropFirst()))
        try bench.reopen()
        #expect(try bench.writer.decisions(after: 0) == kept)
        // A decision that belongs to no entry of its batch is a mistake.
        batch.decisions = [DecisionRecord(sequence: 3, body: [])]
        #expect(failure { _ = try bench.writer.commit(batch) } != nil)
        batch.decisions = [DecisionRecord(sequence: 0, body: [UInt8](repeating: 0, count: DecisionRecord.bytesLimit + 1))]
        #expect(failure { _ = try bench.writer.commit(batch) } != nil)
        #expect(try bench.writer.lastSequence() == 6)
    }

    @Test("lets the oldest decisions go only where a checkpoint covers them", arguments: JournalKind.allCases)
    func decisionsTrimmed(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        func add(_ count: Int) throws {
            var many = Samples.batch(count)
            many.decisions = (0..<count).map { DecisionRecord(sequence: UInt64($0), body: [1]) }
            _ = try bench.writer.commit(many)
        }
        try add(DecisionRecord.limit + 10)
        #expect(try bench.writer.decisions(after: 0).count == DecisionRecord.limit + 10)
        for _ in 0..<2 {
            var checkpoint = CommitBatch()
            checkpoint.checkpoint = Checkpoint(sequence: 5, revision: "r", body: [1])
            _ = try bench.writer.commit(checkpoint)
        }
        try add(1)
        #expect(try bench.writer.decisions(after: 0).first?.sequence == 6)
        #expect(try bench.writer.decisions(after: 0).count == DecisionRecord.limit + 6)
    }

    @Test("throws after it is closed", arguments: JournalKind.allCases)
    func closed(kind: JournalKind) throws {
        let bench = try JournalBench(kind)
        _ = try bench.writer.commit(Samples.batch(3))
        bench.writer.close()
        bench.writer.close()
        #expect(throws: JournalError.self) { try bench.writer.commit(Samples.batch(1)) }
        #expect(throws: JournalError.self) { try bench.writer.maintain() }
        #expect(throws: JournalError.self) { try bench.writer.lastSequence() }
    }
}
