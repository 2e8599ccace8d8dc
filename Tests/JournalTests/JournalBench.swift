import GatewayTesting
import Journal
import Lifeline

enum JournalKind: CaseIterable, Sendable {
    case memory, sqlite
}

/// One journal under test, whichever it is: the same questions must get the same answers.
final class JournalBench {
    let kind: JournalKind
    private(set) var writer: any JournalWriter
    private let directory = TemporaryDirectory()
    private let maxBytes: Int64

    init(_ kind: JournalKind, maxBytes: Int64 = 4 << 20) throws {
        self.kind = kind
        self.maxBytes = maxBytes
        switch kind {
        case .memory: writer = MemoryJournal(maxBytes: maxBytes)
        case .sqlite: writer = try SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: maxBytes)
        }
    }

    /// As after a restart of the process.
    func reopen() throws {
        writer.close()
        if let memory = writer as? MemoryJournal {
            writer = memory.reopened()
        } else {
            writer = try SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: maxBytes)
        }
    }

    /// A reading end of its own where the journal has such.
    func reader() throws -> any JournalReader {
        kind == .memory ? writer : try SQLiteJournalReader.open(path: directory.file("journal.db"))
    }

    /// Everything from `sequence` on.
    func readings(from sequence: Sequence64 = 1) throws -> [(Sequence64, Reading)] {
        var found: [(Sequence64, Reading)] = []
        try reader().readings(from: sequence) { place, reading in
            found.append((place, reading))
            return true
        }
        return found
    }
}
