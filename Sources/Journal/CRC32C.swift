/// CRC-32C (Castagnoli), the checksum of iSCSI and ext4: finds every burst of up to 32 wrong bits.
///
/// *Source*: RFC 3720, appendix B.4 (its test vectors are in the tests). Computed eight bytes at a time from eight tables (8 KiB).
package struct CRC32C: Sendable {
    /// The tables are made once in a process.
    package static let shared = CRC32C()

    private let tables: [UInt32]

    private init() {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1 }
            tables[index] = value
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = (before >> 8) ^ tables[Int(before & 0xff)]
        }
        self.tables = tables
    }

    /// The checksum of `bytes`; of none it is 0. *Complexity*: linear, no allocation.
    package func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc = UInt32.max
            var position = 0
            while bytes.count - position >= 8 {
                let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)) ^ crc
                let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
                let first = table[1792 + Int(low & 0xff)] ^ table[1536 + Int((low >> 8) & 0xff)]
                let second = table[1280 + Int((low >> 16) & 0xff)] ^ table[1024 + Int(low >> 24)]
                let third = table[768 + Int(high & 0xff)] ^ table[512 + Int((high >> 8) & 0xff)]
                let fourth = table[256 + Int((high >> 16) & 0xff)] ^ table[Int(high >> 24)]
                crc = first ^ second ^ third ^ fourth
                position += 8
            }
            while position < bytes.count {
                crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[position])) & 0xff)]
                position += 1
            }
            return ~crc
        }
    }
}
