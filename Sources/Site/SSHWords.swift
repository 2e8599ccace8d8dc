/// What may be handed to ssh as a word of its own. Each function gives the reason against a text, or nil.
package enum SSHWords {
    /// A destination: `pump-07`, `root@10.0.0.7`. One that begins with a dash would be an option.
    package static func objection(toDestination text: String) -> String? {
        if text.isEmpty { return "must not be empty" }
        if text.hasPrefix("-") || text.contains(where: { $0.isWhitespace || $0.isNewline }) { return "is no destination: \(Wording.quote(text))" }
        return nil
    }

    /// An option as it stands behind `-o`: `Port=2222`. How hosts are known is never relaxed.
    package static func objection(toOption text: String) -> String? {
        let words = text.lowercased().split { $0 == "=" || $0 == " " }
        guard words.count > 1, let first = words.first?.unicodeScalars.first, ("a"..."z").contains(first) else {
            return "is no option of ssh such as \"Port=2222\": \(Wording.quote(text))"
        }
        if words[0] == "stricthostkeychecking", !["yes", "ask"].contains(words[1]) {
            return "would take hosts on trust, and a push does not go to such: add the board's key to your known_hosts"
        }
        return nil
    }
}
