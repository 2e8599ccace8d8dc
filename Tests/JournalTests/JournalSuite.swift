import Foundation
import GatewayTesting
import Journal
import Lifeline
import Testing

/// The two journals behind one port; what holds for one holds for the other.
enum Implementation: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    func make(_ folder: TestFolder) throws -> any JournalWriter {
        switch self {
        case .memory: MemoryJournal()
        case .sqlite: try SQLiteJournal(path: folder.file("journal.db"), maxBytes: 64 << 20)
        }
    }
}

enum Sample {
    static let start = Timestamp(unixSeconds: 1_767_323_045)

    static func readings(_ count: Int, series: UInt32 = 1, from: Int = 0) -> [Reading] {
        (0..<count).map { index in
            Reading(
                series: SeriesID(series), observed: start.advanced(byMicroseconds: Int64(from + index) * 1_000_000),
                received: start.advanced(byMicroseconds: Int64(from + index) * 1_000_000 + 1234), value: Double(from + index) / 10)
        }
    }

    static func alert(_ id: String) -> AlertRecord {
        AlertRecord(
            id: id, episode: "ep-1", kind: "raised", level: 3, subject: "manhole/MH-1", sensor: "MH-1/tilt", rule: "cover.tilt", recorded: start,
            body: Array("{\"id\":\"\(id)\"}".utf8))
    }

    static func all(_ journal: any JournalReader, from: UInt64 = 1) throws -> [(UInt64, Reading)] {
        var result: [(UInt64, Reading)] = []
        try journal.readings(from: from) {
            result.append(($0, $1))
            return true
        }
        return result
    }
}

@Suite("Every journal")
struct JournalSuite {
    @Test("Readings come back in order under contiguous sequences", arguments: Implementation.allCases)
    func order(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        #expect(try journal.lastSequence() == 0)
        #expect(try journal.firstSequence() == 0)
        var batch = CommitBatch()
        var expected: [Reading] = []
        for (index, count) in [1, 7, 100, 1, 3000].enumerated() {
            batch.readings = Sample.readings(count, series: UInt32(index + 1), from: expected.count)
            #expect(try journal.commit(batch) == UInt64(expected.count + 1))
            expected += batch.readings
        }
        let all = try Sample.all(journal)
        #expect(all.map(\.0) == (1...UInt64(expected.count)).map { $0 })
        #expect(all.map(\.1) == expected)
        #expect(try journal.lastSequence() == UInt64(expected.count))
        for from in [1, 2, 8, 9, 108, 109, 110, 3108, 3109, 9999] as [UInt64] {
            let part = try Sample.all(journal, from: from)
            #expect(part.map(\.0) == (1...UInt64(expected.count)).filter { $0 >= from })
        }
    }

    @Test("Reading stops where it is told to", arguments: Implementation.allCases)
    func stops(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        var batch = CommitBatch()
        batch.readings = Sample.readings(50)
        _ = try journal.commit(batch)
        var seen = 0
        try journal.readings(from: 10) { _, _ in
            seen += 1
            return seen < 5
        }
        #expect(seen == 5)
    }

    @Test("An alert's id is taken once; positions follow the order without holes", arguments: Implementation.allCases)
    func alerts(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        var batch = CommitBatch()
        batch.alerts = ["a", "b", "a", "c"].map { Sample.alert($0) }
        _ = try journal.commit(batch)
        batch.alerts = ["b", "d"].map { Sample.alert($0) }
        _ = try journal.commit(batch)
        let stored = try journal.alerts(after: 0, limit: 10)
        #expect(stored.map(\.id) == ["a", "b", "c", "d"])
        #expect(stored.map(\.position) == [1, 2, 3, 4])
        #expect(stored[0].body == Array("{\"id\":\"a\"}".utf8))
        #expect(try journal.alerts(after: 2, limit: 1).map(\.id) == ["c"])
        #expect(try journal.latestAlerts(limit: 2).map(\.id) == ["d", "c"])
    }

    @Test("Cursors only go forward; checkpoints are the last one", arguments: Implementation.allCases)
    func cursorsAndCheckpoints(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        #expect(try journal.checkpoint() == nil)
        #expect(try journal.cursor(.alerts) == 0)
        var batch = CommitBatch()
        batch.cursors = [.alerts: 7, .readings: 100]
        batch.checkpoint = Checkpoint(sequence: 5, revision: "r1", body: [1, 2, 3])
        _ = try journal.commit(batch)
        batch.cursors = [.alerts: 3]
        batch.checkpoint = Checkpoint(sequence: 5, revision: "r2", body: [4])
        _ = try journal.commit(batch)
        #expect(try journal.cursor(.alerts) == 7)
        #expect(try journal.cursor(.readings) == 100)
        #expect(try journal.checkpoint() == Checkpoint(sequence: 5, revision: "r2", body: [4]))
        for sequence in 6...20 as ClosedRange<UInt64> {
            batch.checkpoint = Checkpoint(sequence: sequence, revision: "r3", body: [UInt8(sequence)])
            _ = try journal.commit(batch)
            #expect(try journal.checkpoint()?.sequence == sequence)
        }
    }

    @Test("Receipts come back oldest first, the newest at most", arguments: Implementation.allCases)
    func receipts(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        var batch = CommitBatch()
        for start in [0, 10, 20] as [UInt64] {
            batch.readings = Sample.readings(10, from: Int(start))
            batch.receipts = Array(start..<(start + 10))
            _ = try journal.commit(batch)
        }
        #expect(try journal.recentReceipts(limit: 100) == Array(0..<30))
        #expect(try journal.recentReceipts(limit: 15) == Array(15..<30))
    }

    @Test("Rejected messages are a bounded ring, newest first", arguments: Implementation.allCases)
    func rejected(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        var batch = CommitBatch()
        for index in 0..<300 {
            batch.rejected = [
                RejectedMessage(received: Sample.start, broker: "b", topic: "t/\(index)", cause: "not-json", sample: Array("{".utf8))
            ]
            _ = try journal.commit(batch)
        }
        let kept = try journal.rejected(limit: 1000)
        #expect(kept.count == 256)
        #expect(kept.first?.topic == "t/299")
        #expect(kept.last?.topic == "t/44")
    }

    @Test("A series keeps its number", arguments: Implementation.allCases)
    func series(_ kind: Implementation) throws {
        let folder = TestFolder()
        let journal = try kind.make(folder)
        let first = try journal.series(forKey: "a/tilt")
        let second = try journal.series(forKey: "b/tilt")
        #expect(first != second)
        #expect(first != .tick && second != .tick)
        #expect(try journal.series(forKey: "a/tilt") == first)
        var batch = CommitBatch()
        batch.readings = Sample.readings(1, series: first.rawValue)
        _ = try journal.commit(batch)
        #expect(try journal.seriesKeys()[second] == "b/tilt")
    }
}
