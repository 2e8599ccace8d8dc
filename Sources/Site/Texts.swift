import Lifeline

/// The small languages inside the texts of a configuration: durations, sizes, addresses, paths, filters.
enum Texts {
    private static let durations: [(String, Double)] = [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)]
    private static let sizes: [(String, Double)] = [("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("B", 1)]

    /// Seconds of `250 ms`, `15 s`, `1.5 min`, `1 h`, `1 d`; nil for anything else.
    static func duration(_ text: String) -> Double? { amount(text, durations) }

    /// Bytes of `512 MiB`; nil for anything else.
    static func size(_ text: String) -> Double? { amount(text, sizes) }

    private static func amount(_ text: String, _ units: [(String, Double)]) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number >= 0, number < 1e12 else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
        return number * factor
    }

    /// `mqtt://host[:port]` or `mqtts://host[:port]`; an IPv6 address in brackets.
    static func url(_ text: String) -> (address: BrokerAddress, isSecure: Bool)? {
        let isSecure = text.hasPrefix("mqtts://")
        guard isSecure || text.hasPrefix("mqtt://") else { return nil }
        var rest = text.dropFirst(isSecure ? 8 : 7)
        var host: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(host.count)
        }
        guard !host.isEmpty, host.utf8.count <= 253, !host.contains(where: { $0 == "/" || $0 == "@" || $0 == " " }) else { return nil }
        if rest.isEmpty { return (BrokerAddress(host: String(host), port: isSecure ? 8883 : 1883), isSecure) }
        guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return (BrokerAddress(host: String(host), port: port), isSecure)
    }

    /// The steps of `object.angle_x`, `rxInfo.0.rssi`, `data.'a.b'`: dots separate, single quotes hold a name with dots together.
    static func path(_ text: String) -> [String]? {
        var steps: [String] = []
        var current = ""
        var isQuoted = false
        var wasQuoted = false
        for character in text {
            if character == "'" {
                isQuoted.toggle()
                wasQuoted = true
            } else if character == "." && !isQuoted {
                if current.isEmpty && !wasQuoted { return nil }
                steps.append(current)
                (current, wasQuoted) = ("", false)
            } else {
                current.append(character)
            }
        }
        guard !isQuoted, !current.isEmpty || wasQuoted, steps.count < 16 else { return nil }
        return steps + [current]
    }

    /// What is wrong with an MQTT topic filter, or nil. *Source*: MQTT 3.1.1 section 4.7.
    static func filterProblem(_ filter: String) -> String? {
        if filter.isEmpty { return "a topic filter is never empty" }
        if filter.utf8.count > 65_535 { return "a topic filter is at most 65535 bytes long" }
        if filter.unicodeScalars.contains(where: { $0.value == 0 }) { return "a topic filter holds no zero character" }
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level.contains("#") && (level != "#" || index != levels.count - 1) { return "\"#\" stands alone on the last level" }
            if level.contains("+") && level != "+" { return "\"+\" stands alone on its level" }
        }
        return nil
    }

    /// Whether a text can be part of ids and topics: letters, digits, `-`, `_`, `.`.
    static func isIdentifier(_ text: String, limit: Int) -> Bool {
        !text.isEmpty && text.utf8.count <= limit
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95 || $0 == 46
            }
    }
}
