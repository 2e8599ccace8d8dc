import GatewayTesting
import Glibc
import Journal
import Lifeline

/// One whole journal, and what is known of it, to be damaged in many ways.
struct DamageSample: Sendable {
    static let segments = 300
    static let alerts = 50
    static let readingsCursor: UInt64 = 4000
    static let alertsCursor: UInt64 = 20

    /// A page of the segment table.
    struct Page: Sendable {
        var number: Int
        /// Where it hangs in the tree: `/` is the root, `/000/` its first child, `/000/003+000000` an overflow page.
        var path: String
        var kind: String
        var cells: Int
    }

    /// The bytes of the file.
    let file: [UInt8]
    let readings: [UInt64: Reading]
    /// Segments by their first sequence.
    let counts: [UInt64: Int]
    let pages: [Page]

    /// Made once in a process.
    static let shared = DamageSample()

    private init() {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        var readings: [UInt64: Reading] = [:]
        var counts: [UInt64: Int] = [:]
        var random = SeededGenerator(seed: 77)
        do {
            let journal = try SQLiteJournal.open(path: path, maxBytes: 8 << 20)
            for number in 0..<30 { _ = try journal.series(forKey: "series-\(number)") }
            for number in 1...Self.segments {
                var batch = CommitBatch()
                batch.readings = Samples.realistic(20 + random.below(400), series: 20, &random, from: Samples.start + Int64(number) * 60_000_000)
                batch.receipts = [UInt64(number)]
                if number % 6 == 0 { batch.alerts = [Samples.alert("a\(number / 6)")] }
                if number % 50 == 0 { batch.checkpoint = Checkpoint(sequence: UInt64(readings.count), revision: "r", body: [UInt8](repeating: 3, count: 2000)) }
                if number == Self.segments { batch.cursors = [.readings: Self.readingsCursor, .alerts: Self.alertsCursor] }
                let first = try journal.commit(batch)
                counts[first] = batch.readings.count
                for (offset, reading) in batch.readings.enumerated() { readings[first + UInt64(offset)] = reading }
            }
            journal.close()
        } catch {
            fatalError("the sample cannot be made: \(error)")
        }
        self.readings = readings
        self.counts = counts
        pages = RawDatabase.rows(path, "SELECT pageno, path, pagetype, ncell FROM dbstat WHERE name = 'segment'").map {
            Page(number: Int($0[0]) ?? 0, path: $0[1], kind: $0[2], cells: Int($0[3]) ?? 0)
        }
        file = TemporaryDirectory.read(path)
    }

    /// Segments that hang below a page; for an overflow page the one that it belongs to.
    func segments(below page: Page) -> Int {
        if page.kind == "overflow" { return 1 }
        if page.kind == "leaf" { return page.cells }
        return pages.filter { $0.kind == "leaf" && $0.path.hasPrefix(page.path) }.reduce(0) { $0 + $1.cells }
    }
}

/// A way to break a file.
enum Damage: CaseIterable, Sendable {
    case noise, zeros, truncation, leaf, overflow, interior, root, schema, body

    /// The broken bytes, and the segments that may be lost with them; nil: nothing is known of that.
    func apply(to sample: DamageSample, _ random: inout SeededGenerator) -> (bytes: [UInt8], mayLose: Int?) {
        var bytes = sample.file
        let count = bytes.count / 1024
        switch self {
        case .noise, .zeros:
            for _ in 0..<(1 + random.below(8)) { overwrite(1 + random.below(count), &bytes, &random) }
            return (bytes, nil)
        case .truncation:
            bytes.removeLast(random.below(bytes.count * 3 / 4))
            return (bytes, nil)
        case .schema:
            overwrite(1, &bytes, &random)
            return (bytes, DamageSample.segments)
        case .root:
            overwrite(sample.pages.first { $0.path == "/" }?.number ?? 1, &bytes, &random)
            return (bytes, DamageSample.segments)
        case .body:
            // A bit that SQLite cannot see.
            let page = pick("overflow", sample, &random)
            bytes[(page.number - 1) * 1024 + 8 + random.below(400)] ^= 1 << UInt8(random.below(8))
            return (bytes, 1)
        case .leaf, .overflow, .interior:
            let page = pick(self == .leaf ? "leaf" : self == .overflow ? "overflow" : "internal", sample, &random)
            overwrite(page.number, &bytes, &random)
            return (bytes, sample.segments(below: page))
        }
    }

    private func pick(_ kind: String, _ sample: DamageSample, _ random: inout SeededGenerator) -> DamageSample.Page {
        let pages = sample.pages.filter { $0.kind == kind && $0.path != "/" }
        return pages[random.below(pages.count)]
    }

    private func overwrite(_ page: Int, _ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for place in (page - 1) * 1024..<page * 1024 { bytes[place] = self == .zeros ? 0 : UInt8(truncatingIfNeeded: random.next() >> 24) }
    }
}

extension TemporaryDirectory {
    static func read(_ path: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size(path))
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        precondition(count == bytes.count)
        return bytes
    }
}
