/// One file of a simulated disk: what readers see, what would survive a power cut, and what lies between.
struct DiskFile: Sendable {
    /// *Units*: bytes. What a disk writes whole or not at all.
    static let sectorSize = 512

    /// A change that no sync has made durable.
    enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    private(set) var current = DiskBytes()
    private(set) var durable = DiskBytes()
    private(set) var pending: [Change] = []

    mutating func change(_ change: Change) {
        Self.apply(change, to: &current)
        pending.append(change)
    }

    mutating func sync() {
        for change in pending { Self.apply(change, to: &durable) }
        pending = []
    }

    /// A sync that failed. The kernel takes the pages for clean after it: a part has reached the medium, and no later sync writes the rest.
    mutating func failSync(_ random: inout SeededGenerator) {
        let odds = CutOdds(&random)
        for change in pending { Self.apply(change, to: &durable, odds, &random) }
        pending = []
    }

    /// What a power cut leaves: of each change all, nothing or some sectors, whatever their order.
    mutating func cut(_ odds: CutOdds, _ random: inout SeededGenerator) {
        for change in pending { Self.apply(change, to: &durable, odds, &random) }
        pending = []
        current = durable
    }

    /// *Units*: bytes in whole sectors that the pending writes touch, each sector once.
    var pendingSectorBytes: Int {
        var sectors: Set<Int> = []
        for case .write(let offset, let bytes) in pending where !bytes.isEmpty {
            for sector in offset / Self.sectorSize...(offset + bytes.count - 1) / Self.sectorSize { sectors.insert(sector) }
        }
        return sectors.count * Self.sectorSize
    }

    private static func apply(_ change: Change, to target: inout DiskBytes) {
        switch change {
        case .write(let offset, let bytes): bytes.withUnsafeBytes { target.write($0, at: offset) }
        case .truncate(let size): target.truncate(to: size)
        }
    }

    private static func apply(_ change: Change, to target: inout DiskBytes, _ odds: CutOdds, _ random: inout SeededGenerator) {
        switch (odds.draw(&random), change) {
        case (.kept, _): apply(change, to: &target)
        case (.dropped, _): break
        case (.torn, .truncate): if random.chance(0.5) { apply(change, to: &target) }
        case (.torn, .write(let offset, let bytes)):
            bytes.withUnsafeBytes { bytes in
                var done = 0
                while done < bytes.count {
                    let length = min(bytes.count - done, sectorSize - (offset + done) % sectorSize)
                    if random.chance(0.5) { target.write(UnsafeRawBufferPointer(rebasing: bytes[done..<done + length]), at: offset + done) }
                    done += length
                }
            }
        }
    }
}

/// How kind one power cut is. Drawn for each cut: with the same odds for all, of hundreds of changes never all nor none would be kept.
struct CutOdds: Sendable {
    enum Fate: Sendable { case kept, dropped, torn }

    private let keep: Double

    init(_ random: inout SeededGenerator) { keep = [0, 0.35, 0.8, 1][Int(random.next() % 4)] }

    func draw(_ random: inout SeededGenerator) -> Fate {
        if random.chance(keep) { return .kept }
        return random.chance(0.5) ? .dropped : .torn
    }
}
