import Lifeline

/// Names devices that only their topics tell apart.
enum TopicIdentity {
    /// Gives each device without an id one from its topic: the level in which it differs from topics of the same shape, else the last level with a
    /// digit, else the last one that is no word for data.
    static func naming(_ devices: [HeardDevice]) -> [HeardDevice] {
        var result = devices
        let unnamed = devices.indices.filter { devices[$0].id.isEmpty && !devices[$0].topics.isEmpty }
        // Topics with one level left out, and how many there are of each: siblings differ in that level alone.
        var shapes: [String: Int] = [:]
        for place in unnamed {
            let levels = TopicPattern.levels(of: devices[place].topics[0].name)
            for level in levels.indices { shapes[shape(levels, without: level), default: 0] += 1 }
        }
        for place in unnamed {
            let levels = TopicPattern.levels(of: devices[place].topics[0].name)
            let siblings = levels.indices.filter { shapes[shape(levels, without: $0), default: 0] > 1 && !isWord(levels[$0]) }
            let chosen = siblings.last ?? levels.lastIndex { $0.contains(where: \.isNumber) } ?? levels.lastIndex { !$0.isEmpty && !isWord($0) }
            result[place].id = chosen.map { String(levels[$0]) } ?? devices[place].topics[0].name
        }
        return result
    }

    private static func shape(_ levels: [Substring], without place: Int) -> String {
        levels.enumerated().map { $0 == place ? "\u{0}" : String($1) }.joined(separator: "/")
    }

    /// Levels that say what a topic carries, not whose it is.
    private static let words: Set<String> = [
        "data", "datas", "state", "status", "telemetry", "up", "uplink", "event", "events", "sensor", "sensors", "value", "values", "json", "raw",
        "v1",
        "v2", "v3", "properties", "report", "rx",
    ]

    private static func isWord(_ level: Substring) -> Bool { words.contains(level.lowercased()) }
}
