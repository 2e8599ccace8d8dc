/// What texts of the configuration may look like. Each function gives the reason against a text, or nil.
enum TextRules {
    /// *Units*: characters (code points).
    static let longest = 200

    static func objection(toName text: String, limit: Int = longest) -> String? {
        if text.isEmpty { return "must not be empty" }
        if text.unicodeScalars.count > limit { return "is longer than \(limit) characters" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) }) { return "holds control characters" }
        return nil
    }

    /// Names that stand in ids, topics and journals.
    static func objection(toID text: String, limit: Int = 64, alphabet: String = "-_.") -> String? {
        if text.isEmpty { return "must not be empty" }
        if text.utf8.count > limit { return "is longer than \(limit) characters" }
        for character in text where !isLetterOrDigit(character) && !alphabet.contains(character) {
            let rest = alphabet.map { "\"\($0)\"" }
            return "holds \(Wording.quote(String(character))); allowed are letters a-z, A-Z, digits"
                + (rest.isEmpty ? "" : ", " + Wording.list(rest, joining: "and"))
        }
        return nil
    }

    /// An MQTT topic filter. *Source*: MQTT 3.1.1 sections 4.7.1 and 4.7.3.
    static func objection(toTopicFilter text: String) -> String? {
        if let objection = objection(toTopicText: text) { return objection }
        let levels = text.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level.contains("#") {
                if level != "#" { return "has \"#\" inside a level; it must stand alone, as in \"a/#\"" }
                if index != levels.count - 1 { return "has \"#\" before its end; it must be the last level" }
            }
            if level.contains("+"), level != "+" { return "has \"+\" inside a level; it must stand alone, as in \"a/+/b\"" }
        }
        return nil
    }

    /// An MQTT topic to publish to.
    static func objection(toTopicName text: String) -> String? {
        if let objection = objection(toTopicText: text) { return objection }
        return text.contains(where: { $0 == "#" || $0 == "+" }) ? "has a wildcard; a topic to publish to has none" : nil
    }

    private static func objection(toTopicText text: String) -> String? {
        if text.isEmpty { return "must not be empty" }
        // The field's length is 16 bits, but no device of this field has a topic anywhere near that.
        if text.utf8.count > 1024 { return "is longer than 1024 bytes" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) }) { return "holds control characters" }
        if let open = text.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            return "has an unknown placeholder at \(Wording.quote(String(text[open...])))"
        }
        return nil
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
