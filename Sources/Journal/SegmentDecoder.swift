import Lifeline

/// Reads segments (the format: `SegmentCodec`). No bytes whatever make it trap; its memory is bounded by `SegmentCodec.countLimit`.
///
/// *Isolation*: one thread.
package final class SegmentDecoder {
    private var slotOf = ColumnScratch()
    private var flags = ColumnScratch()
    private var received = ColumnScratch()
    private var observed = ColumnScratch()
    private var deltas = ColumnScratch()
    private var corrections = ColumnScratch()
    // One entry a slot.
    private var series = ColumnScratch()
    private var successor = ColumnScratch()
    private var scale = ColumnScratch()
    private var firsts = ColumnScratch()
    private var last = ColumnScratch()

    package init() {}

    /// Decodes one segment into `readings`, whose memory is reused.
    ///
    /// *Throws*: `CodecError`; `readings` is then empty. *Complexity*: linear in the readings.
    package func decode(_ bytes: UnsafeRawBufferPointer, into readings: inout [Reading]) throws(CodecError) {
        readings.removeAll(keepingCapacity: true)
        guard bytes.count >= 8 else { throw .truncated }
        guard bytes[0] == SegmentCodec.magic else { throw .notASegment }
        guard bytes[1] == SegmentCodec.version else { throw .unknownVersion(bytes[1]) }
        let body = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self))
        guard CRC32C.shared.checksum(body) == stored else { throw .checksum }
        var source = ByteSource(UnsafeRawBufferPointer(rebasing: body[2...]))
        do {
            try decodeBody(&source, into: &readings)
        } catch {
            readings.removeAll(keepingCapacity: true)
            throw error
        }
    }

    /// All after magic and version. The checksum is no proof against a hostile writer, so everything is checked again here.
    private func decodeBody(_ source: inout ByteSource, into readings: inout [Reading]) throws(CodecError) {
        let declared = try source.varint()
        guard declared >= 1 && declared <= UInt64(SegmentCodec.countLimit) else { throw .malformed("count") }
        let count = Int(declared)
        let declaredKinds = try source.varint()
        guard declaredKinds >= 1 && declaredKinds <= declared else { throw .malformed("series count") }
        let kinds = Int(declaredKinds)
        reserve(count, kinds)
        try decodeSeries(&source, count, kinds)
        try fill(&source, flags.values, count)
        try decodeReceived(&source, count)
        try decodeObserved(&source, count)
        try decodeValues(&source, count, kinds, into: &readings)
        guard source.remaining == 0 else { throw .malformed("trailing bytes") }
    }

    private func reserve(_ count: Int, _ kinds: Int) {
        slotOf.reserve(count)
        flags.reserve(count)
        received.reserve(count)
        observed.reserve(count)
        deltas.reserve(count)
        corrections.reserve(count)
        series.reserve(kinds)
        successor.reserve(kinds)
        scale.reserve(kinds)
        firsts.reserve(kinds)
        last.reserve(kinds)
    }

    private func fill(_ source: inout ByteSource, _ values: UnsafeMutableBufferPointer<Int64>, _ count: Int) throws(CodecError) {
        try IntegerColumn.decode(&source, into: UnsafeMutableBufferPointer(rebasing: values[..<count]))
    }

    private func decodeSeries(_ source: inout ByteSource, _ count: Int, _ kinds: Int) throws(CodecError) {
        try fill(&source, series.values, kinds)
        var before: Int64 = -1
        for slot in 0..<kinds {
            before = before &+ series.values[slot] &+ 1
            guard before >= 0 && before <= Int64(UInt32.max) else { throw .malformed("series number") }
            series.values[slot] = before
            successor.values[slot] = -1
        }
        try fill(&source, slotOf.values, count)
        var seen = 0
        var previous = -1
        for index in 0..<count {
            let predicted = SlotPrediction.predict(after: previous, successors: successor.values, seen: seen, kinds: kinds)
            let slot = Int64(predicted) &+ slotOf.values[index]
            guard slot >= 0 && slot <= Int64(seen) && slot < Int64(kinds) else { throw .malformed("slot") }
            slotOf.values[index] = slot
            if previous >= 0 { successor.values[previous] = slot }
            if slot == Int64(seen) { seen += 1 }
            previous = Int(slot)
        }
        guard seen == kinds else { throw .malformed("unused series") }
    }

    private func decodeReceived(_ source: inout ByteSource, _ count: Int) throws(CodecError) {
        var moment = try source.zigzag()
        let unit = Int(try source.byte())
        guard unit < SegmentCodec.timeUnits.count else { throw .malformed("time unit") }
        let factor = SegmentCodec.timeUnits[unit]
        try fill(&source, observed.values, count - 1)
        received.values[0] = moment
        for index in 1..<max(1, count) {
            moment = moment &+ observed.values[index - 1] &* factor
            received.values[index] = moment
        }
    }

    private func decodeObserved(_ source: inout ByteSource, _ count: Int) throws(CodecError) {
        var delay = try source.zigzag()
        let form = try source.byte()
        let unit = Int(form & 0x0f)
        guard unit < SegmentCodec.timeUnits.count && form >> 4 <= 2 else { throw .malformed("observed form") }
        let factor = SegmentCodec.timeUnits[unit]
        try fill(&source, observed.values, count)
        if form >> 4 == 2 {
            // The column before was of the observed times.
            for index in 0..<count {
                let moment = received.values[index]
                received.values[index] = moment &+ delay &+ observed.values[index] &* factor
                observed.values[index] = moment
            }
            return
        }
        var device = received.values[0] &+ delay
        for index in 0..<count {
            let moment = received.values[index]
            let residual = observed.values[index] &* factor
            if form >> 4 == 1 {
                delay = delay &+ residual
                observed.values[index] = moment &+ delay
            } else if UInt8(truncatingIfNeeded: flags.values[index]) & SegmentCodec.receiptFlags != 0 {
                observed.values[index] = moment &+ residual
            } else {
                device = device &+ residual
                observed.values[index] = device
            }
        }
    }

    private func decodeValues(_ source: inout ByteSource, _ count: Int, _ kinds: Int, into readings: inout [Reading]) throws(CodecError) {
        try fill(&source, scale.values, kinds)
        var decimalKinds = 0
        for slot in 0..<kinds {
            let decimals = scale.values[slot]
            guard (0...Int64(SegmentCodec.scaleLimit)).contains(decimals) || decimals == Int64(SegmentCodec.rawScale) else {
                throw .malformed("scale")
            }
            if decimals != Int64(SegmentCodec.rawScale) { decimalKinds += 1 }
            last.values[slot] = 0
        }
        var decimals = 0
        for index in 0..<count where scale.values[Int(slotOf.values[index])] != Int64(SegmentCodec.rawScale) { decimals += 1 }
        try fill(&source, firsts.values, decimalKinds)
        try fill(&source, deltas.values, decimals - decimalKinds)
        try fill(&source, corrections.values, decimals)

        readings.reserveCapacity(count)
        var seen = 0
        var nextFirst = 0
        var nextDelta = 0
        var nextCorrection = 0
        for index in 0..<count {
            let slot = Int(slotOf.values[index])
            let isFirst = slot == seen
            if isFirst { seen += 1 }
            let value: Double
            if scale.values[slot] == Int64(SegmentCodec.rawScale) {
                let bits = UInt64(bitPattern: last.values[slot]) ^ (try rawDifference(&source))
                last.values[slot] = Int64(bitPattern: bits)
                value = Double(bitPattern: bits)
            } else {
                if isFirst {
                    last.values[slot] = firsts.values[nextFirst]
                    nextFirst += 1
                } else {
                    last.values[slot] = last.values[slot] &+ deltas.values[nextDelta]
                    nextDelta += 1
                }
                let quotient = Double(last.values[slot]) / SegmentCodec.powers[Int(scale.values[slot])]
                value = Double(bitPattern: quotient.bitPattern &+ UInt64(bitPattern: corrections.values[nextCorrection]))
                nextCorrection += 1
            }
            guard let rawFlags = UInt8(exactly: flags.values[index]) else { throw .malformed("flags") }
            readings.append(
                Reading(
                    series: SeriesID(UInt32(series.values[slot])), observed: Timestamp(microseconds: observed.values[index]),
                    received: Timestamp(microseconds: received.values[index]), value: value, flags: ReadingFlags(rawValue: rawFlags)))
        }
    }

    private func rawDifference(_ source: inout ByteSource) throws(CodecError) -> UInt64 {
        let control = try source.byte()
        let low = UInt64(control >> 4)
        let length = UInt64(control & 0x0f)
        guard low + length <= 8 else { throw .malformed("raw value") }
        var difference: UInt64 = 0
        for place in 0..<length { difference |= UInt64(try source.byte()) << (8 * (low + place)) }
        return difference
    }
}
