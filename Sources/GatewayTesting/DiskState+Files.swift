internal import CSQLite
import Glibc

/// Opening, reading, writing and syncing. Each throws what SQLite's own layer for Unix answers to the same trouble.
extension DiskState {
    /// Returns the number of the handle, and the flags that it was opened with. `name` is relative to the directory.
    mutating func open(_ name: String, _ flags: Int32) throws(DiskFailure) -> (handle: Int, flags: Int32) {
        if let fault = nextStep() { throw DiskFailure(code: DiskAnswer.cannotOpen, number: fault == .noSpace ? ENOSPC : EIO) }
        guard !failsAll else { throw DiskFailure(code: DiskAnswer.cannotOpen) }
        let found = image.names[name]
        let creates = flags & SQLITE_OPEN_CREATE != 0
        if found != nil && creates && flags & SQLITE_OPEN_EXCLUSIVE != 0 { throw DiskFailure(code: DiskAnswer.cannotOpen, number: EEXIST) }
        var answer = flags
        if isReadOnly && flags & SQLITE_OPEN_READWRITE != 0 {
            // What may not be written is opened for reading, and nobody is told but by the flags.
            answer = flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY
        }
        let file: Int
        if let found {
            file = found
        } else {
            guard creates else { throw DiskFailure(code: DiskAnswer.cannotOpen, number: ENOENT) }
            guard !isReadOnly else { throw DiskFailure(code: DiskAnswer.cannotOpen, number: EROFS) }
            file = image.files.count
            apply(.create(name: name))
        }
        let isJournal = flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL) != 0
        let handle = add(
            Handle(
                file: file, name: name, isReadOnly: answer & SQLITE_OPEN_READONLY != 0,
                deletesOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0, syncsNames: creates && isJournal))
        return (handle, answer)
    }

    mutating func delete(_ name: String, syncsNames: Bool) throws(DiskFailure) {
        let fault = nextStep()
        guard fault == nil && !failsAll else { throw DiskFailure(code: DiskAnswer.deleteError) }
        guard image.names[name] != nil else { throw DiskFailure(code: DiskAnswer.nothingToDelete, number: ENOENT) }
        guard !isReadOnly else { throw DiskFailure(code: DiskAnswer.deleteError, number: EROFS) }
        apply(.delete(name: name))
        if syncsNames { apply(mode == .lyingSync ? .ignoredSync : .syncNames) }
    }

    /// SQLite's layer for Unix takes an empty file for none.
    func exists(_ name: String) throws(DiskFailure) -> Bool {
        guard !failsAll else { throw DiskFailure(code: DiskAnswer.accessError) }
        return image.names[name].map { image.files[$0].current.count > 0 } ?? false
    }

    func canWrite(_ name: String) -> Bool { image.names[name] != nil && !isReadOnly }

    mutating func read(_ number: Int, into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskFailure) {
        let file = try handle(number).file
        let fault = nextRead()
        guard !failsAll && (fault == nil || fault == .shortRead) else { throw DiskFailure(code: DiskAnswer.readError) }
        var count = image.files[file].current.read(into: target, at: offset)
        if fault == .shortRead { count /= 2 }
        guard count < target.count else { return }
        // SQLite counts on zeros where the file has ended.
        _ = UnsafeMutableRawBufferPointer(rebasing: target[count...]).initializeMemory(as: UInt8.self, repeating: 0)
        throw DiskFailure(code: DiskAnswer.shortRead, number: 0)
    }

    mutating func write(_ number: Int, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskFailure) {
        let handle = try handle(number)
        let fault = nextStep()
        guard !failsAll else { throw DiskFailure(code: DiskAnswer.writeError) }
        guard !isReadOnly && !handle.isReadOnly else { throw DiskFailure(code: DiskAnswer.writeError, number: EROFS) }
        switch fault {
        case nil: break
        case .noSpace: throw DiskFailure(code: DiskAnswer.full, number: ENOSPC)
        case .tornWrite:
            put(handle.file, UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: offset)
            throw DiskFailure(code: DiskAnswer.writeError)
        default: throw DiskFailure(code: DiskAnswer.writeError)
        }
        guard hasRoom(for: offset + bytes.count - image.files[handle.file].current.count) else {
            throw DiskFailure(code: DiskAnswer.full, number: ENOSPC)
        }
        put(handle.file, bytes, at: offset)
    }

    private mutating func put(_ file: Int, _ bytes: UnsafeRawBufferPointer, at offset: Int) {
        apply(.change(file: file, .write(offset: offset, bytes: [UInt8](bytes))))
        bytesWritten += Int64(bytes.count)
    }

    mutating func truncate(_ number: Int, to size: Int) throws(DiskFailure) {
        let handle = try handle(number)
        let fault = nextStep()
        guard fault == nil && !failsAll else { throw DiskFailure(code: DiskAnswer.truncateError) }
        guard !isReadOnly && !handle.isReadOnly else { throw DiskFailure(code: DiskAnswer.truncateError, number: EROFS) }
        apply(.change(file: handle.file, .truncate(size: size)))
    }

    mutating func sync(_ number: Int) throws(DiskFailure) {
        let handle = try handle(number)
        if let fault = nextStep() {
            apply(.failedSync(file: handle.file))
            throw DiskFailure(code: DiskAnswer.syncError, number: fault == .noSpace ? ENOSPC : EIO)
        }
        guard !failsAll else { throw DiskFailure(code: DiskAnswer.syncError) }
        if isReadOnly && !image.files[handle.file].pending.isEmpty { throw DiskFailure(code: DiskAnswer.syncError, number: EROFS) }
        syncCount += 1
        guard mode == .honest else {
            apply(.ignoredSync)
            return
        }
        deviceBytesWritten += Int64(image.files[handle.file].pendingSectorBytes)
        apply(.sync(file: handle.file))
        guard handle.syncsNames else { return }
        handles[number]?.syncsNames = false
        apply(.syncNames)
    }

    func size(_ number: Int) throws(DiskFailure) -> Int {
        let file = try handle(number).file
        guard !failsAll else { throw DiskFailure(code: DiskAnswer.sizeError) }
        return image.files[file].current.count
    }
}
