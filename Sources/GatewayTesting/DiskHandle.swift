internal import CSQLite
import Synchronization

/// What a `sqlite3_file` of ours points to: the disk, and the number of the handle there.
final class DiskHandle: Sendable {
    let disk: SimulatedDisk
    let number: Int

    init(_ disk: SimulatedDisk, _ number: Int) {
        self.disk = disk
        self.number = number
    }

    /// *Units*: bytes that SQLite sets aside for a file: its own part, and our reference behind it.
    static let size = MemoryLayout<sqlite3_file>.size + MemoryLayout<UnsafeRawPointer>.size

    /// The file owns the handle until `detach`.
    func attach(to file: UnsafeMutablePointer<sqlite3_file>) {
        let reference = UnsafeRawPointer(Unmanaged.passRetained(self).toOpaque())
        UnsafeMutableRawPointer(file).storeBytes(of: reference, toByteOffset: MemoryLayout<sqlite3_file>.size, as: UnsafeRawPointer.self)
        file.pointee.pMethods = UnsafePointer(bitPattern: Self.methods)
    }

    // SAFETY: SQLite calls our methods only with files that `attach` has filled and that are not closed yet.
    private static func reference(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<DiskHandle>? {
        guard let file else { return nil }
        return Unmanaged.fromOpaque(UnsafeRawPointer(file).load(fromByteOffset: MemoryLayout<sqlite3_file>.size, as: UnsafeRawPointer.self))
    }

    private static func detach(from file: UnsafeMutablePointer<sqlite3_file>?) -> DiskHandle? {
        file?.pointee.pMethods = nil
        return reference(file)?.takeRetainedValue()
    }

    /// Runs one operation on the disk of a file.
    private static func answer(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ body: (inout DiskState, Int) throws(DiskFailure) -> Void
    ) -> Int32 {
        guard let handle = reference(file)?.takeUnretainedValue() else { return SQLITE_MISUSE }
        return DiskLayer.answer { () throws(DiskFailure) in
            try handle.disk.state.withLock { state throws(DiskFailure) in try body(&state, handle.number) }
        }
    }

    /// The address of the table of functions. SAFETY: never freed.
    private static let methods: UInt = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: sqlite3_io_methods())
        // Version 2: shared memory, and no mapping of files.
        table.pointee.iVersion = 2
        table.pointee.xClose = { file in
            guard let handle = DiskHandle.detach(from: file) else { return SQLITE_MISUSE }
            handle.disk.state.withLock { $0.close(handle.number) }
            return SQLITE_OK
        }
        table.pointee.xRead = { file, target, count, offset in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in
                try state.read(number, into: UnsafeMutableRawBufferPointer(start: target, count: Int(count)), at: Int(offset))
            }
        }
        table.pointee.xWrite = { file, bytes, count, offset in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in
                try state.write(number, UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: Int(offset))
            }
        }
        table.pointee.xTruncate = { file, size in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in try state.truncate(number, to: Int(size)) }
        }
        table.pointee.xSync = { file, _ in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in try state.sync(number) }
        }
        table.pointee.xFileSize = { file, size in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in size?.pointee = sqlite3_int64(try state.size(number)) }
        }
        table.pointee.xLock = { file, level in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in try state.lock(number, level) }
        }
        table.pointee.xUnlock = { file, level in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in try state.unlock(number, level) }
        }
        table.pointee.xCheckReservedLock = { file, result in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in result?.pointee = try state.isReserved(number) ? 1 : 0 }
        }
        table.pointee.xFileControl = { file, question, argument in DiskHandle.control(file, question, argument) }
        // As SQLite's layer for Unix says of a common file system: bytes beside those that a write names stay as they are.
        table.pointee.xSectorSize = { _ in 4096 }
        table.pointee.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        table.pointee.xShmMap = { file, region, size, extends, result in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in
                let address = try state.mapMemory(number, region: Int(region), size: Int(size), extends: extends != 0)
                result?.pointee = address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
            }
        }
        table.pointee.xShmLock = { file, first, count, flags in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in
                try state.lockMemory(number, slots: first..<first + count, flags)
            }
        }
        table.pointee.xShmBarrier = { _ in atomicMemoryFence(ordering: .sequentiallyConsistent) }
        table.pointee.xShmUnmap = { file, _ in
            DiskHandle.answer(file) { state, number throws(DiskFailure) in state.unmapMemory(number) }
        }
        return UInt(bitPattern: table)
    }()

    private static func control(_ file: UnsafeMutablePointer<sqlite3_file>?, _ question: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
        let value = argument?.assumingMemoryBound(to: Int32.self)
        var isKnown = true
        let code = answer(file) { state, number throws(DiskFailure) in
            let handle = try state.handle(number)
            switch question {
            case SQLITE_FCNTL_LOCKSTATE: value?.pointee = handle.lock
            case SQLITE_FCNTL_HAS_MOVED: value?.pointee = state.image.names[handle.name] == handle.file ? 0 : 1
            case SQLITE_FCNTL_POWERSAFE_OVERWRITE: value?.pointee = 1
            case SQLITE_FCNTL_PERSIST_WAL:
                if let wanted = value?.pointee, wanted >= 0 { state.handles[number]?.persistsWAL = wanted > 0 ? 1 : 0 }
                value?.pointee = state.handles[number]?.persistsWAL ?? 0
            case SQLITE_FCNTL_SIZE_HINT, SQLITE_FCNTL_CHUNK_SIZE: break
            default: isKnown = false
            }
        }
        return code == SQLITE_OK && !isKnown ? SQLITE_NOTFOUND : code
    }
}
