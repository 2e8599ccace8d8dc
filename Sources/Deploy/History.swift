import Lifeline

/// What became of a change, for people and for choosing whom to go back to.
package struct HistoryEntry: Equatable, Sendable {
    /// What happened to a generation.
    package enum Event: String, CaseIterable, Sendable {
        /// The first one, taken from the board itself.
        case adopted
        /// Switched to; nobody has confirmed it yet.
        case began
        case confirmed
        /// Its probation is over.
        case kept
        /// It was taken back, and another one runs.
        case reverted
        /// It was taken back, and none was healthy.
        case stranded
        /// A start of the board put another one in place.
        case recovered
    }

    package var event: Event
    /// The generation that it is about.
    package var generation: Int
    /// The generation that runs after it.
    package var runs: Int
    /// The nonce of the change; with event and generation it makes the entry unique.
    package var nonce: String
    package var by: String
    package var cause: String
    /// By the board's clock.
    package var made: Timestamp

    package init(_ event: Event, generation: Int, runs: Int, nonce: String, by: String, cause: String = "", made: Timestamp) {
        (self.event, self.generation, self.runs, self.nonce) = (event, generation, runs, nonce)
        (self.by, self.cause, self.made) = (by, cause, made)
    }

    var key: String { "change-\(generation)-\(nonce)-\(event.rawValue)" }

    /// One line of JSON.
    var json: [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        write(to: &json)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// The members of an open object.
    func write(to json: inout JSONWriter) {
        json.member("event", event.rawValue)
        json.member("generation", generation)
        json.member("runs", runs)
        json.member("nonce", nonce)
        json.member("by", by)
        json.member("cause", cause)
        json.member("made_us", made.microseconds)
    }

    /// Reads what `write` wrote; nil where it is none.
    package init?(_ value: JSONValue) {
        guard let event = value["event"].text.flatMap(Event.init(rawValue:)), let nonce = value["nonce"].text, let by = value["by"].text,
            let cause = value["cause"].text
        else { return nil }
        self.init(
            event, generation: Int(value["generation"].count), runs: Int(value["runs"].count), nonce: nonce, by: by, cause: cause,
            made: Timestamp(microseconds: value["made_us"].count))
    }

    /// What the journal is told.
    var audit: AuditEntry {
        let why = cause.isEmpty ? "" : ": " + cause
        let (act, what): (String, String) =
            switch event {
            case .adopted: ("adopt", "the board was adopted; generation \(generation) runs")
            case .began: ("push", "generation \(generation) was put in place, to be confirmed")
            case .confirmed: ("confirm", "generation \(generation) was confirmed and is on probation")
            case .kept: ("keep", "generation \(generation) stays: its probation is over")
            case .reverted: ("revert", "generation \(generation) was taken back, generation \(runs) runs\(why)")
            case .stranded: ("strand", "generation \(generation) was taken back and no generation was healthy; generation \(runs) is in place\(why)")
            case .recovered: ("recover", "at its start the board put generation \(runs) in place\(why)")
            }
        return AuditEntry(id: key, act: act, by: by, what: what, generation: runs, made: made)
    }
}

extension BoardFolder {
    /// *Limits*: entries that are kept, and bytes of all of them.
    static let historyLimit = 200
    static let historyBytes = 512 << 10

    /// What became of the changes of this board, the oldest first.
    package var history: [HistoryEntry] {
        let bytes = storage.read("history.log", limit: BoardFolder.historyBytes) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { JSONValue($0).flatMap { HistoryEntry($0) } }
    }

    /// Writes an entry down, for people and for the journal; one that stands there already is not written twice.
    func note(_ entry: HistoryEntry) throws(StorageFailure) {
        let entries = history
        guard !entries.contains(where: { $0.key == entry.key }) else { return }
        // First what is forwarded: should the other be lost, this is told twice and kept once.
        try queue(entry.audit)
        try replace("history.log", (entries.suffix(BoardFolder.historyLimit - 1) + [entry]).flatMap(\.json))
    }

    /// Leaves an entry for the daemon, durably; the daemon need not run.
    package func queue(_ entry: AuditEntry) throws(StorageFailure) {
        try storage.makeFolder("audit")
        let stamp = String(entry.made.microseconds)
        let name = "audit/\(String(repeating: "0", count: max(0, 20 - stamp.utf8.count)))\(stamp)-\(entry.id)"
        try storage.write(name + ".new", entry.json)
        try storage.sync(name + ".new")
        try storage.rename(name + ".new", to: name + ".json")
        try storage.sync("audit")
    }

    /// Writes down how far a change has come. What stands there already is not written twice.
    func note(_ change: Transaction, made: Timestamp) throws(StorageFailure) {
        let runs = store.current ?? change.from
        func entry(_ event: HistoryEntry.Event) -> HistoryEntry {
            HistoryEntry(event, generation: change.to, runs: runs, nonce: change.nonce, by: change.by, cause: change.cause, made: made)
        }
        switch change.phase {
        case .armed, .switching: break
        case .watching, .waiting: try note(entry(.began))
        case .probation: try note(entry(.confirmed))
        case .kept:
            try note(entry(.confirmed))
            try note(entry(.kept))
        case .reverting, .settling: break
        case .reverted: try note(entry(.reverted))
        case .stranded: try note(entry(.stranded))
        }
    }

    /// Generations that somebody confirmed once, or that the board was adopted with, the youngest first, whole ones only.
    package func confirmedGenerations(except excluded: Set<Int>) -> [Int] {
        let good = Set(history.filter { [.adopted, .confirmed, .kept].contains($0.event) }.map(\.generation))
        return store.numbers.filter { good.contains($0) && !excluded.contains($0) && store.flaw($0) == nil }.sorted(by: >)
    }
}
