/// A decision as it came from the platform: unread, unchecked, and not acknowledged.
package struct DecisionOffer: Equatable, Sendable {
    /// The document; one that is too long is cut one byte beyond what a reader takes.
    package var bytes: [UInt8]
    /// The platform's own number; 0: it has none.
    package var number: UInt64

    /// The most that wait at once. More stay with the platform, unacknowledged.
    package static let limit = 32
    /// *Units*: bytes of one document that are kept.
    package static let bytesKept = 4097

    package init(bytes: [UInt8], number: UInt64 = 0) {
        self.bytes = bytes
        self.number = number
    }
}

/// Takes a platform's list of decisions apart.
enum DecisionList {
    /// The items of a JSON array as they stand there, at most `limit`; nil where the bytes are no array.
    ///
    /// Only brackets and texts are looked at: whether an item is a document is for its reader to say.
    static func items(_ bytes: [UInt8], limit: Int) -> [ArraySlice<UInt8>]? {
        var items: [ArraySlice<UInt8>] = []
        var (depth, start, isText, isEscaped) = (0, 0, false, false)
        var hasEnded = false
        for (place, byte) in bytes.enumerated() {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x0a, 0x0d, 0x09: continue
            case _ where hasEnded: return nil
            case UInt8(ascii: "\""):
                if depth == 0 { return nil }
                isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if depth == 0 {
                    guard byte == UInt8(ascii: "[") else { return nil }
                    start = place + 1
                }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth < 0 { return nil }
                if depth == 0 {
                    append(bytes[start..<place], to: &items, limit)
                    hasEnded = true
                }
            case UInt8(ascii: ",") where depth == 1:
                append(bytes[start..<place], to: &items, limit)
                start = place + 1
            default: if depth == 0 { return nil }
            }
        }
        return hasEnded ? items : nil
    }

    private static func append(_ item: ArraySlice<UInt8>, to items: inout [ArraySlice<UInt8>], _ limit: Int) {
        let isBlank = item.allSatisfy { $0 == 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }
        if !isBlank && items.count < limit { items.append(item) }
    }
}
