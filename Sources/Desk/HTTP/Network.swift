import Glibc

/// An address, or all that begin as it does: `10.0.0.0/8`, `fd00::/8`, `192.0.2.7`.
package struct Network: Sendable, Equatable {
    private let bytes: [UInt8]
    /// *Units*: bits that count.
    private let bits: Int

    /// nil: it is no address, or has more bits than one.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Network.address(String(parts[0])) else { return nil }
        let all = bytes.count * 8
        guard let bits = parts.count > 1 ? Int(parts[1]) : all, (0...all).contains(bits) else { return nil }
        (self.bytes, self.bits) = (bytes, bits)
    }

    /// Whether an address, without a port, lies in it. An IPv4 address that came over an IPv6 socket is an IPv4 address.
    package func contains(_ text: String) -> Bool {
        guard let address = Network.address(text), address.count == bytes.count else { return false }
        for bit in 0..<bits where (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
        return true
    }

    /// Four bytes or sixteen; nil: it is no address.
    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        return bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) ? Array(bytes.suffix(4)) : bytes
    }

    /// Whether a text is an address at all.
    static func isAddress(_ text: String) -> Bool { address(text) != nil }
}

/// Who a request comes from, where proxies stand in between.
enum ClientAddress {
    /// The address that counts for limits and the audit log.
    ///
    /// A header says what anybody wrote into it. Only what a trusted proxy has put at its end is believed: from the right, the first that is no trusted proxy.
    ///
    /// - Parameters:
    ///   - peer: who the connection is with.
    ///   - forwarded: the values of `X-Forwarded-For`, in their order.
    static func of(peer: String, forwarded: [String], trusted: [Network]) -> String {
        func isTrusted(_ address: String) -> Bool { trusted.contains { $0.contains(address) } }
        guard isTrusted(peer) else { return peer }
        var client = peer
        for entry in forwarded.flatMap({ $0.split(separator: ",") }).reversed() {
            let address = plain(String(entry).trimmed)
            // What is no address was not written by our proxy.
            guard Network.isAddress(address) else { return client }
            client = address
            if !isTrusted(address) { return client }
        }
        return client
    }

    /// Without brackets and port, which some proxies add.
    private static func plain(_ text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text[text.index(after: text.startIndex)..<end]) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }
}
