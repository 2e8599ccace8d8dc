internal import CSQLite

/// Locks between the handles of a process: those of a file, and those of its shared memory. They do not touch the medium.
extension DiskState {
    private func others(_ number: Int, _ file: Int) -> [Handle] { handles.filter { $0.key != number && $0.value.file == file }.map(\.value) }

    /// *Source*: https://www.sqlite.org/lockingv3.html. Levels: 1 shared, 2 reserved, 3 pending, 4 exclusive.
    mutating func lock(_ number: Int, _ wanted: Int32) throws(DiskFailure) {
        let handle = try handle(number)
        guard handle.lock < wanted else { return }
        let highest = others(number, handle.file).map(\.lock).max() ?? SQLITE_LOCK_NONE
        let busy = DiskFailure(code: DiskAnswer.busy, number: 0)
        if wanted == SQLITE_LOCK_SHARED {
            guard highest < SQLITE_LOCK_PENDING else { throw busy }
            handles[number]?.lock = wanted
            return
        }
        guard highest < SQLITE_LOCK_RESERVED else { throw busy }
        if wanted == SQLITE_LOCK_EXCLUSIVE && highest > SQLITE_LOCK_NONE {
            // Readers come to an end and no new ones begin, so that a writer does not wait for ever.
            handles[number]?.lock = SQLITE_LOCK_PENDING
            throw busy
        }
        handles[number]?.lock = wanted
    }

    mutating func unlock(_ number: Int, _ level: Int32) throws(DiskFailure) {
        let held = try handle(number).lock
        handles[number]?.lock = min(held, level)
    }

    func isReserved(_ number: Int) throws(DiskFailure) -> Bool {
        let file = try handle(number).file
        return handles.values.contains { $0.file == file && $0.lock >= SQLITE_LOCK_RESERVED }
    }

    /// The address of a region of the file's shared memory; nil when it is not there and is not to be made.
    mutating func mapMemory(_ number: Int, region: Int, size: Int, extends: Bool) throws(DiskFailure) -> UInt? {
        let handle = try handle(number)
        let memory: DiskSharedMemory
        if let mapped = handle.sharedMemory ?? others(number, handle.file).lazy.compactMap(\.sharedMemory).first {
            memory = mapped
        } else {
            // The first to come makes a file for it.
            guard !failsAll else { throw DiskFailure(code: DiskAnswer.memoryOpenError) }
            guard !isReadOnly else { throw DiskFailure(code: DiskAnswer.cannotOpen) }
            memory = DiskSharedMemory()
        }
        handles[number]?.sharedMemory = memory
        return memory.address(region, size: size, extends: extends)
    }

    /// `flags` are SQLite's: lock or unlock, shared or exclusive.
    mutating func lockMemory(_ number: Int, slots: Range<Int32>, _ flags: Int32) throws(DiskFailure) {
        let handle = try handle(number)
        var mask: UInt32 = 0
        for slot in slots { mask |= 1 << UInt32(slot) }
        if flags & SQLITE_SHM_UNLOCK != 0 {
            handles[number]?.sharedSlots &= ~mask
            handles[number]?.exclusiveSlots &= ~mask
            return
        }
        let isShared = flags & SQLITE_SHM_SHARED != 0
        for other in others(number, handle.file) {
            let hindering = isShared ? other.exclusiveSlots : other.exclusiveSlots | other.sharedSlots
            guard hindering & mask == 0 else { throw DiskFailure(code: DiskAnswer.busy, number: 0) }
        }
        if isShared {
            handles[number]?.sharedSlots |= mask
        } else {
            handles[number]?.exclusiveSlots |= mask
        }
    }

    mutating func unmapMemory(_ number: Int) {
        handles[number]?.sharedMemory = nil
        handles[number]?.sharedSlots = 0
        handles[number]?.exclusiveSlots = 0
    }
}

/// The shared memory of one database, in regions that do not move. It goes with the last handle that has it.
///
/// *Isolation*: `address` by the disk's lock. SQLite reads and writes the memory itself, under its own locks.
final class DiskSharedMemory {
    private var regions: [UnsafeMutableRawPointer] = []

    func address(_ region: Int, size: Int, extends: Bool) -> UInt? {
        while regions.count <= region {
            guard extends else { return nil }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            regions.append(memory)
        }
        return UInt(bitPattern: regions[region])
    }

    // SAFETY: a connection lets go of its handle only after it has forgotten the addresses.
    deinit { for region in regions { region.deallocate() } }
}
