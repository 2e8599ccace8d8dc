import NIOSSL

/// The name that a verified certificate was made out to.
///
/// *Source*: RFC 5280, sections 4.1 (certificate) and 4.1.2.4 (names); X.690 (DER). Whoever signed it is checked by TLS, before this is asked.
enum ClientCertificate {
    /// The subject's common name; nil where there is none, or more than one.
    static func commonName(_ certificate: NIOSSLCertificate) -> String? {
        guard let bytes = try? certificate.toDERBytes() else { return nil }
        return commonName(der: bytes)
    }

    static func commonName(der bytes: [UInt8]) -> String? {
        var whole = DERReader(bytes[...])
        guard var certificate = whole.enter(0x30), var body = certificate.enter(0x30) else { return nil }
        // Version (explicit, optional), serial number, algorithm, issuer, validity; then the subject.
        if body.nextTag == 0xa0 { body.skip() }
        for tag in [0x02, 0x30, 0x30, 0x30] as [UInt8] where body.enter(tag) == nil { return nil }
        guard var subject = body.enter(0x30) else { return nil }
        var names: [String] = []
        while var set = subject.enter(0x31) {
            while var pair = set.enter(0x30) {
                guard let kind = pair.enter(0x06), kind.rest.elementsEqual(commonNameID), let tag = pair.nextTag,
                    // UTF8String, PrintableString, T61String, IA5String
                    [0x0c, 0x13, 0x14, 0x16].contains(tag), let value = pair.enter(tag), let text = String(validating: value.rest, as: UTF8.self)
                else { continue }
                names.append(text)
            }
        }
        return names.count == 1 ? names[0] : nil
    }

    /// 2.5.4.3
    private static let commonNameID: [UInt8] = [0x55, 0x04, 0x03]
}

/// Walks over DER values; never beyond what was given.
private struct DERReader {
    var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var nextTag: UInt8? { rest.first }

    /// The content of the next value where it has this tag, and moves behind it.
    mutating func enter(_ tag: UInt8) -> DERReader? {
        guard rest.first == tag, let (start, end) = bounds() else { return nil }
        let content = DERReader(rest[start..<end])
        rest = rest[end...]
        return content
    }

    mutating func skip() {
        if let (_, end) = bounds() { rest = rest[end...] } else { rest = [] }
    }

    private func bounds() -> (Int, Int)? {
        guard rest.count >= 2 else { return nil }
        let first = rest[rest.startIndex + 1]
        var (length, start) = (Int(first), rest.startIndex + 2)
        if first >= 0x80 {
            let count = Int(first & 0x7f)
            guard (1...3).contains(count), rest.count >= 2 + count else { return nil }
            length = rest[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        return start + length <= rest.endIndex ? (start, start + length) : nil
    }
}
