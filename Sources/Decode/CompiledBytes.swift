import Lifeline

/// Where a device's bytes are, as the decoder looks at it.
struct CompiledBytes {
    let encoding: ByteSource.Encoding
    /// Empty: the whole payload.
    let path: Lexicon.Path
    let tagBytes: Int
    let lengthBytes: Int
    let lengths: [UInt32: Int]

    init(_ source: ByteSource, _ lexicon: inout Lexicon) {
        encoding = source.encoding
        path = lexicon.path(source.path)
        tagBytes = source.tagBytes
        lengthBytes = source.lengthBytes
        lengths = source.lengths
    }

    /// What comes next in a stream of tagged values.
    enum Step {
        case value(tag: UInt32, UnsafeRawBufferPointer)
        case end
        case refused(RejectCause)
    }

    /// The tagged value at `position`, which moves behind it.
    func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Step {
        if position >= bytes.count { return .end }
        guard bytes.count - position >= tagBytes + lengthBytes else { return .refused(.tooShort) }
        var tag: UInt32 = 0
        for index in 0..<tagBytes { tag = tag << 8 | UInt32(bytes[position + index]) }
        var length = 0
        for index in 0..<lengthBytes { length = length << 8 | Int(bytes[position + tagBytes + index]) }
        if lengthBytes == 0 {
            guard let known = lengths[tag] else { return .refused(.unknownTag) }
            length = known
        }
        let start = position + tagBytes + lengthBytes
        guard bytes.count - start >= length else { return .refused(.tooShort) }
        position = start + length
        return .value(tag: tag, UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }
}

extension ByteLayout {
    /// What bytes say about a field.
    enum Outcome {
        case number(Double)
        /// Other bytes than this field's.
        case otherwise
        case refused(RejectCause)
    }

    /// Reads the number out of a block, or out of a tag's value.
    ///
    /// *Range*: integers beyond 2^53 are the nearest double.
    func read(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if !match.isEmpty {
            guard bytes.count - matchOffset >= match.count else { return .otherwise }
            for (index, byte) in match.enumerated() where bytes[matchOffset + index] != byte { return .otherwise }
        }
        let count = width / 8
        guard bytes.count - offset >= count else { return .refused(.tooShort) }
        var word: UInt64 = 0
        for index in 0..<count { word = word << 8 | UInt64(bytes[offset + (order == .big ? index : count - 1 - index)]) }
        switch form {
        case .float:
            let number = width == 32 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))) : Double(bitPattern: word)
            return number.isFinite ? .number(number) : .refused(.notANumber)
        case .bcd:
            var number = 0.0
            for place in (0..<count * 2).reversed() {
                let digit = word >> UInt64(place * 4) & 15
                if digit > 9 { return .refused(.notANumber) }
                number = number * 10 + Double(digit)
            }
            return .number(number)
        case .unsigned, .signed:
            let kept = bits > 0 ? bits : width
            let shifted = word >> UInt64(bits > 0 ? bit : 0)
            // The kept bits at the top: a shift down then spreads the sign, or zeros.
            let top = shifted << UInt64(64 - kept)
            return .number(form == .signed ? Double(Int64(bitPattern: top) >> Int64(64 - kept)) : Double(top >> UInt64(64 - kept)))
        }
    }
}
