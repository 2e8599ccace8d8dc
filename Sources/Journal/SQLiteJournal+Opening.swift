import Lifeline

extension SQLiteJournal {
    /// Opens the journal at `path` for writing and makes it when there is none.
    ///
    /// A file of at most `checkedAtOpenBytes` is checked in full (SQLite's `quick_check`). Of a larger one are looked at: header and schema, the oldest
    /// and the newest segment, and the newest checkpoint; `needsCheck` then asks for a `JournalCheck` in the background. A file that fails, is no
    /// database, or is known to be damaged (`knownDamage`: what `JournalCheck` or a `.damaged` said) is renamed to `<path>.damaged-<n>` with its WAL,
    /// and a new one is begun that continues its numbers and takes over series, counters, the newest checkpoint, receipts, alerts and lane cursors, as
    /// far as they can be read; `openingNote` says so. Its segments follow in `maintain`; until then `isSalvaging` is true.
    ///
    /// `pageSize` counts for a new file only. `verify: false` leaves out every check. `vfs` names a registered SQLite file layer, for tests that let
    /// storage fail.
    ///
    /// *Range*: `maxBytes` from `minimumBytes` on.
    /// *Throws*: `.busy` naming the process that holds the writing end; `.medium`; `.tooNew`; `.other` when the file is somebody else's database.
    package static func open(
        path: String, maxBytes: Int64, pageSize: Int = 1024, verify: Bool = true, vfs: String? = nil,
        checkedAtOpenBytes: Int64 = checkedAtOpenBytes, knownDamage: String? = nil
    ) throws(JournalError) -> SQLiteJournal {
        func once(_ damage: String?) throws(JournalError) -> SQLiteJournal {
            try openOnce(
                path: path, maxBytes: maxBytes, pageSize: pageSize, verify: verify, vfs: vfs, checkedAtOpenBytes: checkedAtOpenBytes,
                knownDamage: damage)
        }
        do throws(JournalError) {
            return try once(knownDamage)
        } catch .damaged(let words) where knownDamage == nil {
            // The checks saw nothing wrong, and taking the journal up met it all the same.
            return try once(words)
        }
    }

    private static func openOnce(
        path: String, maxBytes: Int64, pageSize: Int, verify: Bool, vfs: String?, checkedAtOpenBytes: Int64, knownDamage: String?
    ) throws(JournalError) -> SQLiteJournal {
        guard maxBytes >= minimumBytes else { throw .other("a journal needs at least \(minimumBytes) bytes, not \(maxBytes)") }
        let lock = try JournalLock(path: path + ".lock")
        try JournalFiles.finishSetAside(path)
        try WALFile.makeDurable(ofJournal: path, vfs: vfs)
        var damage = knownDamage
        var needsCheck = false
        var connection: SQLiteConnection?
        do throws(JournalError) {
            if damage == nil {
                let limit = verify ? checkedAtOpenBytes : nil
                (connection, needsCheck) = try connectSurely(path, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs, checkedAtOpenBytes: limit)
            }
        } catch .damaged(let words) {
            damage = words
        }
        var note: String?
        if let damage, JournalFiles.exists(path) { note = try replace(path, damage, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs) }
        let ready: SQLiteConnection
        if let connection {
            ready = connection
        } else {
            needsCheck = false
            ready = try connect(path, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs).connection
        }
        let store = try JournalStore(ready, lock: lock)
        return try SQLiteJournal(path, store, maxBytes: maxBytes, needsCheck: needsCheck, note: note, vfs: vfs)
    }

    /// Looks twice before a file is called damaged: SQLite says the same of a page that the medium did not give just this once.
    private static func connectSurely(
        _ path: String, maxBytes: Int64, pageSize: Int, vfs: String?, checkedAtOpenBytes: Int64?
    ) throws(JournalError) -> (SQLiteConnection?, needsCheck: Bool) {
        do throws(JournalError) {
            return try connectChecked(path, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs, checkedAtOpenBytes: checkedAtOpenBytes)
        } catch .damaged {
            return try connectChecked(path, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs, checkedAtOpenBytes: checkedAtOpenBytes)
        }
    }

    private static func connectChecked(
        _ path: String, maxBytes: Int64, pageSize: Int, vfs: String?, checkedAtOpenBytes: Int64?
    ) throws(JournalError) -> (SQLiteConnection?, needsCheck: Bool) {
        let opened = try connect(path, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs)
        guard let checkedAtOpenBytes, !opened.isNew else { return (opened.connection, false) }
        let needsCheck = size(path) > checkedAtOpenBytes
        if let complaint = try needsCheck ? glance(opened.connection) : JournalSchema.complaint(opened.connection) { throw .damaged(complaint) }
        return (opened.connection, needsCheck)
    }

