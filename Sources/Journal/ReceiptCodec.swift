/// The receipts of one commit as bytes, in the shorter of two forms.
///
/// ```
/// plain   n receipts of 8 bytes, low byte first
/// packed  column  the two high bytes of each, less those of the one before, −32 768 … 32 767
///         6 n     the six low bytes of each, low byte first
/// ```
///
/// The high bytes are a broker's packet identifier, which counts up from message to message; the low ones are a hash and do not shrink. The number of
/// receipts is known to both sides. Packed is written only where it is shorter, so the length tells the form. *Columns*: see `IntegerColumn`.
enum ReceiptCodec {
    private static let plainSize = 8
    private static let hashSize = 6

    /// Replaces `bytes`. *Memory*: `scratch` grows to the largest commit met.
    static func encode(_ receipts: [UInt64], into bytes: inout [UInt8], scratch: inout ColumnScratch) {
        bytes.removeAll(keepingCapacity: true)
        scratch.reserve(receipts.count)
        var before: UInt16 = 0
        for (index, receipt) in receipts.enumerated() {
            let identifier = UInt16(receipt >> 48)
            scratch.values[index] = Int64(Int16(bitPattern: identifier &- before))
            before = identifier
        }
        let steps = UnsafeBufferPointer(rebasing: scratch.values[..<receipts.count])
        let plan = IntegerColumn.plan(steps)
        let isPacked = plan.size + hashSize * receipts.count < plainSize * receipts.count
        if isPacked { IntegerColumn.write(steps, plan, into: &bytes) }
        for receipt in receipts { withUnsafeBytes(of: receipt.littleEndian) { bytes.append(contentsOf: $0.prefix(isPacked ? hashSize : plainSize)) } }
    }

    /// *Throws*: when the bytes are not exactly `count` receipts. *Memory*: eight bytes a receipt, at most a third more than `bytes`.
    static func decode(_ bytes: UnsafeRawBufferPointer, count: UInt64) throws(CodecError) -> [UInt64] {
        guard count <= UInt64(bytes.count / hashSize) else { throw .truncated }
        let count = Int(count)
        if bytes.count == plainSize * count {
            return (0..<count).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: plainSize * $0, as: UInt64.self)) }
        }
        var steps = ColumnScratch()
        steps.reserve(count)
        var source = ByteSource(bytes)
        try IntegerColumn.decode(&source, into: UnsafeMutableBufferPointer(rebasing: steps.values[..<count]))
        guard source.remaining == hashSize * count else { throw .malformed("receipts") }
        var receipts: [UInt64] = []
        receipts.reserveCapacity(count)
        var identifier: UInt16 = 0
        for index in 0..<count {
            identifier &+= UInt16(truncatingIfNeeded: steps.values[index])
            var receipt = UInt64(identifier) << 48
            for shift in stride(from: UInt64(0), to: 48, by: 8) { receipt |= UInt64(try source.byte()) << shift }
            receipts.append(receipt)
        }
        return receipts
    }
}
