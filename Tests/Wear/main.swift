import Glibc
import Journal
import Lifeline

// `Wear FOLDER [DEVICE]`: what one reading costs a flash card. Bytes that the kernel wrote for this process (/proc/self/io), with all syncs and a final
// checkpoint, beside plain SQLite in the same run; with DEVICE (`loop3`) also what reached that block device, file system's own writes included.

let arguments = Array(CommandLine.arguments.dropFirst())
guard let folder = arguments.first else {
    print("Wear FOLDER [DEVICE]")
    exit(2)
}
guard !Medium.isMemory(folder) else {
    print("\(folder) lies in memory (tmpfs or overlay): nothing is written there. Name a folder on a disk.")
    exit(2)
}
let device = arguments.dropFirst().first

/// One way to keep readings.
struct Way {
    var name: String
    var readings: Int
    var receipts: Int
    /// nil: plain SQLite.
    var pageSize: Int? = 1024
    /// As many for all: a WAL that grows for the first time makes the file system log each step, and a card's life is not made of beginnings.
    var commits = 4000

    static let nameWidth = 68
}

struct Cost {
    var written = 0.0
    var reached: Double?
    var syncs = 0
    var file = 0.0
    var commits = 0
}

func measure(_ way: Way) throws -> Cost {
    let path = folder + "/wear.db"
    for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] { unlink(path + suffix) }
    var load = Load()
    let commits = way.commits
    // What is not of the readings (tables, the reserve) is written before the count begins.
    let keep: any Keeping = try way.pageSize.map { try JournalKeeping(path, pageSize: $0) } ?? PlainKeeping(path)
    Medium.settle()
    let before = (Medium.written(), device.flatMap(Medium.reached), Syncs.count)
    for _ in 0..<commits {
        let (readings, receipts) = load.next(readings: way.readings, receipts: way.receipts)
        try keep.commit(readings, receipts)
    }
    keep.close()
    Medium.settle()
    let readings = Double(commits * way.readings)
    var cost = Cost(written: Double(Medium.written() - before.0) / readings, syncs: Syncs.count - before.2, commits: commits)
    if let device, let start = before.1, let end = Medium.reached(device) { cost.reached = Double(end - start) / readings }
    cost.file = Double(Medium.size(path)) / readings
    for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] { unlink(path + suffix) }
    return cost
}

func column(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

/// One digit after the point below 1000.
func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return value >= 1000 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
}

var ways = [
    Way(name: "(a) plain SQLite, a row a reading, 100 a commit", readings: 100, receipts: 0, pageSize: nil),
    Way(name: "(b) journal, 100 readings, 25 receipts a commit", readings: 100, receipts: 25),
    Way(name: "(c) journal, 100 readings", readings: 100, receipts: 0),
    Way(name: "(d) journal, 500 readings, 125 receipts", readings: 500, receipts: 125),
    Way(name: "(e) journal, 5 readings, 5 receipts", readings: 5, receipts: 5, commits: 10_000),
    Way(name: "(f) journal, 1000 readings, 250 receipts", readings: 1000, receipts: 250),
]
if getenv("WEAR_PAGES") != nil {
    for size in [512, 2048, 4096] {
        for var way in ways[1...4] {
            way.name += ", pages of \(size)"
            way.pageSize = size
            ways.append(way)
        }
    }
}
print("bytes a reading, in \(folder)")
let head = column("written", 11) + column("of (a)", 9) + (device == nil ? "" : column("device", 9) + column("of (a)", 9)) + column("file", 9)
print(String(repeating: " ", count: Way.nameWidth) + head + column("syncs", 9) + column("commits", 9))
var reference: Cost?
for way in ways {
    do {
        let cost = try measure(way)
        let base = reference ?? cost
        reference = base
        func share(_ part: Double, _ whole: Double) -> String { column(number(part / whole * 100) + " %", 9) }
        var line = way.name + String(repeating: " ", count: max(0, Way.nameWidth - way.name.count))
        line += column(number(cost.written), 11) + share(cost.written, base.written)
        if let reached = cost.reached, let whole = base.reached { line += column(number(reached), 9) + share(reached, whole) }
        if getenv("WEAR_LINES") != nil {
            // For programs: fields with tabs between.
            print("\(way.name)\t\(cost.written)\t\(cost.reached.map { "\($0)" } ?? "-")\t\(cost.file)\t\(cost.commits)")
        } else {
            print(line + column(number(cost.file), 9) + column("\(cost.syncs)", 9) + column("\(cost.commits)", 9))
        }
    } catch {
        print("\(way.name): \(error)")
        exit(1)
    }
}
