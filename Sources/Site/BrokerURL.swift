/// `mqtt://host:1883` or `mqtts://host:8883`, taken apart.
struct BrokerURL: Equatable {
    var host: String
    var port: UInt16
    var usesTLS: Bool

    struct Refusal: Error, Equatable {
        var reason: String
    }

    /// The registered ports: 1883 for MQTT, 8883 for MQTT over TLS. *Source*: IANA service names.
    static let plainPort: UInt16 = 1883, securePort: UInt16 = 8883

    init(_ text: String) throws(Refusal) {
        let form = "write \"mqtt://host:1883\" or \"mqtts://host:8883\""
        guard let mark = text.firstRange(of: "://") else { throw Refusal(reason: "\(Wording.quote(text)) is no URL; \(form)") }
        switch text[..<mark.lowerBound] {
        case "mqtt": usesTLS = false
        case "mqtts": usesTLS = true
        default: throw Refusal(reason: "unknown scheme \(Wording.quote(String(text[..<mark.lowerBound]))); \(form)")
        }
        var rest = text[mark.upperBound...]
        if rest.contains("@") { throw Refusal(reason: "a URL holds no user or password; use the keys \"username\" and \"password\"") }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if rest.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" }) { throw Refusal(reason: "\(Wording.quote(text)) has a path; MQTT has none") }
        let place = try BrokerURL.place(rest, of: text, form: form)
        host = place.host
        port = place.port ?? (usesTLS ? BrokerURL.securePort : BrokerURL.plainPort)
    }

    /// `host`, `host:port` or `[IPv6]:port`, as any URL has it.
    ///
    /// - Parameters:
    ///   - text: the whole URL, and `form` how one is written, for the refusal.
    static func place(_ rest: Substring, of text: String, form: String) throws(Refusal) -> (host: String, port: UInt16?) {
        var portText: Substring?
        var host: String
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else { throw Refusal(reason: "the IPv6 address in \(Wording.quote(text)) has no \"]\"") }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            guard host.contains(":"), host.utf8.count <= 45, host.allSatisfy({ $0.isHexDigit && $0.isASCII || $0 == ":" || $0 == "." }) else {
                throw Refusal(reason: "\(Wording.quote(host)) is no IPv6 address")
            }
            let after = rest[rest.index(after: close)...]
            if !after.isEmpty {
                guard after.hasPrefix(":") else { throw Refusal(reason: "\(Wording.quote(text)) cannot be read; \(form)") }
                portText = after.dropFirst()
            }
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count > 2 { throw Refusal(reason: "an IPv6 address stands in brackets: \"mqtt://[::1]:1883\"") }
            host = String(parts.first ?? "")
            if host.isEmpty { throw Refusal(reason: "\(Wording.quote(text)) names no host; \(form)") }
            // Host names have at most 253 characters. Source: RFC 1035 section 2.3.4.
            if let objection = TextRules.objection(toID: host, limit: 253, alphabet: "-_.") { throw Refusal(reason: "the host \(objection)") }
            if parts.count == 2 { portText = parts[1] }
        }
        guard let portText else { return (host, nil) }
        guard let number = UInt16(String(portText)), number > 0, portText.allSatisfy(\.isNumber) else {
            throw Refusal(reason: "the port must be 1…65535, found \(Wording.quote(String(portText)))")
        }
        return (host, number)
    }

    /// Whether nothing leaves this machine.
    var isLoopback: Bool { BrokerURL.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

extension String {
    /// The first place where `other` stands, found byte by byte.
    func firstRange(of other: String) -> Range<String.Index>? {
        let needle = Array(other.utf8)
        var start = utf8.startIndex
        while let end = utf8.index(start, offsetBy: needle.count, limitedBy: utf8.endIndex) {
            if utf8[start..<end].elementsEqual(needle) { return start..<end }
            if start == utf8.endIndex { return nil }
            start = utf8.index(after: start)
        }
        return nil
    }
}
