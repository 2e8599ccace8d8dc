import Glibc
import Journal
import Lifeline

// `MemoryFaults FOLDER [STRIDE]`: lets each allocation of SQLite fail in turn, alone and with all after it, while a journal is opened, written, maintained and
// read. Each call must succeed or throw a `JournalError`, and after it everything acknowledged must be there, and nothing else. Ends with 1 when not.
// With a stride only each so-manieth allocation of opening, maintaining and reading, which have thousands.

FailingAllocator.install()

struct Failure: Error { var text: String }

func expect(_ isTrue: Bool, _ text: @autoclosure () -> String) throws {
    if !isTrue { throw Failure(text: text()) }
}

/// One operation, from a known file on, under each fault.
struct Trial {
    let name: String
    let path: String
    /// The file before.
    let bytes: [UInt8]
    let maxBytes: Int64

    private func open() throws(JournalError) -> SQLiteJournal { try SQLiteJournal.open(path: path, maxBytes: maxBytes) }

    /// What a reopened journal holds. Want of memory is no damage.
    private func reopened() throws -> Content {
        let journal = try open()
        defer { journal.close() }
        try expect(journal.openingNote == nil, "reopening: \(journal.openingNote ?? "")")
        return try Content(SQLiteJournalReader.open(path: path))
    }

    private func restore() {
        Files.remove(path)
        if !bytes.isEmpty { Files.write(bytes, path) }
    }

    /// Runs `body` with each allocation failing in turn until none is left to fail. Returns the number of faults.
    private func eachFault(stride: Int = 1, _ body: (_ arm: () -> Void, _ disarm: () -> Void) throws -> Void) throws -> Int {
        var faults = 0
        for mode in FailingAllocator.Mode.allCases {
            for number in Swift.stride(from: 1, to: Int.max, by: stride) {
                restore()
                var refused = 0
                do {
                    try body({ FailingAllocator.arm(mode, at: number) }, { refused += FailingAllocator.disarm() })
                } catch {
                    _ = FailingAllocator.disarm()
                    throw Failure(text: "\(name), \(mode) at allocation \(number): \(error)")
                }
                if refused == 0 { break }
                faults += 1
            }
        }
        return faults
    }

    func opening(expected: Content?, stride: Int) throws -> Int {
        try eachFault(stride: stride) { arm, disarm in
            var isCalledDamaged = false
            arm()
            do throws(JournalError) {
                let journal = try open()
                disarm()
                isCalledDamaged = journal.openingNote != nil
                journal.close()
            } catch {
                disarm()
                if case .damaged = error { isCalledDamaged = true }
            }
            try expect(!isCalledDamaged, "want of memory is called damage")
            let content = try reopened()
            if let expected { try expect(content == expected, "another content after opening") }
            try expect(expected != nil || content.last == 0, "a new file is not empty")
        }
    }

    func closing(expected: Content) throws -> Int {
        try eachFault { arm, disarm in
            let journal = try open()
            let series = try journal.series(forKey: "s1")
            _ = try journal.commit(Batches.batch(10, from: expected.last + 1, series: [series], isFull: false))
            arm()
            journal.close()
            disarm()
            try expect(try reopened().last == expected.last + 10, "what was committed before closing is not there")
        }
    }

    func committing(expected: Content) throws -> Int {
        try eachFault { arm, disarm in
            let journal = try open()
            let receipts = try journal.recentReceipts(limit: 8192)
            let next = expected.last + 1
            arm()
            var first: Sequence64?
            do throws(JournalError) {
                let series = [try journal.series(forKey: "s1"), try journal.series(forKey: "a new one")]
                first = try journal.commit(Batches.batch(60, from: next, series: series))
                disarm()
            } catch {
                disarm()
            }
            // On the writer's own connection too: a transaction that could not be taken back would show there.
            let seen = try Content(journal)
            try expect(seen == (try Content(SQLiteJournalReader.open(path: path))), "the writer sees another journal than a reader")
            if let first {
                try expect(first == next, "a commit has another sequence")
                try expect(seen.last == expected.last + 60 && seen.alerts.count == expected.alerts.count + 3, "not all of a commit is there")
                try expect(try journal.checkpoint()?.sequence == next, "the checkpoint of a commit is not there")
            } else {
                try expect(seen == expected, "something of a failed commit is there")
                try expect(try journal.recentReceipts(limit: 8192) == receipts, "receipts of a failed commit are there")
            }
            // The writer goes on.
            let more = seen.last + 1
            let series = [try journal.series(forKey: "s1"), try journal.series(forKey: "a new one")]
            try expect(try journal.commit(Batches.batch(20, from: more, series: series)) == more, "the next commit has another sequence")
            while try journal.maintain() {}
            let after = try Content(journal)
            journal.close()
            try expect(after.last == more + 19 && after.readings.allSatisfy { Double($0) == $1 }, "readings are not what was committed")
            try expect(after.readings.count == Int(after.last), "readings are missing")
            try expect(try reopened() == after, "another content after reopening")
        }
    }

