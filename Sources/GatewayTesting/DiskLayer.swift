internal import CSQLite
import Glibc
import Synchronization

/// The file layer as SQLite sees it: finds the disk that a path belongs to. Paths of no disk go to the system's own layer.
///
/// *Isolation*: any thread.
enum DiskLayer {
    private static let disks = Mutex<[String: SimulatedDisk]>([:])
    /// The kernel's number behind the last failure of a thread, as `errno` is; threads are few.
    private static let numbers = Mutex<[UInt: Int32]>([:])
    private static let random = Mutex(SeededGenerator(seed: 0))
    /// *Units*: milliseconds since the epoch. 2026-01-01.
    static let time = Atomic<Int64>(1_767_225_600_000)
    private static let registration: Int32 = install()

    /// The disk that was in the directory before is pulled out: its handles must not delete files of the new one by name.
    static func plug(_ disk: SimulatedDisk) {
        precondition(registration == SQLITE_OK, "the disk's file layer cannot be registered")
        let former = disks.withLock { disks in
            defer { disks[disk.directory] = disk }
            return disks[disk.directory]
        }
        former?.killProcesses()
    }

    static func unplug(_ disk: SimulatedDisk) {
        disks.withLock { if $0[disk.directory] === disk { $0[disk.directory] = nil } }
        disk.killProcesses()
    }

    /// The disk of a path, and the name of the file there.
    private static func find(_ path: UnsafePointer<CChar>?) -> (disk: SimulatedDisk, name: String)? {
        guard let path else { return nil }
        let text = String(cString: path)
        return disks.withLock { disks in
            for (directory, disk) in disks where text.hasPrefix(directory + "/") {
                return (disk, String(text.dropFirst(directory.count + 1)))
            }
            return nil
        }
    }

    /// Runs one operation and tells SQLite how it went.
    static func answer(_ body: () throws(DiskFailure) -> Void) -> Int32 {
        do throws(DiskFailure) {
            try body()
            return SQLITE_OK
        } catch {
            numbers.withLock { $0[UInt(pthread_self())] = error.number }
            return error.code
        }
    }

    private static func install() -> Int32 {
        guard let system = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
        // SAFETY: SQLite keeps the address for the life of the process, so neither the table nor its name is ever freed.
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        layer.initialize(to: system.pointee)
        let name = Array(SimulatedDisk.vfsName.utf8CString)
        let nameMemory = UnsafeMutablePointer<CChar>.allocate(capacity: name.count)
        nameMemory.initialize(from: name, count: name.count)
        layer.pointee.zName = UnsafePointer(nameMemory)
        layer.pointee.pNext = nil
        // Version 2 ends before the system calls, which a disk in memory has not.
        layer.pointee.iVersion = 2
        layer.pointee.szOsFile = max(system.pointee.szOsFile, Int32(DiskHandle.size))
        layer.pointee.xOpen = { _, path, file, flags, outFlags in
            guard let file else { return SQLITE_MISUSE }
            file.pointee.pMethods = nil
            guard let (disk, name) = DiskLayer.find(path) else {
                guard let system = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
                return system.pointee.xOpen(system, path, file, flags, outFlags)
            }
            return DiskLayer.answer { () throws(DiskFailure) in
                let opened = try disk.state.withLock { state throws(DiskFailure) in try state.open(name, flags) }
                outFlags?.pointee = opened.flags
                DiskHandle(disk, opened.handle).attach(to: file)
            }
        }
        layer.pointee.xDelete = { _, path, syncsDirectory in
            guard let (disk, name) = DiskLayer.find(path) else {
                guard let system = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
                return system.pointee.xDelete(system, path, syncsDirectory)
            }
            return DiskLayer.answer { () throws(DiskFailure) in
                try disk.state.withLock { state throws(DiskFailure) in try state.delete(name, syncsNames: syncsDirectory != 0) }
            }
        }
        layer.pointee.xAccess = { _, path, kind, result in
            guard let (disk, name) = DiskLayer.find(path) else {
                guard let system = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
                return system.pointee.xAccess(system, path, kind, result)
            }
            return DiskLayer.answer { () throws(DiskFailure) in
                let isThere = try disk.state.withLock { state throws(DiskFailure) in
                    kind == SQLITE_ACCESS_READWRITE ? state.canWrite(name) : try state.exists(name)
                }
                result?.pointee = isThere ? 1 : 0
            }
        }
        layer.pointee.xFullPathname = { _, path, room, target in
            guard let path, let target, path.pointee == CChar(bitPattern: UInt8(ascii: "/")), strlen(path) < Int(room) else {
                return SQLITE_CANTOPEN
            }
            strcpy(target, path)
            return SQLITE_OK
        }
        layer.pointee.xRandomness = { _, count, target in
            guard let target else { return 0 }
            DiskLayer.random.withLock { random in
                for place in 0..<Int(count) { target[place] = CChar(truncatingIfNeeded: random.next()) }
            }
            return count
        }
        // Real time: other threads must come forward while this one waits for their lock.
        layer.pointee.xSleep = { _, microseconds in
            usleep(UInt32(max(0, microseconds)))
            return microseconds
        }
        layer.pointee.xCurrentTime = { _, result in
            result?.pointee = Double(DiskLayer.julianMilliseconds) / 86_400_000
            return SQLITE_OK
        }
        layer.pointee.xCurrentTimeInt64 = { _, result in
            result?.pointee = DiskLayer.julianMilliseconds
            return SQLITE_OK
        }
        layer.pointee.xGetLastError = { _, _, _ in DiskLayer.numbers.withLock { $0[UInt(pthread_self())] ?? 0 } }
        return sqlite3_vfs_register(layer, 0)
    }

    /// SQLite counts from noon of 24 November 4714 before our era.
    private static var julianMilliseconds: Int64 { time.load(ordering: .relaxed) + 210_866_760_000_000 }
}
