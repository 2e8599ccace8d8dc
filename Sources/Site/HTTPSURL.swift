/// `https://host[:port][/prefix]`, taken apart.
struct HTTPSURL: Equatable {
    var host: String
    var port: UInt16
    /// Empty, or from a slash on and without one at its end.
    var prefix: String
    var usesTLS: Bool

    /// The registered ports. *Source*: IANA service names.
    static let plainPort: UInt16 = 80, securePort: UInt16 = 443

    /// Whether a text names this protocol and no other.
    static func isMeant(by text: String) -> Bool { text.hasPrefix("https://") || text.hasPrefix("http://") }

    init(_ text: String) throws(BrokerURL.Refusal) {
        let form = "write \"https://host\" or \"https://host:8443/prefix\""
        guard HTTPSURL.isMeant(by: text), let mark = text.firstRange(of: "://") else {
            throw BrokerURL.Refusal(reason: "\(Wording.quote(text)) is no URL; \(form)")
        }
        usesTLS = text.hasPrefix("https:")
        let rest = text[mark.upperBound...]
        if rest.contains("@") { throw BrokerURL.Refusal(reason: "a URL holds no user or password; use the key \"token\" or a client certificate") }
        if rest.contains(where: { $0 == "?" || $0 == "#" }) { throw BrokerURL.Refusal(reason: "\(Wording.quote(text)) has a query; \(form)") }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let place = try BrokerURL.place(rest[..<slash], of: text, form: form)
        host = place.host
        port = place.port ?? (usesTLS ? HTTPSURL.securePort : HTTPSURL.plainPort)
        var path = rest[slash...]
        while path.hasSuffix("/") { path = path.dropLast() }
        if let objection = HTTPSURL.objection(toPath: String(path)) { throw BrokerURL.Refusal(reason: "the path \(objection)") }
        prefix = String(path)
    }

    /// As requests begin.
    var base: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let isUsual = port == (usesTLS ? HTTPSURL.securePort : HTTPSURL.plainPort)
        return "\(usesTLS ? "https" : "http")://\(name)\(isUsual ? "" : ":\(port)")\(prefix)"
    }

    /// What a path of a URL may hold without being written otherwise. *Source*: RFC 3986 section 3.3.
    static func objection(toPath text: String) -> String? {
        if text.isEmpty { return nil }
        if !text.hasPrefix("/") { return "begins without \"/\"" }
        if text.utf8.count > 1024 { return "is longer than 1024 bytes" }
        return text.utf8.allSatisfy({ isPlain($0) }) ? nil : "holds a character that a URL has no place for"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "/-._~!$&'()*+,;=:@%".utf8.contains(byte)
    }
}
