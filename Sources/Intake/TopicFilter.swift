/// Which subscriptions are needed at all.
enum TopicFilter {
    /// The filters without repetitions and without those that another covers, in their first order: overlapping subscriptions make some brokers send a
    /// message twice, under two numbers.
    ///
    /// Filters that overlap in part (`a/+/c` and `a/b/+`) stay both.
    static func reduced(_ filters: [String]) -> [String] {
        var seen = Set<String>()
        let unique = filters.filter { seen.insert($0).inserted }
        let levels = unique.map(split)
        let wide = levels.indices.filter { levels[$0].contains("+") || levels[$0].last == "#" }
        return unique.indices.filter { index in
            !wide.contains { $0 != index && covers(levels[$0], levels[index]) }
        }.map { unique[$0] }
    }

    /// True when every topic that matches `narrow` matches `wide` too. *Source*: MQTT 5.0, section 4.7.
    static func covers(_ wide: String, _ narrow: String) -> Bool { covers(split(wide), split(narrow)) }

    private static func split(_ filter: String) -> [Substring] { filter.split(separator: "/", omittingEmptySubsequences: false) }

    private static func covers(_ wide: [Substring], _ narrow: [Substring]) -> Bool {
        // `#` and `+` in front do not match topics that begin with `$`.
        if let first = narrow.first, first.hasPrefix("$"), first != wide.first { return false }
        for (index, level) in wide.enumerated() {
            // `a/#` matches `a` too.
            if level == "#" { return index <= narrow.count }
            guard index < narrow.count else { return false }
            if level == "+" {
                if narrow[index] == "#" { return false }
            } else if level != narrow[index] {
                return false
            }
        }
        return wide.count == narrow.count
    }
}
