import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The check of a large journal")
struct JournalCheckTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("journal.db") }

    /// Every file counts as large.
    private func open(knownDamage: String? = nil) throws(JournalError) -> SQLiteJournal {
        try SQLiteJournal.open(path: path, maxBytes: 8 << 20, checkedAtOpenBytes: 0, knownDamage: knownDamage)
    }

    private func write(_ bytes: [UInt8]) { TemporaryDirectory.write(bytes, to: path) }

    @Test("is left to the background above the limit, and made at once below")
    func limit() throws {
        #expect(try !open().needsCheck)  // It is new.
        #expect(try open().needsCheck)
        #expect(try !SQLiteJournal.open(path: path, maxBytes: 8 << 20).needsCheck)
        #expect(JournalCheck(path: path).run() == nil)
    }

    @Test("finds in the background what opening did not look at, and the journal goes on without it")
    func background() throws {
        var random = SeededGenerator(seed: 5)
        let sample = DamageSample.shared
        // A leaf in the middle: the ends are whole.
        let leaves = sample.pages.filter { $0.kind == "leaf" }
        var bytes = sample.file
        let page = leaves[leaves.count / 2].number
        for place in (page - 1) * 1024..<page * 1024 { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
        write(bytes)
        var journal = try open()
        #expect(journal.openingNote == nil)
        #expect(journal.needsCheck)
        let complaint = try #require(JournalCheck(path: path).run())
        let last = try journal.lastSequence()
        // The reader that meets the page says the same.
        #expect(failure { try journal.readings(from: 1) { _, _ in true } }?.isDamaged == true)
        journal.close()
        journal = try open(knownDamage: complaint)
        #expect(journal.openingNote?.contains(complaint) == true)
        #expect(!journal.needsCheck)
        while try journal.maintain() {}
        #expect(try journal.figures().segments >= 290)
        #expect(try journal.commit(Samples.batch(1)) > last)
        #expect(JournalCheck(path: path).run() == nil)
    }

    @Test("opening looks at both ends and at the newest checkpoint all the same", arguments: [
        "UPDATE segment SET body = x'B101' WHERE first = (SELECT min(first) FROM segment)",
        "UPDATE segment SET count = count + 1 WHERE first = (SELECT max(first) FROM segment)",
        "UPDATE checkpoint SET crc = crc + 1 WHERE ordinal = (SELECT max(ordinal) FROM checkpoint)",
    ])
    func ends(_ damage: String) throws {
        write(DamageSample.shared.file)
        RawDatabase.run(path, damage)
        let journal = try open()
        #expect(journal.openingNote != nil)
        #expect(try journal.isSalvaging)
    }

    @Test("is not made when it is cancelled before, and ends when it is cancelled on the way")
    func cancelled() async throws {
        var bytes = DamageSample.shared.file
        for place in 20 * 1024..<21 * 1024 { bytes[place] = 0x5a }
        write(bytes)
        let check = JournalCheck(path: path)
        check.cancel()
        #expect(check.run() == nil)
        #expect(JournalCheck(path: path).run() != nil)
        // An interrupted check must not complain of the pages that it has not seen.
        write(DamageSample.shared.file)
        RawDatabase.run(
            path,
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
            INSERT INTO segment SELECT first + i * 1000000, count, ordinal + i * 1000, commits, received_min, received_max, body FROM segment, n
            """)
        for pause in 0..<40 {
            let running = JournalCheck(path: path)
            let answer = Task.detached { running.run() }
            try await Task.sleep(for: .microseconds(200 * pause))
            running.cancel()
            #expect(await answer.value == nil)
        }
    }

    @Test("says nothing where there is no journal")
    func missing() {
        #expect(JournalCheck(path: directory.file("nothing.db")).run() == nil)
    }

    @Test("a known damage of a journal that is not there makes a new one")
    func knownDamageOfNothing() throws {
        let journal = try open(knownDamage: "gone")
        #expect(journal.openingNote == nil)
        #expect(try journal.commit(Samples.batch(1)) == 1)
    }
}