    private static func size(_ path: String) -> Int64 { JournalFiles.size(path) + JournalFiles.size(path + "-wal") }

    /// Opens the file and where needed makes it. *Throws*: `.damaged` when it must be set aside; the connection is closed then.
    private static func connect(_ path: String, maxBytes: Int64, pageSize: Int, vfs: String?, after salvage: JournalSalvage? = nil, file: Int = 0)
        throws(JournalError) -> (connection: SQLiteConnection, isNew: Bool)
    {
        let connection = try SQLiteConnection(path: path, access: .writing, busyMilliseconds: busyMilliseconds, vfs: vfs)
        guard !connection.isReadOnly else { throw .medium("\(path) cannot be written") }
        let state = try JournalSchema.examine(connection)
        if state == .empty { try connection.run("PRAGMA page_size = \(pageSize)") }
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else { throw .medium("\(path): the file system cannot hold a WAL") }
        // No `wal_autocheckpoint` here: setting it would take off the connection's WAL hook, which has already replaced it.
        // `secure_delete` (Debian's default) would write zeros over what retention deletes: twice the wear for nothing.
        try connection.run(
            """
            PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(walBytes); PRAGMA secure_delete = OFF;
            PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;
            """)
        if state == .empty {
            try JournalSchema.create(connection, after: salvage, file: file)
            JournalFiles.syncDirectory(of: path)
        } else {
            try JournalSchema.upgrade(connection)
        }
        let actualPageSize = try connection.integer("PRAGMA page_size") ?? 1024
        // The limit belongs to the connection, not to the file. SQLite holds it at the pages there are.
        try connection.run("PRAGMA max_page_count = \(maxBytes / max(512, actualPageSize))")
        return (connection, state == .empty)
    }

    /// Sets a damaged file aside and puts a successor in its place, which is complete before the first name is changed: whenever the power goes, there
    /// is a file that continues the numbers. Returns the note.
    private static func replace(_ path: String, _ damage: String, maxBytes: Int64, pageSize: Int, vfs: String?) throws(JournalError) -> String {
        let salvage = JournalSalvage(path: path, vfs: vfs)
        JournalFiles.removeSuccessor(path)
        try makeSuccessor(path, salvage, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs)
        let aside = try JournalFiles.setAside(path)
        return "journal damaged (\(damage)): set aside as \(aside), continued at sequence \(salvage.sequenceFloor)"
            + (salvage.isReadable || salvage.hasPages ? "; what can be read is copied" : "; nothing of it can be read")
    }

    private static func makeSuccessor(_ path: String, _ salvage: JournalSalvage, maxBytes: Int64, pageSize: Int, vfs: String?) throws(JournalError) {
        let file = JournalFiles.nextDamaged(path)
        let successor = JournalFiles.successor(path)
        let made = try connect(successor, maxBytes: maxBytes, pageSize: pageSize, vfs: vfs, after: salvage, file: file)
        // A file that is renamed must not need its WAL. Closing removes it.
        _ = try made.connection.checkpoint(.truncate)
    }

    /// The cheap check: what is wrong with the ends of a large file, or nil.
    private static func glance(_ connection: SQLiteConnection) throws(JournalError) -> String? {
        let decoder = SegmentDecoder()
        var readings: [Reading] = []
        for (end, order) in [("oldest", "ASC"), ("newest", "DESC")] {
            let statement = try connection.prepare("SELECT count, body FROM segment ORDER BY first \(order) LIMIT 1")
            guard try statement.step() else { continue }
            let isWhole = statement.withBytes(1) { (try? decoder.decode($0, into: &readings)) != nil }
            guard isWhole, UInt64(readings.count) == statement.unsigned(0) else { return "the \(end) segment cannot be read" }
        }
        let statement = try connection.prepare(
            "SELECT crc, body FROM checkpoint WHERE slot = (SELECT slot FROM checkpoint ORDER BY ordinal DESC LIMIT 1)")
        guard try statement.step() else { return nil }
        let checksum = statement.withBytes(1) { CRC32C.shared.checksum($0) }
        return Int64(checksum) == statement.integer(0) ? nil : "the checksum of the newest checkpoint does not fit"
    }
}
