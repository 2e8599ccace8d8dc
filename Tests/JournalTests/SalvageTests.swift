import GatewayTesting
import Journal
import Lifeline
import Testing

/// Real files, broken in many ways: nothing traps, what is left comes over as it was, and the order of sequences is kept.
@Suite("A damaged journal")
struct SalvageTests {
    private func open(_ path: String, knownDamage: String? = nil) throws(JournalError) -> SQLiteJournal {
        try SQLiteJournal.open(path: path, maxBytes: 8 << 20, knownDamage: knownDamage)
    }

    /// What came over.
    private struct Outcome {
        var segments = 0
        var alerts = 0
    }

    @Test("comes over as far as it can be read, whatever is broken", arguments: Damage.allCases, 0..<10)
    func damaged(_ damage: Damage, _ seed: Int) throws {
        let sample = DamageSample.shared
        var random = SeededGenerator(seed: UInt64(seed) &* 1009 &+ 17)
        let (bytes, mayLose) = damage.apply(to: sample, &random)
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(bytes, to: path)
        let outcome = try salvage(path, sample, isInterrupted: seed % 2 == 1, note: "\(damage), \(seed)")
        if let mayLose { #expect(outcome.segments >= DamageSample.segments - mayLose, "\(damage), \(seed)") }
        // Neither the alerts nor what leads to them was touched.
        if [.leaf, .overflow, .interior, .root, .body].contains(damage) { #expect(outcome.alerts == DamageSample.alerts, "\(damage), \(seed)") }
        // What the tree does not lead to any more is found on its pages.
        if [.interior, .root, .schema].contains(damage) { #expect(outcome.segments == DamageSample.segments, "\(damage), \(seed)") }
        if [.leaf, .overflow, .body].contains(damage) { #expect(outcome.segments * 10 >= DamageSample.segments * 9, "\(damage), \(seed)") }
    }

    private func salvage(_ path: String, _ sample: DamageSample, isInterrupted: Bool, note: Comment) throws -> Outcome {
        var journal = try open(path, knownDamage: "for the test")
        #expect(journal.openingNote != nil, note)
        let greatest = UInt64(sample.readings.count)
        var new = try journal.commit(Samples.batch(3))
        #expect(new > greatest, note)
        var calls = 0
        while try journal.maintain() {
            calls += 1
            try #require(calls < 1000, note)
            if isInterrupted && calls == 2 {
                #expect(try journal.isSalvaging, note)
                #expect(try journal.figures().salvage != nil, note)
                journal.close()
                journal = try open(path)
                #expect(journal.openingNote == nil, note)
            }
            let next = try journal.commit(Samples.batch(2))
            #expect(next > new, note)
            new = next
        }
        #expect(try !journal.isSalvaging, note)
        let figures = try journal.figures()
        #expect(figures.salvage == nil, note)
        let outcome = try expectRight(journal, sample, note)
        let last = try journal.lastSequence()
        journal.close()
        #expect(RawDatabase.integer(path, "SELECT count(*) FROM segment") == figures.segments, note)
        let again = try open(path)
        #expect(again.openingNote == nil, note)
        #expect(try again.lastSequence() == last, note)
        #expect(try !again.maintain(), note)
        return outcome
    }

    /// All that is there is what was there, and all that was not acknowledged lies after the cursors.
    private func expectRight(_ journal: SQLiteJournal, _ sample: DamageSample, _ note: Comment) throws -> Outcome {
        var outcome = Outcome()
        var wrong = 0
        var before: UInt64 = 0
        var firstPending: UInt64?
        let cursor = try journal.cursor(.readings)
        try journal.readings(from: 1) { sequence, reading in
            if sequence <= before { wrong += 1 }
            before = sequence
            if sequence > DamageSample.readingsCursor && firstPending == nil { firstPending = sequence }
            guard sequence <= UInt64(sample.readings.count) else { return true }
            if sample.counts[sequence] != nil { outcome.segments += 1 }
            if let original = sample.readings[sequence], original == reading, original.value.bitPattern == reading.value.bitPattern { return true }
            wrong += 1
            return true
        }
        #expect(wrong == 0, note)
        // Nothing that the platform has not acknowledged is passed by.
        #expect(cursor < firstPending ?? .max, note)
        let alerts = try journal.alerts(after: 0, limit: 1000)
        outcome.alerts = alerts.count
        #expect(alerts.map(\.position) == alerts.map(\.position).sorted(), note)
        for alert in alerts {
            var original = Samples.alert("a\(alert.position)")
            original.position = alert.position
            #expect(alert == original, note)
        }
        let pending = alerts.filter { $0.position > DamageSample.alertsCursor }
        let sent = try journal.alerts(after: try journal.cursor(.alerts), limit: 1000)
        #expect(sent.suffix(pending.count) == pending[...], note)
        return outcome
    }

    @Test("gives its counters, receipts, checkpoint, series and cursors over at once")
    func smallParts() throws {
        let sample = DamageSample.shared
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(sample.file, to: path)
        RawDatabase.run(path, "INSERT INTO counter VALUES ('dropped_readings_unforwarded', 12), ('lost_readings_damage', 3)")
        let journal = try open(path, knownDamage: "for the test")
        let figures = try journal.figures()
        #expect(figures.dropped.unforwardedBySpace == 12)
        #expect(figures.droppedReadings == 12)
        #expect(figures.dropped.byDamage == 3)
        #expect(try journal.recentReceipts(limit: 1000) == (1...300).map { UInt64($0) })
        #expect(try journal.checkpoint()?.revision == "r")
        #expect(try journal.seriesKeys().count == 30)
        #expect(try journal.cursor(.readings) == DamageSample.readingsCursor)
        #expect(try journal.cursor(.alerts) == DamageSample.alertsCursor)
        #expect(try journal.alerts(after: 0, limit: 1000).count == DamageSample.alerts)
        // Of the segments only the one that a replay must judge: a reader elsewhere knows it too.
        let judged = try #require(try journal.checkpoint()).sequence
        #expect(try journal.firstSequence() == judged + 1)
        #expect(try journal.figures().segments == 1)
        #expect(try journal.figures().salvage?.segments == 1)
        #expect(try SQLiteJournalReader.open(path: path).isSalvaging)
        while try journal.maintain() {}
        #expect(journal.salvageNote == "\(sample.readings.count) readings in 300 segments were copied from \(path).damaged-1, 0 places could not be read")
        #expect(try !SQLiteJournalReader.open(path: path).isSalvaging)
        #expect(try journal.cursor(.readings) == DamageSample.readingsCursor)
    }

    @Test("gives no new series the number of one that readings may carry", arguments: ["sqlite_schema", "series", "sqlite_autoindex_series_1"])
    func seriesNumbers(table: String) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        var bytes = DamageSample.shared.file
        TemporaryDirectory.write(bytes, to: path)
        let root = "SELECT coalesce((SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'), 1)"
        let broken = Int(RawDatabase.integer(path, root))
        for place in (broken - 1) * 1024..<broken * 1024 { bytes[place] = 0xa5 }
        TemporaryDirectory.write(bytes, to: path)
        let journal = try open(path, knownDamage: "for the test")
        let kept = try journal.seriesKeys()
        // Known keys keep their numbers, and unknown ones get new numbers.
        for (number, key) in kept { #expect(key == "series-\(number.rawValue - 1)") }
        for number in 0..<40 {
            let given = try journal.series(forKey: "series-\(number)")
            if kept[given] == nil { #expect(given.rawValue > 30) }
        }
        // What one of table, index and pages has lost, another has.
        #expect(kept.count == 30)
        while try journal.maintain() {}
        #expect(try journal.figures().segments == 300)
    }

    @Test("gives no sequence twice, even when a row says another place than its own")
    func misplaced() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(DamageSample.shared.file, to: path)
        let firsts = DamageSample.shared.counts.keys.sorted()
        // It now reaches into the next one; something else is broken, so that single pages are searched too.
        RawDatabase.run(path, "UPDATE segment SET first = first + 1 WHERE first = \(firsts[100])")
        RawDatabase.run(path, "UPDATE segment SET body = x'B101' WHERE first = \(firsts[200])")
        let journal = try open(path, knownDamage: "for the test")
        while try journal.maintain() {}
        var before: UInt64 = 0
        var repeats = 0
        try journal.readings(from: 1) { sequence, _ in
            if sequence <= before { repeats += 1 }
            before = sequence
            return true
        }
        #expect(repeats == 0)
        #expect(try journal.figures().segments == 298)
    }

    @Test("counts the readings that are lost where their number is known")
    func lost() throws {
        let sample = DamageSample.shared
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(sample.file, to: path)
        let firsts = sample.counts.keys.sorted()
        RawDatabase.run(path, "UPDATE segment SET body = CAST(x'B101' || substr(body, 3, 20) AS BLOB) WHERE first = \(firsts[100])")
        RawDatabase.run(path, "UPDATE segment SET count = count + 1 WHERE first = \(firsts[200])")
        let journal = try open(path, knownDamage: "for the test")
        while try journal.maintain() {}
        let figures = try journal.figures()
        #expect(figures.dropped.byDamage == UInt64((sample.counts[firsts[100]] ?? 0) + (sample.counts[firsts[200]] ?? 0)))
        #expect(figures.damagedSegments == 2)
        #expect(figures.segments == 298)
    }

    @Test("does not hold the readings for ever when its file is gone")
    func fileGone() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(DamageSample.shared.file, to: path)
        let journal = try open(path, knownDamage: "for the test")
        _ = try journal.maintain()
        #expect(try journal.isSalvaging)
        let last = try journal.lastSequence()
        journal.close()
        TemporaryDirectory.run("/bin/rm", path + ".damaged-1")
        let again = try open(path)
        #expect(try !again.isSalvaging)
        #expect(again.salvageNote?.contains("cannot be read") == true)
        // What came over is still to be sent, and no sequence is used again.
        #expect(try again.cursor(.readings) == DamageSample.readingsCursor)
        #expect(try again.commit(Samples.batch(1)) == last + 1)
    }

    @Test("comes over into a smaller journal as retention allows, oldest first out")
    func smaller() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        TemporaryDirectory.write(DamageSample.shared.file, to: path)
        let journal = try SQLiteJournal.open(path: path, maxBytes: 128 << 10, knownDamage: "for the test")
        _ = try journal.commit(Samples.batch(3))
        var calls = 0
        while try journal.maintain() {
            calls += 1
            try #require(calls < 1000)
        }
        let figures = try journal.figures()
        #expect(figures.bytes <= 128 << 10)
        #expect(figures.segments > 1 && figures.segments < 300)
        #expect(figures.dropped.unforwardedBySpace > 0)
        #expect(try !journal.isSalvaging)
        #expect(try journal.firstSequence() > 1)
        #expect(try journal.cursor(.readings) == journal.firstSequence() - 1)
    }

    @Test("ends its copying when there is no room for it, and does not hold the readings for ever")
    func noRoom() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        var journal = try open(path)
        for number in 0..<200 {
            var batch = Samples.batch(20, from: UInt64(20 * number + 1))
            var alert = Samples.alert("a\(number)")
            alert.body = [UInt8](repeating: 1, count: 1000)
            batch.alerts = [alert]
            _ = try journal.commit(batch)
        }
        journal.close()
        journal = try SQLiteJournal.open(path: path, maxBytes: 128 << 10, knownDamage: "for the test")
        #expect(journal.openingNote?.contains("not all of its alerts had room") == true)
        #expect(try journal.isSalvaging)
        var calls = 0
        while try journal.maintain() {
            calls += 1
            try #require(calls < 100)
        }
        #expect(try !journal.isSalvaging)
        #expect(journal.salvageNote?.contains("ended early") == true)
        // What has come over stays: unacknowledged, in order, the oldest first.
        let alerts = try journal.alerts(after: try journal.cursor(.alerts), limit: 1000)
        #expect(alerts.count > 30)
        #expect(alerts.map(\.id) == (0..<alerts.count).map { "a\($0)" })
    }

    @Test("is followed by its successor when the power goes in the middle of the set-aside")
    func interruptedSetAside() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        // As far as the first rename of three: the WAL has its new name, the journal not yet, and the successor waits.
        TemporaryDirectory.write(DamageSample.shared.file, to: path)
        let other = directory.file("other.db")
        TemporaryDirectory.write(DamageSample.shared.file, to: other)
        let journal = try open(other, knownDamage: "for the test")
        let floor = try journal.lastSequence()
        journal.close()
        TemporaryDirectory.run("/bin/mv", other, path + ".new")
        TemporaryDirectory.write([], to: path + ".damaged-1-wal")
        var again = try open(path)
        #expect(try again.lastSequence() == floor)
        #expect(directory.names.contains("journal.db.damaged-1"))
        #expect(!directory.names.contains("journal.db.new"))
        while try again.maintain() {}
        #expect(try again.figures().segments == 300)
        again.close()
        // As far as the second: only the last rename is missing.
        TemporaryDirectory.run("/bin/mv", path, path + ".new")
        again = try open(path)
        #expect(try again.lastSequence() == floor)
        again.close()
        // Before the first: the successor counts for nothing, the journal is whole.
        TemporaryDirectory.copy(path, path + ".new")
        again = try open(path)
        #expect(!directory.names.contains("journal.db.new"))
        #expect(try again.figures().segments == 300)
    }
}
