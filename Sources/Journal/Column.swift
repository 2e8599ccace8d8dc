/// A column of numbers in groups: a control varint c, then, where c is even, one zigzag that stands c/2 + 1 times; where c is odd, (c − 1)/2 + 1 zigzags
/// as they come.
struct ColumnWriter {
    private var numbers: [Int64] = []

    mutating func append(_ number: Int64) { numbers.append(number) }

    /// Writes the column and is empty again.
    mutating func finish(_ bytes: inout [UInt8]) {
        var literalStart = 0
        var index = 0
        while index < numbers.count {
            var end = index + 1
            while end < numbers.count && numbers[end] == numbers[index] { end += 1 }
            // Two in a row amid others cost more as a group of their own.
            if end - index >= 3 || (end - index == 2 && literalStart == index) {
                writeLiterals(literalStart..<index, &bytes)
                bytes.appendVarint(UInt64(end - index - 1) << 1)
                bytes.appendZigzag(numbers[index])
                literalStart = end
            }
            index = end
        }
        writeLiterals(literalStart..<numbers.count, &bytes)
        numbers.removeAll(keepingCapacity: true)
    }

    private func writeLiterals(_ range: Range<Int>, _ bytes: inout [UInt8]) {
        guard !range.isEmpty else { return }
        bytes.appendVarint(UInt64(range.count - 1) << 1 | 1)
        for index in range { bytes.appendZigzag(numbers[index]) }
    }
}

/// Reads such a column back; a group beyond the numbers that are left is malformed.
struct ColumnReader {
    private var current: Int64 = 0
    private var group: UInt64 = 0
    private var isLiteral = false
    private var left: UInt64

    init(count: Int) { left = UInt64(count) }

    mutating func next(_ reader: inout VarintReader) throws(SegmentError) -> Int64 {
        if group == 0 {
            let control = try reader.varint()
            guard control >> 1 < left else { throw .malformed }
            group = control >> 1 + 1
            isLiteral = control & 1 == 1
            if !isLiteral { current = try reader.zigzag() }
        }
        if isLiteral { current = try reader.zigzag() }
        group -= 1
        left -= 1
        return current
    }
}
