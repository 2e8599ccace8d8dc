import Synchronization

/// A disk in memory under real SQLite: it loses at a power cut what a disk may lose, fails on demand, and does the same again for the same seed.
///
/// A SQLite file layer (VFS) of its own. Open a journal with `vfs: SimulatedDisk.vfsName`: databases, WALs, rollback journals and shared memory
/// under `directory` then live here, and names are relative to it (`journal.db-wal`). Files that others make beside them (a lock, a reserve) are
/// real, so the directory must exist. *Isolation*: any thread; all state is behind one lock, held for one operation. Disks of different
/// directories do not touch one another.
package final class SimulatedDisk: Sendable {
    /// How a step fails.
    package enum Fault: Sendable, CaseIterable {
        /// The medium refuses to write, to cut or to delete.
        case writeError
        /// `fdatasync` fails: a part of what was written is durable, and a later sync does not make up for the rest.
        case syncError
        /// No room on the file system.
        case noSpace
        /// Half of the bytes are written, then the medium fails.
        case tornWrite
        /// The file cannot be opened.
        case openError
        /// The medium refuses to read.
        case readError
        /// Half of the bytes are read, as if the file ended there.
        case shortRead
    }

    /// Whether a sync can be believed.
    package enum Mode: Sendable {
        /// What was synced survives.
        case honest
        /// A sync says yes and makes nothing durable.
        case lyingSync
    }

    /// The name under which the layer is registered with SQLite.
    package static let vfsName = "bamai-disk"

    let directory: String
    let state: Mutex<DiskState>

    /// An empty disk; takes charge of the files in `directory` until `remove` is called or another disk takes its place. `seed`: what a failed sync leaves.
    package init(directory: String, mode: Mode = .honest, seed: UInt64 = 0) {
        self.directory = directory
        state = Mutex(DiskState(DiskImage(seed: seed), directory: directory, mode: mode))
        DiskLayer.plug(self)
    }

    /// The disk as a power cut after the first `count` operations of a recording leaves it: honest, and with no faults.
    ///
    /// *Range*: `count` 0 … `recording.count`; held there.
    package init(directory: String, replaying recording: DiskRecording, upTo count: Int, _ random: inout SeededGenerator) {
        self.directory = directory
        var image = recording.image(upTo: count)
        image.cut(&random)
        state = Mutex(DiskState(image, directory: directory, mode: .honest))
        DiskLayer.plug(self)
    }

    /// Gives the directory back to the system's own storage. Handles that are open are dead, as after a power cut.
    package func remove() { DiskLayer.unplug(self) }

    /// The time that SQLite is told. *Units*: milliseconds since the epoch. One for all disks: SQLite does not say for which file it asks.
    package static func setTime(unixMilliseconds: Int64) { DiskLayer.time.store(unixMilliseconds, ordering: .relaxed) }

    // MARK: Power

    /// Cuts the power. Of what was not synced, each write is kept, lost, or torn at 512-byte sectors, whatever their order; changes of names that
    /// were not synced are kept up to one of them. Handles open now are dead from then on: they answer `SQLITE_IOERR`, and closing them changes
    /// nothing. Locks and shared memory are gone.
    package func powerCut(_ random: inout SeededGenerator) {
        state.withLock { state in
            state.image.cut(&random)
            state.forgetHandles()
        }
    }

    /// Kills the processes that have files open, and keeps the power on: handles are dead, and no byte is lost.
    package func killProcesses() { state.withLock { $0.forgetHandles() } }

    /// From now on; settings and faults of before stay.
    package func setMode(_ mode: Mode) { state.withLock { $0.mode = mode } }

    // MARK: Recording

    /// Begins a recording with the disk as it is now, and forgets one begun before.
    package func startRecording() { state.withLock { $0.recording = DiskRecording(from: $0.image) } }

    /// Operations since `startRecording`; 0 without it.
    package var recordedOperations: Int { state.withLock { $0.recording?.count ?? 0 } }

    /// What was recorded so far; nil without `startRecording`.
    package var recording: DiskRecording? { state.withLock { $0.recording } }

    // MARK: Limits

    /// The room for all files here and for real `<name>.reserve` files beside them. *Units*: bytes; nil for no limit. Shared memory takes none.
    package var capacity: Int64? {
        get { state.withLock { $0.capacity } }
        set { state.withLock { $0.capacity = newValue } }
    }

    /// While true, no file can grow; bytes that exist can be written.
    package func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    /// As after the kernel has mounted the file system read-only because of an error: what can be read can be read.
    package var isReadOnly: Bool {
        get { state.withLock { $0.isReadOnly } }
        set { state.withLock { $0.isReadOnly = newValue } }
    }

    /// While true, all that touches the medium fails. Locks, and shared memory that is there, do not touch it.
    package var failsAll: Bool {
        get { state.withLock { $0.failsAll } }
        set { state.withLock { $0.failsAll = newValue } }
    }

    // MARK: Faults

    /// Opens, writes, truncations, syncs and deletions that were asked for so far.
    package var steps: Int { state.withLock { $0.steps } }

    /// Reads that were asked for so far.
    package var readSteps: Int { state.withLock { $0.readSteps } }

    /// Lets the `step`-th step from now on (1: the next) fail, once. A fault that does not fit the step (a sync error on a write) becomes the
    /// error that the step has.
    package func fail(step: Int, with fault: Fault) { state.withLock { $0.faults[$0.steps + step] = fault } }

    /// Lets the `read`-th read from now on (1: the next) fail, once: with `.shortRead` as a short read, otherwise as an error.
    package func fail(read: Int, with fault: Fault) { state.withLock { $0.readFaults[$0.readSteps + read] = fault } }

    /// Takes back faults that have not come yet; returns whether there were any.
    @discardableResult
    package func clearFaults() -> Bool {
        state.withLock { state in
            defer {
                state.faults = [:]
                state.readFaults = [:]
            }
            return !state.faults.isEmpty || !state.readFaults.isEmpty
        }
    }

    // MARK: Figures

    /// *Units*: bytes that SQLite has written.
    package var bytesWritten: Int64 { state.withLock { $0.bytesWritten } }

    /// *Units*: bytes that syncs have brought to the device, in whole 512-byte sectors, each sector once a sync. What wears flash out; what a flash
    /// controller makes of it (pages of 4 KiB and more) comes on top. A lying disk brings nothing.
    package var deviceBytesWritten: Int64 { state.withLock { $0.deviceBytesWritten } }

    /// Syncs of files that went well.
    package var syncCount: Int { state.withLock { $0.syncCount } }

    /// Names of the files here, sorted.
    package var names: [String] { state.withLock { $0.image.names.keys.sorted() } }

    /// *Units*: bytes; 0 when there is no such file.
    package func size(_ name: String) -> Int { state.withLock { state in state.image.names[name].map { state.image.files[$0].current.count } ?? 0 } }

    /// What a reader sees in a file; nil when there is none.
    package func bytes(_ name: String) -> [UInt8]? { state.withLock { state in state.image.names[name].map { state.image.files[$0].current.all } } }

    /// Writes over bytes of a file and makes them durable, as a decaying medium does. Nothing happens when there is no such file.
    package func overwrite(_ name: String, at offset: Int, with bytes: [UInt8]) {
        state.withLock { state in
            guard let file = state.image.names[name] else { return }
            state.apply(.change(file: file, .write(offset: offset, bytes: bytes)))
            state.apply(.sync(file: file))
        }
    }
}
