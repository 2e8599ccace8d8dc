/// A hash that is the same on every machine, build and run, for ids and look-ups that outlive the process.
///
/// *Source*: FNV-1a, 64 bits, with a final avalanche (the 64-bit finaliser of MurmurHash3). Not for secrets.
package struct StableHash: Sendable {
    @usableFromInline var state: UInt64 = 0xcbf2_9ce4_8422_2325

    @inlinable
    package init() {}

    /// One byte.
    @inlinable
    package mutating func combine(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }

    /// The bytes alone: two runs one after the other are one run.
    @inlinable
    package mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { combine(byte) }
    }

    /// The text's UTF-8 and a terminator that no UTF-8 text holds, so that "a","bc" and "ab","c" differ.
    @inlinable
    package mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xff as UInt8)
    }

    /// Eight bytes, the lowest first.
    @inlinable
    package mutating func combine(_ number: UInt64) {
        var rest = number
        for _ in 0..<8 {
            combine(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// *Range*: all 64 bits are well mixed.
    @inlinable
    package var value: UInt64 {
        var mixed = state
        mixed ^= mixed >> 33
        mixed = mixed &* 0xff51_afd7_ed55_8ccd
        mixed ^= mixed >> 33
        mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ (mixed >> 33)
    }

    /// The value's upper half as eight lower-case hexadecimal digits.
    package var shortText: String {
        let digits = String(value >> 32, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
