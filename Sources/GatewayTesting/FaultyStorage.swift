internal import CSQLite
import Synchronization

/// Storage under a real SQLite file that fails on demand: the n-th write or sync, or every write that would make a file grow.
///
/// A SQLite file layer (VFS) over the system's own. Open the journal with `vfs: FaultyStorage.vfsName`; all files in `directory` then ask this
/// object. *Isolation*: any thread; storages of different directories do not touch one another.
package final class FaultyStorage: Sendable {
    /// How a step fails.
    package enum Fault: Sendable, CaseIterable {
        /// The medium refuses to write.
        case writeError
        /// `fdatasync` fails: what was written may or may not be there.
        case syncError
        /// No room on the file system.
        case noSpace
        /// Half of the bytes are written, then the medium fails.
        case tornWrite
    }

    private struct Plan {
        var steps = 0
        var faults: [Int: Fault] = [:]
        var isFull = false
    }

    /// The name under which the layer is registered with SQLite.
    package static let vfsName = "bamai-faulty"

    private let directory: String
    private let plan = Mutex(Plan())

    /// Takes charge of the files in `directory`, until `remove` is called.
    package init(directory: String) {
        self.directory = directory
        Layer.register()
        Layer.storages.withLock { $0[directory] = self }
    }

    /// Gives the directory back to the system's own storage, for files opened from now on.
    package func remove() { Layer.storages.withLock { $0[directory] = nil } }

    /// Writes and syncs so far.
    package var steps: Int { plan.withLock { $0.steps } }

    /// Lets the `step`-th write or sync from now on (1: the next) fail, once. A fault that does not fit the step (a sync error on a write) is a
    /// write error or a sync error as the step demands.
    package func fail(step: Int, with fault: Fault) { plan.withLock { $0.faults[$0.steps + step] = fault } }

    /// Takes back faults that have not come yet; returns whether there were any.
    package func clearFaults() -> Bool {
        plan.withLock { plan in
            defer { plan.faults = [:] }
            return !plan.faults.isEmpty
        }
    }

    /// While true, no file can grow; bytes that exist can be written.
    package func setFull(_ isFull: Bool) { plan.withLock { $0.isFull = isFull } }

    fileprivate func nextStep() -> Fault? {
        plan.withLock { plan in
            plan.steps += 1
            return plan.faults.removeValue(forKey: plan.steps)
        }
    }

    fileprivate var isFull: Bool { plan.withLock { $0.isFull } }
}

/// The C side: copies of the system's tables of functions, with open, close, write and sync replaced.
private enum Layer {
    struct OpenFile: Sendable {
        /// Address of the system's `sqlite3_io_methods` for this file.
        var original: UInt
        var storage: FaultyStorage

        // SAFETY: the system's tables are static constants of SQLite; they live as long as the process.
        var methods: sqlite3_io_methods { UnsafePointer<sqlite3_io_methods>(bitPattern: original)!.pointee }
    }

    static let storages = Mutex<[String: FaultyStorage]>([:])
    static let files = Mutex<[UInt: OpenFile]>([:])
    /// Our copies by the address of the system's table. Few, and never freed.
    static let copies = Mutex<[UInt: UInt]>([:])
    static let registration: Int32 = install()

    static func register() { precondition(registration == SQLITE_OK, "the faulty file layer cannot be registered") }

    static func file(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile? {
        files.withLock { $0[UInt(bitPattern: file)] }
    }

    private static func install() -> Int32 {
        guard let system = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
        // SAFETY: SQLite keeps the address for the life of the process, so neither the copy nor its name is ever freed.
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        layer.initialize(to: system.pointee)
        let name = Array(FaultyStorage.vfsName.utf8CString)
        let nameMemory = UnsafeMutablePointer<CChar>.allocate(capacity: name.count)
        nameMemory.initialize(from: name, count: name.count)
        layer.pointee.zName = UnsafePointer(nameMemory)
        layer.pointee.pNext = nil
        layer.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let system = sqlite3_vfs_find(nil), let file else { return SQLITE_ERROR }
            let code = system.pointee.xOpen(system, name, file, flags, outFlags)
            guard code == SQLITE_OK, let name, let methods = file.pointee.pMethods else { return code }
            let path = String(cString: name)
            guard let storage = Layer.storages.withLock({ all in all.first { path.hasPrefix($0.key + "/") }?.value }) else { return code }
            let original = UInt(bitPattern: methods)
            Layer.files.withLock { $0[UInt(bitPattern: file)] = OpenFile(original: original, storage: storage) }
            file.pointee.pMethods = UnsafePointer(bitPattern: Layer.copy(original))
            return code
        }
        return sqlite3_vfs_register(layer, 0)
    }

    private static func copy(_ original: UInt) -> UInt {
        copies.withLock { copies in
            if let known = copies[original] { return known }
            // SAFETY: `original` is the address of a static table; the copy is never freed.
            let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            copy.initialize(to: UnsafePointer<sqlite3_io_methods>(bitPattern: original)!.pointee)
            copy.pointee.xClose = { file in
                guard let open = Layer.files.withLock({ $0.removeValue(forKey: UInt(bitPattern: file)) }) else { return SQLITE_ERROR }
                return open.methods.xClose(file)
            }
            copy.pointee.xWrite = { file, bytes, count, offset in
                guard let open = Layer.file(file) else { return Layer.writeError }
                switch open.storage.nextStep() {
                case nil: break
                case .noSpace: return SQLITE_FULL
                case .tornWrite:
                    _ = open.methods.xWrite(file, bytes, count / 2, offset)
                    return Layer.writeError
                case .writeError, .syncError: return Layer.writeError
                }
                if open.storage.isFull {
                    var size: sqlite3_int64 = 0
                    if open.methods.xFileSize(file, &size) == SQLITE_OK, offset + sqlite3_int64(count) > size { return SQLITE_FULL }
                }
                return open.methods.xWrite(file, bytes, count, offset)
            }
            copy.pointee.xSync = { file, flags in
                guard let open = Layer.file(file) else { return Layer.syncError }
                switch open.storage.nextStep() {
                case nil: return open.methods.xSync(file, flags)
                case .noSpace: return SQLITE_FULL
                case .syncError, .writeError, .tornWrite: return Layer.syncError
                }
            }
            copies[original] = UInt(bitPattern: copy)
            return UInt(bitPattern: copy)
        }
    }

    // The extended codes are macros with arithmetic, which Swift does not import. *Source*: sqlite3.h.
    static let writeError = SQLITE_IOERR | (3 << 8)
    static let syncError = SQLITE_IOERR | (4 << 8)
}
