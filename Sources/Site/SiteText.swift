/// What a program that writes lines for site files must know of them.
package enum SiteText {
    /// Whether a text may stand where the site file wants an id.
    package static func isID(_ text: String) -> Bool { TextRules.objection(toID: text) == nil }

    /// Whether a text may stand as a topic filter; `{id}` is allowed.
    package static func isTopicFilter(_ text: String) -> Bool {
        TextRules.objection(toTopicFilter: DeviceReader.replacing("{id}", in: text, with: "id")) == nil
    }

    /// An id made of a text: what an id may not hold becomes `-`, runs of it one. Empty where nothing is left.
    package static func id(from text: String) -> String {
        var id = ""
        for character in text {
            if SiteText.isID(String(character)) {
                id.append(character)
            } else if id.last != "-", !id.isEmpty {
                id.append("-")
            }
            if id.utf8.count == 64 { break }
        }
        while id.last == "-" { id.removeLast() }
        return id
    }

    /// A basic string of TOML with its quotes.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// A path as the site file writes it: dots between names, or an array of texts where a name holds a dot or is empty.
    package static func path(_ names: [String]) -> String {
        if names.contains(where: { $0.isEmpty || $0.contains(".") }) { return "[" + names.map(quoted).joined(separator: ", ") + "]" }
        return quoted(names.joined(separator: "."))
    }

    /// A duration as the site file writes it. *Units*: seconds. *Range*: from a millisecond.
    package static func duration(_ seconds: Double) -> String {
        quoted(Amount.text(.milliseconds(Int64(min(max(seconds, 0.001), 3e9) * 1000 + 0.5))))
    }
}

/// The folder of device templates that a site uses, and the names of the templates in it, sorted; whether or not the site is valid.
package func templates(ofSite path: String, from sources: SiteSources) -> (folder: String, names: [String]) {
    let shelf = FileShelf(sources, log: FindingLog())
    var folder = "../devices"
    if let root = shelf.root(of: path, role: "site"), case .table(let site)? = root["site"]?.content,
        case .text(let text)? = site["devices"]?.content
    {
        folder = text
    }
    let place = FilePath.join(FilePath.folder(of: path), folder)
    return (place, shelf.names(in: place))
}