    func maintaining(expected: Content, stride: Int) throws -> Int {
        try eachFault(stride: stride) { arm, disarm in
            let journal = try open()
            arm()
            do throws(JournalError) {
                while try journal.maintain(now: Timestamp(microseconds: Batches.start + 3_600_000_000)) {}
            } catch {}
            disarm()
            let seen = try Content(journal)
            try expect(seen.last == expected.last && seen.alerts == expected.alerts && seen.series == expected.series, "maintenance changed more than it may")
            try expect(seen.readings.count == Int(seen.last - seen.first + 1), "a gap within what is kept")
            try expect(try journal.figures().droppedReadings == seen.first - 1, "dropped readings are not counted")
            try expect(seen.readings.allSatisfy { Double($0) == $1 }, "readings are not what was committed")
            while try journal.maintain() {}
            let series = [try journal.series(forKey: "s1")]
            _ = try journal.commit(Batches.batch(20, from: seen.last + 1, series: series, isFull: false))
            journal.close()
            try expect(try reopened().last == seen.last + 20, "a commit after maintenance is not there")
        }
    }

    func reading(expected: Content, stride: Int) throws -> Int {
        try eachFault(stride: stride) { arm, disarm in
            let journal = try open()
            arm()
            do throws(JournalError) {
                let reader = try SQLiteJournalReader.open(path: path)
                let seen = try Content(reader)
                disarm()
                if seen != expected { throw .damaged("a reader gives wrong answers") }
            } catch {
                disarm()
                if case .damaged(let words) = error { throw Failure(text: words) }
            }
            // A reader that has failed once answers again.
            let reader = try SQLiteJournalReader.open(path: path)
            arm()
            do throws(JournalError) {
                let seen = try Content(reader)
                disarm()
                if seen != expected { throw .damaged("an open reader gives wrong answers") }
            } catch {
                disarm()
                if case .damaged(let words) = error { throw Failure(text: words) }
            }
            try expect(try Content(reader) == expected, "a reader does not recover")
            arm()
            do throws(JournalError) {
                let receipts = try journal.recentReceipts(limit: 8192)
                let checkpoint = try journal.checkpoint()
                disarm()
                if receipts.count != 75 || checkpoint?.body.count != 5000 { throw .damaged("the writer gives wrong answers") }
            } catch {
                disarm()
                if case .damaged(let words) = error { throw Failure(text: words) }
            }
            journal.close()
        }
    }
}

func run(_ folder: String, stride: Int) throws {
    let path = folder + "/journal.db"
    func make(maxBytes: Int64, commits: Int) throws -> (bytes: [UInt8], content: Content) {
        Files.remove(path)
        let journal = try SQLiteJournal.open(path: path, maxBytes: maxBytes)
        let series = try (1...5).map { try journal.series(forKey: "s\($0)") }
        var next: UInt64 = 1
        do throws(JournalError) {
            for number in 0..<commits {
                next = try journal.commit(Batches.batch(60, from: next, series: series, isFull: number < 3)) + 60
            }
        } catch {
            guard case .full = error else { throw error }
        }
        let content = try Content(journal)
        journal.close()
        return (Files.read(path), content)
    }
    let small = try make(maxBytes: 1 << 20, commits: 6)
    let full = try make(maxBytes: 128 << 10, commits: 2000)
    let trial = { (name: String, from: [UInt8], maxBytes: Int64) in Trial(name: name, path: path, bytes: from, maxBytes: maxBytes) }
    let counts = [
        ("open, a new file", try trial("open, a new file", [], 1 << 20).opening(expected: nil, stride: stride)),
        ("open", try trial("open", small.bytes, 1 << 20).opening(expected: small.content, stride: stride)),
        ("commit", try trial("commit", small.bytes, 1 << 20).committing(expected: small.content)),
        ("maintain", try trial("maintain", full.bytes, 128 << 10).maintaining(expected: full.content, stride: stride)),
        ("read", try trial("read", small.bytes, 1 << 20).reading(expected: small.content, stride: stride)),
        ("close", try trial("close", small.bytes, 1 << 20).closing(expected: small.content)),
    ]
    Files.remove(path)
    for (name, faults) in counts { print("memory faults: \(faults) in \(name)") }
    print("memory faults: \(counts.reduce(0) { $0 + $1.1 }) in all")
}

do {
    guard CommandLine.arguments.count > 1 else { throw Failure(text: "MemoryFaults FOLDER [STRIDE]") }
    try run(CommandLine.arguments[1], stride: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1)
} catch {
    print("FAILED: \(error)")
    exit(1)
}
