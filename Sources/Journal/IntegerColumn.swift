/// One column of a segment: 64-bit integers, written in whichever of six forms is the smallest.
///
/// ```
/// mode 0  zero      nothing follows: all are zero
/// mode 1  constant  z
/// mode 2  varints   z each
/// mode 3  runs      until all are told: z value, v length − 1
/// mode 4  packed    z minimum, 1 byte width w (1 … 56), then w bits each above the minimum, low bit first, padded to a byte
/// mode 5  sparse    v number of values that are not zero, then for each: v zeros before it, z value
/// ```
///
/// The mode is one byte. The number of values is known to both sides. *Memory*: none of its own.
enum IntegerColumn {
    fileprivate enum Mode: UInt8 {
        case zero, constant, varints, runs, packed, sparse
    }

    /// A width above 56 would not fit the 64-bit accumulator with seven bits pending.
    private static let widthLimit = 56

    /// The smallest form of a column, and what writing it needs to know.
    struct Plan {
        fileprivate var mode: Mode
        /// *Units*: bytes, with the mode's.
        fileprivate(set) var size: Int
        fileprivate var least: Int64 = 0
        fileprivate var width = 0
        fileprivate var nonzero = 0
    }

    /// Appends the column to `bytes`. *Complexity*: one pass to choose the form, one to write it.
    static func encode(_ values: UnsafeBufferPointer<Int64>, into bytes: inout [UInt8]) { write(values, plan(values), into: &bytes) }

    /// Chooses the form. *Complexity*: one pass.
    static func plan(_ values: UnsafeBufferPointer<Int64>) -> Plan {
        guard let first = values.first else { return Plan(mode: .zero, size: 1) }
        var least = first
        var greatest = first
        var varints = 0
        var runs = 0
        var sparse = 0
        var nonzero = 0
        var zeros: UInt64 = 0
        var runValue = first
        var runLength: UInt64 = 0
        for value in values {
            let size = varintSize(folded(value))
            varints += size
            if value < least { least = value }
            if value > greatest { greatest = value }
            if value == 0 {
                zeros += 1
            } else {
                nonzero += 1
                sparse += varintSize(zeros) + size
                zeros = 0
            }
            if value != runValue {
                runs += varintSize(folded(runValue)) + varintSize(runLength - 1)
                runValue = value
                runLength = 0
            }
            runLength += 1
        }
        if least == greatest { return first == 0 ? Plan(mode: .zero, size: 1) : Plan(mode: .constant, size: 1 + varintSize(folded(first)), least: first) }
        runs += varintSize(folded(runValue)) + varintSize(runLength - 1)
        sparse += varintSize(UInt64(nonzero))
        let width = 64 - (UInt64(bitPattern: greatest) &- UInt64(bitPattern: least)).leadingZeroBitCount
        let packed = width > widthLimit ? Int.max : varintSize(folded(least)) + 1 + (values.count * width + 7) / 8
        let smallest = min(min(varints, runs), min(packed, sparse))
        let mode: Mode = smallest == varints ? .varints : smallest == packed ? .packed : smallest == sparse ? .sparse : .runs
        return Plan(mode: mode, size: 1 + smallest, least: least, width: width, nonzero: nonzero)
    }

    /// Appends the column in the form of its plan.
    static func write(_ values: UnsafeBufferPointer<Int64>, _ plan: Plan, into bytes: inout [UInt8]) {
        switch plan.mode {
        case .zero: bytes.append(Mode.zero.rawValue)
        case .constant:
            bytes.append(Mode.constant.rawValue)
            bytes.appendZigzag(plan.least)
        case .varints:
            bytes.append(Mode.varints.rawValue)
            for value in values { bytes.appendZigzag(value) }
        case .runs: writeRuns(values, into: &bytes)
        case .packed: pack(values, least: plan.least, width: plan.width, into: &bytes)
        case .sparse: writeSparse(values, nonzero: plan.nonzero, into: &bytes)
        }
    }

    private static func writeRuns(_ values: UnsafeBufferPointer<Int64>, into bytes: inout [UInt8]) {
        bytes.append(Mode.runs.rawValue)
        var index = 0
        while index < values.count {
            var end = index + 1
            while end < values.count && values[end] == values[index] { end += 1 }
            bytes.appendZigzag(values[index])
            bytes.appendVarint(UInt64(end - index - 1))
            index = end
        }
    }

    private static func writeSparse(_ values: UnsafeBufferPointer<Int64>, nonzero: Int, into bytes: inout [UInt8]) {
        bytes.append(Mode.sparse.rawValue)
        bytes.appendVarint(UInt64(nonzero))
        var zeros: UInt64 = 0
        for value in values {
            if value == 0 {
                zeros += 1
            } else {
                bytes.appendVarint(zeros)
                bytes.appendZigzag(value)
                zeros = 0
            }
        }
    }

    private static func pack(_ values: UnsafeBufferPointer<Int64>, least: Int64, width: Int, into bytes: inout [UInt8]) {
        bytes.append(Mode.packed.rawValue)
        bytes.appendZigzag(least)
        bytes.append(UInt8(width))
        var pending: UInt64 = 0
        var bits: UInt64 = 0
        for value in values {
            pending |= UInt64(bitPattern: value &- least) << bits
            bits += UInt64(width)
            while bits >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                bits -= 8
            }
        }
        if bits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    }

    /// Fills `values` from the column that begins at the cursor.
    ///
    /// *Throws*: `CodecError`; `values` then hold anything. *Complexity*: linear in the number of values, whatever the bytes say.
    static func decode(_ source: inout ByteSource, into values: UnsafeMutableBufferPointer<Int64>) throws(CodecError) {
        guard let mode = Mode(rawValue: try source.byte()) else { throw .malformed("column mode") }
        switch mode {
        case .zero:
            values.update(repeating: 0)
        case .constant:
            values.update(repeating: try source.zigzag())
        case .varints:
            for index in values.indices { values[index] = try source.zigzag() }
        case .runs:
            var index = 0
            while index < values.count {
                let value = try source.zigzag()
                let more = try source.varint()
                guard more < UInt64(values.count - index) else { throw .malformed("run length") }
                let end = index + Int(more) + 1
                while index < end {
                    values[index] = value
                    index += 1
                }
            }
        case .packed:
            try unpack(&source, into: values)
        case .sparse:
            values.update(repeating: 0)
            let nonzero = try source.varint()
            guard nonzero <= UInt64(values.count) else { throw .malformed("sparse count") }
            var index = 0
            for _ in 0..<Int(nonzero) {
                let zeros = try source.varint()
                guard zeros < UInt64(values.count - index) else { throw .malformed("sparse gap") }
                index += Int(zeros)
                values[index] = try source.zigzag()
                index += 1
            }
        }
    }

    private static func unpack(_ source: inout ByteSource, into values: UnsafeMutableBufferPointer<Int64>) throws(CodecError) {
        let least = try source.zigzag()
        let width = UInt64(try source.byte())
        guard width >= 1 && width <= UInt64(widthLimit) else { throw .malformed("packed width") }
        let mask = (UInt64(1) << width) - 1
        var pending: UInt64 = 0
        var bits: UInt64 = 0
        for index in values.indices {
            while bits < width {
                pending |= UInt64(try source.byte()) << bits
                bits += 8
            }
            values[index] = least &+ Int64(bitPattern: pending & mask)
            pending >>= width
            bits -= width
        }
    }
}
