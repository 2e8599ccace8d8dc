/// A place in a file that findings can point at.
struct Spot: Hashable, Sendable {
    var file: String
    var position: TOMLPosition

    /// `line 12`, or with the file where that is another than the one that the reader looks at.
    func words(from other: Spot) -> String { file == other.file ? "line \(position.line)" : "\(file):\(position.line)" }
}

/// A value and where it was written.
struct Located<Value> {
    var value: Value
    var spot: Spot

    func map<Other>(_ transform: (Value) -> Other) -> Located<Other> { Located<Other>(value: transform(value), spot: spot) }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Sendable where Value: Sendable {}

/// Collects what the readers find, errors and warnings apart; the same finding is kept once.
final class FindingLog {
    /// More than a hundred lines help nobody; the rest is counted.
    static let limit = 100
    /// What is remembered before further findings are only counted: a hostile file must not fill the memory.
    private static let storageLimit = 10_000

    private struct Bin {
        var seen: Set<Finding> = []
        var ordered: [Finding] = []
        var uncounted = 0

        mutating func add(_ finding: Finding) {
            if ordered.count >= storageLimit {
                uncounted += 1
            } else if seen.insert(finding).inserted {
                ordered.append(finding)
            }
        }
    }

    private var errorBin = Bin()
    private var warningBin = Bin()
    private var fileOrder: [String] = []

    var hasErrors: Bool { !errorBin.ordered.isEmpty }
    /// Errors so far, as far as they are remembered: whether a reader has added one.
    var errorCount: Int { errorBin.ordered.count }

    func error(_ message: String, at spot: Spot) { errorBin.add(finding(message, spot)) }
    func warning(_ message: String, at spot: Spot) { warningBin.add(finding(message, spot)) }

    /// Makes `file` the next in the order of files.
    func enter(_ file: String) {
        if !fileOrder.contains(file) { fileOrder.append(file) }
    }

    /// Sorted by file (the site's own first) and position; at most `limit` findings, and then one that counts the rest.
    var errors: [Finding] { listing(errorBin) }
    var warnings: [Finding] { listing(warningBin) }

    private func finding(_ message: String, _ spot: Spot) -> Finding {
        Finding(file: spot.file, line: spot.position.line, column: spot.position.column, message: message)
    }

    private func listing(_ bin: Bin) -> [Finding] {
        var rank: [String: Int] = [:]
        for (index, file) in fileOrder.enumerated() { rank[file] = index }
        let sorted = bin.ordered.sorted {
            (rank[$0.file] ?? .max, $0.line, $0.column, $0.message) < (rank[$1.file] ?? .max, $1.line, $1.column, $1.message)
        }
        guard sorted.count > FindingLog.limit else { return sorted }
        var next = sorted[FindingLog.limit]
        next.message = "and \(sorted.count - FindingLog.limit + bin.uncounted) more"
        return sorted[..<FindingLog.limit] + [next]
    }
}
