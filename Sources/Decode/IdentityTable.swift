import Lifeline

/// The devices that share a topic filter, by the name that the payload gives; ASCII case is ignored.
struct IdentityTable {
    private var lexicon = Lexicon()
    private var entries: [(name: Lexicon.Text, device: Int)] = []
    private let index: HashIndex

    init(_ devices: [(id: String, device: Int)]) {
        var hashes: [UInt64] = []
        for (id, device) in devices {
            let lower = String(decoding: id.utf8.map(IdentityTable.lower), as: UTF8.self)
            entries.append((lexicon.text(lower), device))
            hashes.append(Array(lower.utf8).withUnsafeBytes(IdentityTable.hash))
        }
        index = HashIndex(hashes)
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }

    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        for byte in name { hash.combine(lower(byte)) }
        return hash.value
    }

    /// The device of this name, or nil.
    func device(named name: UnsafeRawBufferPointer) -> Int? {
        var found: Int?
        index.entries(IdentityTable.hash(name)) { place in
            if found == nil, equals(entries[place].name, name) { found = entries[place].device }
        }
        return found
    }

    private func equals(_ text: Lexicon.Text, _ name: UnsafeRawBufferPointer) -> Bool {
        guard Int(text.length) == name.count else { return false }
        return lexicon.bytes.withUnsafeBytes { bytes in
            for place in 0..<name.count where bytes[Int(text.offset) + place] != IdentityTable.lower(name[place]) { return false }
            return true
        }
    }
}
