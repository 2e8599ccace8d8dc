import Lifeline

/// Where a device's bytes are, as a template or a site writes it.
struct BytesDraft {
    var source: ByteSource
    var spot: Spot

    /// nil, with findings, where the table is unsound.
    init?(_ reader: TableReader) {
        spot = reader.here
        let path = reader.path("path")
        let encoding: Located<ByteSource.Encoding>? = reader.choice("encoding", "encoding of bytes")
        let tag = reader.whole("tag", in: 1...4)
        let length = reader.whole("length", in: 1...2)
        var lengths: [UInt32: Int] = [:]
        for (text, number) in reader.codes("lengths")?.value ?? [:] {
            guard let bytes = Hex.bytes(text), bytes.count == tag?.value ?? 0 else {
                reader.log.error(
                    "lengths: \(Wording.quote(text)) is no tag: tags are \(tag?.value ?? 0) bytes, written as \((tag?.value ?? 0) * 2) hexadecimal digits",
                    at: reader.spot(of: "lengths"))
                return nil
            }
            guard number >= 0, number <= 65_535, number == number.rounded() else {
                reader.log.error("lengths: the length of \(Wording.quote(text)) must be a whole number, 0…65535", at: reader.spot(of: "lengths"))
                return nil
            }
            lengths[Hex.number(bytes)] = Int(number)
        }
        if tag == nil, length != nil || !lengths.isEmpty {
            if !reader.has("tag") { reader.log.error("length and lengths need a \"tag\": how many bytes a tag has", at: spot) }
            return nil
        }
        if let tag, (length == nil) == lengths.isEmpty {
            reader.log.error("a stream of tagged values has either a \"length\" behind each tag or a table of \"lengths\"", at: tag.spot)
            return nil
        }
        if reader.has("encoding"), encoding == nil { return nil }
        source = ByteSource(
            encoding: encoding?.value ?? .raw, path: path?.value ?? [], tagBytes: tag?.value ?? 0, lengthBytes: length?.value ?? 0, lengths: lengths)
    }
}

/// Where a number stands in the bytes, as a reading writes it.
struct LayoutDraft {
    var layout: ByteLayout
    var spot: Spot

    /// nil, with findings, where the table is unsound.
    init?(_ reader: TableReader) {
        spot = reader.here
        let log = reader.log
        let offset = reader.whole("offset", in: 0...65_535)?.value ?? 0
        let width = reader.whole("width", in: 8...64)
        let form: Located<ByteLayout.Form>? = reader.choice("form", "form of a number")
        let order: Located<ByteLayout.Order>? = reader.choice("order", "order of bytes")
        let bit = reader.whole("bit", in: 0...63)
        let bits = reader.whole("bits", in: 1...64)
        let tag = reader.text("tag").map { ($0, Hex.bytes($0.value)) }
        let match = reader.text("match").map { ($0, Hex.bytes($0.value)) }
        let matchOffset = reader.whole("match_offset", in: 0...65_535)
        let size = width?.value ?? 8
        if let width, ![8, 16, 24, 32, 48, 64].contains(width.value) {
            log.error("width must be 8, 16, 24, 32, 48 or 64, found \(width.value)", at: width.spot)
            return nil
        }
        if let form, form.value == .float, size != 32, size != 64 {
            log.error("a float has a width of 32 or 64, found \(size)", at: form.spot)
            return nil
        }
        let first = bit?.value ?? 0
        let count = bits?.value ?? (bit == nil ? 0 : 1)
        if count > 0, first + count > size {
            log.error("bits \(first)…\(first + count - 1) lie outside a width of \(size)", at: (bit ?? bits)?.spot ?? spot)
            return nil
        }
        if count > 0, form?.value == .float || form?.value == .bcd {
            log.error("bits are taken out of whole numbers only", at: (bit ?? bits)?.spot ?? spot)
            return nil
        }
        for (text, bytes) in [tag, match].compactMap({ $0 }) where bytes == nil || bytes?.isEmpty == true || (bytes?.count ?? 0) > 8 {
            log.error("\(Wording.quote(text.value)) is not 1…8 bytes in hexadecimal digits, such as \"03cf\"", at: text.spot)
            return nil
        }
        if let tag, let bytes = tag.1, bytes.count > 4 {
            log.error("a tag has at most 4 bytes, found \(bytes.count)", at: tag.0.spot)
            return nil
        }
        if let matchOffset, match == nil {
            log.error("match_offset needs a \"match\": the bytes that must stand there", at: matchOffset.spot)
            return nil
        }
        layout = ByteLayout(
            offset: offset, width: size, form: form?.value ?? .unsigned, order: order?.value ?? .big, bit: first, bits: count,
            tag: tag.flatMap { $0.1 }.map(Hex.number), match: match.flatMap { $0.1 } ?? [], matchOffset: matchOffset?.value ?? 0)
        tagBytes = tag.flatMap { $0.1 }?.count ?? 0
    }

    /// How many bytes its tag has; 0: it has none.
    var tagBytes: Int

    /// What the layout has against the bytes of its device, or nil.
    func objection(_ bytes: ByteSource) -> String? {
        if tagBytes == 0 { return nil }
        if bytes.tagBytes != tagBytes {
            return bytes.tagBytes == 0
                ? "the layout has a tag, but the device's bytes are no stream of tags: give bytes a \"tag\""
                : "the tag has \(tagBytes) bytes, the device's tags have \(bytes.tagBytes)"
        }
        guard bytes.lengthBytes == 0, let tag = layout.tag else { return nil }
        guard let length = bytes.lengths[tag] else { return "the tag is not among the \"lengths\" of the device's bytes" }
        let end = layout.offset + layout.width / 8
        return end > length ? "the layout ends at byte \(end), the tag's value at byte \(length)" : nil
    }
}

/// Bytes in hexadecimal digits, as files write them.
enum Hex {
    /// The bytes of an even number of digits, or nil.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) * 16 + (digits[$0 + 1] ?? 0)) }
    }

    /// At most four bytes as a number, the first one highest.
    static func number(_ bytes: [UInt8]) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
