import Glibc

/// What a simulated disk knows. *Isolation*: the disk's lock.
struct DiskState {
    /// A file that a SQLite connection has open.
    struct Handle {
        var file: Int
        var name: String
        var isReadOnly: Bool
        var deletesOnClose: Bool
        /// The first sync makes names durable too, as SQLite does on Unix for a WAL or rollback journal that it may have made.
        var syncsNames: Bool
        /// Only answered when asked for; SQLite's WAL code asks.
        var persistsWAL: Int32 = 0
        /// SQLite's level, 0 (none) to 4 (exclusive).
        var lock: Int32 = 0
        var sharedMemory: DiskSharedMemory?
        /// Locks of the shared memory held, a bit each.
        var sharedSlots: UInt32 = 0
        var exclusiveSlots: UInt32 = 0
    }

    var image: DiskImage
    let directory: String
    var mode: SimulatedDisk.Mode
    var recording: DiskRecording?

    var handles: [Int: Handle] = [:]
    private var nextHandle = 1
    /// Memory that dead connections still look at; it goes when they close.
    private var abandoned: [Int: DiskSharedMemory] = [:]

    var capacity: Int64?
    var isFull = false
    var isReadOnly = false
    var failsAll = false

    var steps = 0
    var faults: [Int: SimulatedDisk.Fault] = [:]
    var readSteps = 0
    var readFaults: [Int: SimulatedDisk.Fault] = [:]

    var bytesWritten: Int64 = 0
    var deviceBytesWritten: Int64 = 0
    var syncCount = 0

    init(_ image: DiskImage, directory: String, mode: SimulatedDisk.Mode) {
        self.image = image
        self.directory = directory
        self.mode = mode
    }

    mutating func apply(_ operation: DiskImage.Operation) {
        image.apply(operation)
        recording?.append(operation, after: image)
    }

    mutating func add(_ handle: Handle) -> Int {
        defer { nextHandle += 1 }
        handles[nextHandle] = handle
        return nextHandle
    }

    /// *Throws*: for a handle of before a power cut.
    func handle(_ number: Int) throws(DiskFailure) -> Handle {
        guard let handle = handles[number] else { throw DiskFailure(code: DiskAnswer.dead) }
        return handle
    }

    /// Lets all handles die. Their memory stays while somebody may look at it.
    mutating func forgetHandles() {
        for (number, handle) in handles { abandoned[number] = handle.sharedMemory }
        handles = [:]
    }

    mutating func close(_ number: Int) {
        abandoned[number] = nil
        guard let handle = handles.removeValue(forKey: number) else { return }
        if handle.deletesOnClose, image.names[handle.name] == handle.file { apply(.delete(name: handle.name)) }
    }

    mutating func nextStep() -> SimulatedDisk.Fault? {
        steps += 1
        return faults.removeValue(forKey: steps)
    }

    mutating func nextRead() -> SimulatedDisk.Fault? {
        readSteps += 1
        return readFaults.removeValue(forKey: readSteps)
    }

    /// Whether the file system has room for `growth` more bytes.
    func hasRoom(for growth: Int) -> Bool {
        guard growth > 0 else { return true }
        if isFull { return false }
        guard let capacity else { return true }
        var used = Int64(image.size)
        for name in image.names.keys {
            var status = stat()
            if stat("\(directory)/\(name).reserve", &status) == 0 { used += Int64(status.st_size) }
        }
        return used + Int64(growth) <= capacity
    }
}
