/// The Castagnoli checksum over segments and checkpoints.
///
/// *Source*: RFC 3720 appendix B.4: polynomial 0x1EDC6F41, reflected, initial value and final inversion all ones. "123456789" gives 0xE3069283.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        return value
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var value: UInt32 = .max
            for byte in bytes { value = value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xff)] }
            return ~value
        }
    }
}
