/// bamai-site(5): the sample site, whose comments say what each key is. That it shows every key is a test of its own.
struct SitePage {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    private enum Part {
        case paragraph(String)
        case heading(String)
        case key(String, String)
    }

    private var parts: [Part] = []

    init(sample: String) throws {
        var words: [String] = []
        var value: [String] = []
        for (index, line) in sample.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if !value.isEmpty {
                // A value of several lines ends with its bracket.
                value.append(line.trimmed)
                if line == "]" { close(&value, &words) }
            } else if line.hasPrefix("# ---") || line.isEmpty {
                if !words.isEmpty { parts.append(.paragraph(words.joined(separator: " "))) }
                words = []
            } else if let key = SitePage.assignment(line.hasPrefix("# ") ? line.dropFirst(2) : line) {
                value = [String(key)]
                if !key.hasSuffix("[") { close(&value, &words) }
            } else if line.hasPrefix("#") {
                words.append(line.dropFirst().trimmed)
            } else if line.hasPrefix("[") {
                parts.append(.heading(String(line)))
                if !words.isEmpty { parts.append(.paragraph(words.joined(separator: " "))) }
                words = []
            } else {
                throw Malformed(description: "line \(index + 1) is neither comment, table nor key: \(line)")
            }
        }
    }

    private mutating func close(_ value: inout [String], _ words: inout [String]) {
        parts.append(.key(value.joined(separator: " "), words.joined(separator: " ")))
        (value, words) = ([], [])
    }

    /// `key = value`, and not a sentence with an equals sign in it.
    private static func assignment(_ line: Substring) -> Substring? {
        guard let equals = line.range(of: " = ") else { return nil }
        let name = line[..<equals.lowerBound]
        return !name.isEmpty && name.allSatisfy { $0.isLowercase && $0.isASCII || $0.isNumber || $0 == "_" } ? line : nil
    }

    var roff: String {
        var page = Roff(
            title: "bamai-site", section: 5, summary: "what a site.toml says: one gateway, its brokers, platform, assets, devices and rules")
        page.heading("Description")
        page.paragraph("bamai check SITE reports every error at once, each with file, line, column and the nearest known name.")
        var seen: Set<String> = []
        var before: Part?
        for part in parts {
            switch part {
            case .paragraph(let words): page.paragraph(words)
            case .heading(let name) where seen.insert(name).inserted: page.table(name)
            case .heading(let name): page.paragraph("\(name)")
            case .key(let example, ""):
                // Keys that share the sentence before them, and those of further examples.
                if case .key? = before { page.entry(example, []) } else { page.literal([example]) }
            case .key(let example, let words): page.entry(example, [words])
            }
            before = part
        }
        page.seeAlso([("bamai", 1), ("bamaid", 8)])
        return page.text
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var slice = self
        while slice.first == " " { slice.removeFirst() }
        while slice.last == " " { slice.removeLast() }
        return String(slice)
    }
}
