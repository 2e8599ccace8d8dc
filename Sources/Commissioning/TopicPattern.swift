/// A template's topic, taken apart at its `{id}`.
struct TopicPattern: Hashable {
    /// The levels; the one that holds `{id}` is at `place`.
    let levels: [String]
    /// −1: the topic does not name the device.
    let place: Int
    private let before: String
    private let after: String

    static let placeholder = "{id}"

    init(_ topic: String) {
        levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let mark = TopicPattern.placeholder
        place = levels.firstIndex { $0.split(separator: "{", omittingEmptySubsequences: false).dropFirst().contains { $0.hasPrefix("id}") } } ?? -1
        guard place >= 0 else {
            (before, after) = ("", "")
            return
        }
        let level = levels[place]
        before = String(level.prefix { $0 != "{" })
        after = String(level.dropFirst(before.count + mark.count))
    }

    /// How many levels it names: the more, the more a match says.
    var literals: Int { levels.filter { $0 != "+" && $0 != "#" }.count }

    /// The device's name in a topic that matches: "" where the pattern names none; nil: no match.
    func match(_ topic: [Substring]) -> String? {
        for (index, level) in levels.enumerated() {
            if level == "#" { return identity(topic) }
            guard index < topic.count, matches(level, index, topic[index]) else { return nil }
        }
        return levels.count == topic.count ? identity(topic) : nil
    }

    /// The device's name in a topic that begins as the pattern does, up to the level of the name: a further topic of the same device.
    func matchBeginning(_ topic: [Substring]) -> String? {
        guard place >= 0, topic.count > place, levels[...place].contains(where: { $0 != "+" && $0 != TopicPattern.placeholder }) else { return nil }
        for index in 0...place where !matches(levels[index], index, topic[index]) { return nil }
        return identity(topic)
    }

    private func matches(_ level: String, _ index: Int, _ other: Substring) -> Bool {
        if index == place {
            return other.utf8.count > before.utf8.count + after.utf8.count && other.hasPrefix(before) && other.hasSuffix(after)
        }
        return level == "+" || level == other
    }

    private func identity(_ topic: [Substring]) -> String? {
        guard place >= 0 else { return "" }
        guard place < topic.count else { return nil }
        return String(topic[place].dropFirst(before.count).dropLast(after.count))
    }

    static func levels(of topic: String) -> [Substring] { topic.split(separator: "/", omittingEmptySubsequences: false) }

    /// Topics of one device as one filter: what differs becomes `+`, a tail that only some have `#`; the level that is the device's id becomes `{id}`.
    static func joined(_ topics: [String], id: String) -> String {
        let all = topics.map { levels(of: $0) }
        guard let shortest = all.map(\.count).min() else { return "" }
        var result: [String] = []
        for index in 0..<shortest {
            let values = Set(all.map { $0[index] })
            let level = values.count == 1 ? String(values.first ?? "") : "+"
            result.append(level.lowercased() == id.lowercased() && level == id ? placeholder : level)
        }
        if all.contains(where: { $0.count > shortest }) { result.append("#") }
        return result.joined(separator: "/")
    }
}
