import GatewayTesting
import Glibc
import Journal
import Lifeline
import Synchronization
import Testing

/// The files as a crash leaves them: copied at any moment while a writer commits, torn, and opened again.
@Suite("A journal after a crash", .serialized)
struct CrashTests {
    private final class Progress: Sendable {
        let acknowledged = Atomic<UInt64>(0)
        let isDone = Atomic<Bool>(false)
    }

    /// Opens a copy and returns its last sequence; every reading up to it must be there and right.
    private func check(_ path: String, _ note: Comment) throws -> Sequence64 {
        let journal = try SQLiteJournal.open(path: path, maxBytes: 64 << 20)
        #expect(journal.openingNote == nil, note)
        var expected: UInt64 = 1
        var wrong = 0
        try journal.readings(from: 1) { sequence, reading in
            if sequence != expected || reading.value != Double(sequence) { wrong += 1 }
            expected += 1
            return true
        }
        #expect(wrong == 0, note)
        let last = try journal.lastSequence()
        #expect(last == expected - 1, note)
        // It goes on where it ended.
        #expect(try journal.commit(Samples.batch(2, from: expected)) == expected, note)
        journal.close()
        return last
    }

    @Test("has every acknowledged commit, and no half one", arguments: [1, 2, 3] as [UInt64])
    func copies(seed: UInt64) async throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        var random = SeededGenerator(seed: seed)
        var next: UInt64 = 1
        // The WAL is folded in between the rounds only: a copy of two files is no snapshot of a checkpoint.
        for round in 0..<3 {
            let progress = Progress()
            let start = next
            let sizes = (0..<250).map { _ in 1 + Int(random.next() % 40) }
            let writing = Task.detached {
                let journal = try SQLiteJournal.open(path: path, maxBytes: 64 << 20)
                var next = start
                for size in sizes {
                    _ = try journal.commit(Samples.batch(size, from: next))
                    next += UInt64(size)
                    progress.acknowledged.store(next - 1, ordering: .sequentiallyConsistent)
                }
                progress.isDone.store(true, ordering: .sequentiallyConsistent)
                while progress.isDone.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(1)) }
                journal.close()
                return next
            }
            while progress.acknowledged.load(ordering: .sequentiallyConsistent) == 0 { try await Task.sleep(for: .microseconds(200)) }
            for number in 0..<10 {
                let copy = directory.file("copy-\(round)-\(number).db")
                let before = progress.acknowledged.load(ordering: .sequentiallyConsistent)
                TemporaryDirectory.copy(path, copy)
                TemporaryDirectory.copy(path + "-wal", copy + "-wal")
                let torn = directory.file("torn-\(round)-\(number).db")
                TemporaryDirectory.copy(copy, torn)
                TemporaryDirectory.copy(copy + "-wal", torn + "-wal")
                let note: Comment = "seed \(seed), round \(round), copy \(number)"
                #expect(try check(copy, note) >= before, note)
                // Cut anywhere: what is left is whole, if shorter.
                let size = TemporaryDirectory.size(torn + "-wal")
                truncate(torn + "-wal", off_t(random.next() % UInt64(size + 1)))
                #expect(try check(torn, note) >= start - 1, note)
                try await Task.sleep(for: .microseconds(Int64(random.next() % 4000)))
            }
            while !progress.isDone.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(1)) }
            progress.isDone.store(false, ordering: .sequentiallyConsistent)
            next = try await writing.value
        }
        #expect(try check(path, "seed \(seed)") == next - 1)
    }
}
