/// Looks into documents without parsing them.
package enum Scan {
    /// What stands between a key (with its opening quotation mark) and the next quotation mark; nil without the key.
    package static func text(after key: String, in bytes: [UInt8]) -> String? {
        guard let start = find(Array(key.utf8), in: bytes, from: 0) else { return nil }
        let rest = bytes[(start + key.utf8.count)...]
        return String(decoding: rest.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    /// The text up to a key, or all of it.
    package static func text(before key: String, in text: String) -> String {
        let bytes = Array(text.utf8)
        guard let end = find(Array(key.utf8), in: bytes, from: 0) else { return text }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// Calls `body` with the whole number behind each place of a key, in order.
    package static func numbers(after key: String, in bytes: [UInt8], _ body: (UInt64) -> Void) {
        let key = Array(key.utf8)
        var place = 0
        while let start = find(key, in: bytes, from: place) {
            var number: UInt64 = 0
            place = start + key.count
            while place < bytes.count, (48...57).contains(bytes[place]) {
                number = number * 10 + UInt64(bytes[place] - 48)
                place += 1
            }
            body(number)
        }
    }

    /// The text without a member that is a string and not the first one; where the key begins with a brace, without that object.
    package static func without(_ key: String, in text: String) -> String {
        let bytes = Array(text.utf8)
        guard let start = find(Array(("," + key).utf8), in: bytes, from: 0) else { return text }
        let value = start + 1 + key.utf8.count
        let end = bytes[value...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count - 1
        return String(decoding: bytes[..<start] + bytes[(end + (key.hasPrefix("{") ? 2 : 1))...], as: UTF8.self)
    }

    private static func find(_ key: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= key.count else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            var place = start
            while place + key.count <= bytes.count {
                if bytes[place] == key[0], key.indices.allSatisfy({ bytes[place + $0] == key[$0] }) { return place }
                place += 1
            }
            return nil
        }
    }
}
