/// Open addressing over hashes that are known beforehand: entry *i* of some array is found by its hash, without a text being made.
///
/// At most half full; entries with equal hashes are all found. *Memory*: 8 bytes an entry and 4 bytes a slot.
struct HashIndex {
    private let hashes: [UInt64]
    /// Index into `hashes`; −1: free. The count is a power of two.
    private let slots: [Int32]

    init(_ hashes: [UInt64]) {
        precondition(hashes.count <= Int(Int32.max) / 4, "more entries than a site can have")
        var size = 8
        while size < hashes.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (entry, hash) in hashes.enumerated() {
            var slot = HashIndex.home(hash, size)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(entry)
        }
        self.hashes = hashes
        self.slots = slots
    }

    private static func home(_ hash: UInt64, _ size: Int) -> Int { Int(truncatingIfNeeded: hash & UInt64(size - 1)) }

    /// Calls `body` with each entry of this hash. Different things may have one hash: the caller compares.
    @inline(__always)
    func entries(_ hash: UInt64, _ body: (Int) -> Void) {
        var slot = HashIndex.home(hash, slots.count)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if hashes[entry] == hash { body(entry) }
            slot = (slot + 1) & (slots.count - 1)
        }
    }
}
