/// How findings quote, list and guess.
enum Wording {
    /// Whether a text holds a part, letter by letter; without the regular expressions that the standard library brings for this.
    static func contains(_ part: String, in text: String) -> Bool {
        let wanted = Array(part.utf8)
        let bytes = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }

    /// Quoted text is cut here: a finding is one line.
    private static let quoteLimit = 60
    private static let listLimit = 12

    /// The text in double quotes, cut and with its control characters escaped.
    static func quote(_ text: String) -> String { "\"" + singleLine(text, limit: quoteLimit) + "\"" }

    /// The text with its control characters escaped, cut after `limit` characters.
    static func singleLine(_ text: String, limit: Int) -> String {
        var out = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == limit { return out + "…" }
            // Control characters, line separators and the marks that turn the writing direction would garble a terminal.
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: out += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// `a, b or c`; after a dozen the rest is counted.
    static func list(_ names: [String], joining last: String = "or") -> String {
        if names.count > listLimit {
            return names[..<listLimit].map { singleLine($0, limit: quoteLimit) }.joined(separator: ", ") + " … (\(names.count - listLimit) more)"
        }
        let shown = names.map { singleLine($0, limit: quoteLimit) }
        guard let end = shown.last, shown.count > 1 else { return shown.first ?? "" }
        return shown.dropLast().joined(separator: ", ") + " \(last) " + end
    }

    /// `unknown asset "MH-71"; did you mean "MH-17"?`, or else what there is.
    static func unknown(_ what: String, _ name: String, among known: [String], place: String = "") -> String {
        let start = "unknown \(what) \(quote(name))\(place)"
        if let near = nearest(to: name, among: known) { return start + "; did you mean \(quote(near))?" }
        return known.isEmpty ? start + "; there is none" : start + "; known: " + list(known, joining: "and")
    }

    /// The known name that was probably meant, or nil: a third of the letters may be wrong, or the end may be missing or too much.
    ///
    /// *Complexity*: names of more than 64 characters are not compared.
    static func nearest(to name: String, among known: [String]) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let most = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let letters = Array(candidate.lowercased().unicodeScalars)
            // `degree` for `deg`, `unix` for `unix_s`: cut short or written out.
            if min(letters.count, wanted.count) >= 3, letters.starts(with: wanted) || wanted.starts(with: letters), best == nil {
                best = (candidate, most)
            }
            guard letters.count <= 64, abs(letters.count - wanted.count) <= most else { continue }
            let distance = editDistance(wanted, letters)
            if distance <= most, distance < (best?.distance ?? .max) || distance == 0 { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours cost 1 each.
    static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for j in 0..<right.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
