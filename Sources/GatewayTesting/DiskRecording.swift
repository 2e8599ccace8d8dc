/// What happened to a simulated disk since `SimulatedDisk.startRecording`, to be played again up to any operation. A value; any thread.
package struct DiskRecording: Sendable {
    /// Images are kept at this distance, so that a replay is short.
    private static let distance = 64

    private var operations: [DiskImage.Operation] = []
    /// The disk before operation `distance` × index.
    private var images: [DiskImage]

    init(from image: DiskImage) { images = [image] }

    /// Writes, truncations, syncs, creations and deletions so far.
    package var count: Int { operations.count }

    /// `image` is the disk after the operation.
    mutating func append(_ operation: DiskImage.Operation, after image: DiskImage) {
        operations.append(operation)
        if operations.count % Self.distance == 0 { images.append(image) }
    }

    /// The disk after the first `count` operations, its power still on.
    ///
    /// *Range*: 0 … `self.count`; held there.
    func image(upTo count: Int) -> DiskImage {
        let wanted = min(max(0, count), operations.count)
        var image = images[wanted / Self.distance]
        for operation in operations[wanted / Self.distance * Self.distance..<wanted] { image.apply(operation) }
        return image
    }

    /// The `number`-th operation (1: the first) in words, for the notes of tests.
    package func words(_ number: Int) -> String {
        guard operations.indices.contains(number - 1) else { return "operation \(number)" }
        switch operations[number - 1] {
        case .create(let name): return "\(number): create \(name)"
        case .delete(let name): return "\(number): delete \(name)"
        case .change(let file, .write(let offset, let bytes)): return "\(number): write file \(file), \(bytes.count) bytes at \(offset)"
        case .change(let file, .truncate(let size)): return "\(number): truncate file \(file) to \(size)"
        case .sync(let file): return "\(number): sync file \(file)"
        case .syncNames: return "\(number): sync names"
        case .failedSync(let file): return "\(number): failed sync of file \(file)"
        case .ignoredSync: return "\(number): ignored sync"
        }
    }
}
