/// One thing that is wrong in one place of one file.
package struct Finding: Equatable, Sendable, CustomStringConvertible {
    package var file: String
    /// Both count from 1; the column in characters.
    package var line: Int
    package var column: Int
    package var message: String

    /// `firmware-config/street/site.toml:12:3: unknown key "adress" in [[asset]]; did you mean "address"?`
    package var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Collects findings of all files, so that a maintainer mends a file in one go and not error by error.
final class Findings {
    /// Beyond this many the rest is only counted.
    static let limit = 100
    private var all: [Finding] = []

    var isEmpty: Bool { all.isEmpty }

    func add(_ file: String, _ place: Place, _ message: String) {
        // A message is one line, whatever stands in the file.
        let line = String(message.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
        all.append(Finding(file: file, line: place.line, column: place.column, message: line))
    }

    /// In the order of files and places; at most `limit`, and one more that counts the rest.
    var sorted: [Finding] {
        let ordered = all.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
        guard ordered.count > Findings.limit, let last = ordered.dropFirst(Findings.limit - 1).first else { return ordered }
        let rest = Finding(file: last.file, line: last.line, column: last.column, message: "… and \(ordered.count - Findings.limit) more findings")
        return Array(ordered.prefix(Findings.limit)) + [rest]
    }
}

/// The known name that somebody may have meant.
enum Nearest {
    /// The closest of `known` within a third of the word's length, or nil. *Source*: optimal string alignment distance.
    static func to(_ word: String, in known: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        guard letters.count <= 64 else { return nil }
        var best: (String, Int)?
        for candidate in known {
            let distance = distance(letters, Array(candidate.lowercased().unicodeScalars))
            if distance <= max(1, (letters.count + 1) / 3), distance < best?.1 ?? .max { best = (candidate, distance) }
        }
        return best?.0
    }

    /// `; did you mean "x"?`, or the whole list where it is short, or nothing.
    static func hint(_ word: String, in known: [String]) -> String {
        if let near = to(word, in: known) { return "; did you mean \"\(near)\"?" }
        guard !known.isEmpty, known.count <= 16 else { return "" }
        return "; known: " + known.joined(separator: ", ")
    }

    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1) }
            }
        }
        return rows[a.count][b.count]
    }
}
