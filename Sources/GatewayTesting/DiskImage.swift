/// All files of a simulated disk and their names. A value: a copy is a second disk, and it costs little.
struct DiskImage: Sendable {
    /// What happens to a disk, in the words of which a recording is made. Files are numbered in the order of their creation.
    enum Operation: Sendable {
        case create(name: String)
        case delete(name: String)
        case change(file: Int, DiskFile.Change)
        /// A file's bytes become durable.
        case sync(file: Int)
        /// All changes of names become durable: a sync of the directory.
        case syncNames
        case failedSync(file: Int)
        /// A sync that a lying disk answered with yes.
        case ignoredSync
    }

    private(set) var files: [DiskFile] = []
    /// File numbers by name, as processes see them.
    private(set) var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    /// Changes of names since the last sync of the directory; nil takes the name away.
    private var pendingNames: [(name: String, file: Int?)] = []
    /// For failed syncs; a part of the image, so that a replay draws the same.
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// *Range*: file numbers and names must be of this disk.
    mutating func apply(_ operation: Operation) {
        switch operation {
        case .create(let name):
            files.append(DiskFile())
            set(name, files.count - 1)
        case .delete(let name): set(name, nil)
        case .change(let file, let change): files[file].change(change)
        case .sync(let file): files[file].sync()
        case .syncNames:
            for (name, file) in pendingNames { durableNames[name] = file }
            pendingNames = []
        case .failedSync(let file): files[file].failSync(&random)
        case .ignoredSync: break
        }
    }

    /// What a power cut leaves. Names come and go in the order of their changes, as a journalling file system has it; bytes do not.
    mutating func cut(_ random: inout SeededGenerator) {
        let kept = Int(random.next() % UInt64(pendingNames.count + 1))
        for (name, file) in pendingNames.prefix(kept) { durableNames[name] = file }
        pendingNames = []
        names = durableNames
        let odds = CutOdds(&random)
        // Sorted: a dictionary's order differs from process to process.
        let reachable = names.sorted { $0.key < $1.key }.map(\.value)
        for file in reachable { files[file].cut(odds, &random) }
        for file in files.indices where !reachable.contains(file) { files[file] = DiskFile() }
    }

    /// *Units*: bytes of all files that have a name.
    var size: Int { names.values.reduce(0) { $0 + files[$1].current.count } }

    private mutating func set(_ name: String, _ file: Int?) {
        names[name] = file
        pendingNames.append((name, file))
    }
}
