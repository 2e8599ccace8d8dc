internal import CSQLite

/// The WAL that a process has left behind.
enum WALFile {
    /// *Units*: bytes moved at once.
    private static let block = 65_536

    /// Writes the WAL of the journal at `path` once more, as it is, and syncs it. To be called before the journal is opened.
    ///
    /// What can be read there is not always what the medium has: a process may have been killed between writing and syncing, and after a sync that failed
    /// the kernel takes the pages for clean, so that no later sync brings them out. SQLite would take such commits for durable: it would acknowledge by
    /// them, write others behind them, and move half of them into the file. Written again, the same bytes are dirty again, and the sync means what it
    /// says. It needs no room. *Complexity*: one pass over a WAL of a few megabytes; none after an orderly end, which leaves no WAL.
    ///
    /// *Throws*: `.medium`; the file is then as it was.
    static func makeDurable(ofJournal path: String, vfs name: String?) throws(JournalError) {
        guard let layer = sqlite3_vfs_find(name) else { throw .other("there is no file layer \(name ?? "")") }
        // A file layer may read on behind a name, as far as a second zero.
        let wal = Array((path + "-wal").utf8CString) + [0, 0]
        let code = wal.withUnsafeBufferPointer { rewrite($0.baseAddress, layer) }
        guard code == SQLITE_OK else { throw .medium("\(path)-wal cannot be written again (SQLite \(code))") }
    }

    private static func rewrite(_ name: UnsafePointer<CChar>?, _ layer: UnsafeMutablePointer<sqlite3_vfs>) -> Int32 {
        var exists: Int32 = 0
        let seen = layer.pointee.xAccess(layer, name, SQLITE_ACCESS_EXISTS, &exists)
        if seen != SQLITE_OK || exists == 0 { return seen }
        // SAFETY: the layer says how large its files are, wants them zeroed, and has `pMethods` set where closing is asked for.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(layer.pointee.szOsFile), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(layer.pointee.szOsFile))
        defer { memory.deallocate() }
        let file = memory.assumingMemoryBound(to: sqlite3_file.self)
        let opened = layer.pointee.xOpen(layer, name, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, nil)
        guard let methods = file.pointee.pMethods else { return opened == SQLITE_OK ? SQLITE_CANTOPEN : opened }
        defer { _ = methods.pointee.xClose(file) }
        guard opened == SQLITE_OK else { return opened }
        var size: sqlite3_int64 = 0
        var code = methods.pointee.xFileSize(file, &size)
        var buffer = [UInt8](repeating: 0, count: block)
        var offset: sqlite3_int64 = 0
        while code == SQLITE_OK && offset < size {
            let count = Int32(min(sqlite3_int64(block), size - offset))
            code = methods.pointee.xRead(file, &buffer, count, offset)
            if code == SQLITE_OK { code = methods.pointee.xWrite(file, buffer, count, offset) }
            offset += sqlite3_int64(count)
        }
        return code == SQLITE_OK && size > 0 ? methods.pointee.xSync(file, SQLITE_SYNC_NORMAL) : code
    }
}
