import Lifeline

/// Writes segments (the format: `SegmentCodec`). One encoder serves a journal for life and allocates nothing once it has met its largest batch.
///
/// *Isolation*: one thread.
package final class SegmentEncoder {
    /// The segment that was encoded last.
    package private(set) var bytes: [UInt8] = []
    /// The least and greatest received time in it.
    package private(set) var receivedRange: ClosedRange<Timestamp> = .distantPast ... .distantPast

    private var slots = SeriesSlots()
    private var rawBytes: [UInt8] = []
    // One entry a reading.
    private var slotOf = ColumnScratch()
    // One entry a reading, in the order of writing.
    private var column = ColumnScratch()
    private var other = ColumnScratch()
    private var steps = ColumnScratch()
    private var observedSteps = ColumnScratch()
    private var delays = ColumnScratch()
    // One entry a slot.
    private var firsts = ColumnScratch()
    private var successor = ColumnScratch()
    private var scale = ColumnScratch()
    private var last = ColumnScratch()

    package init() {}

    // Times are written before values are looked at, so two columns serve both.
    private var integers: UnsafeMutableBufferPointer<Int64> { steps.values }
    private var corrections: UnsafeMutableBufferPointer<Int64> { observedSteps.values }

    /// Encodes `readings` into `bytes`.
    ///
    /// Precondition: 1 … `SegmentCodec.countLimit` readings. *Complexity*: a few passes; no allocation once the buffers have grown.
    package func encode(_ readings: [Reading]) { encode(readings[...]) }

    /// The same for a part of an array, which is not copied.
    package func encode(_ readings: ArraySlice<Reading>) {
        precondition(!readings.isEmpty && readings.count <= SegmentCodec.countLimit, "a segment holds 1 … 65 536 readings")
        readings.withUnsafeBufferPointer(encode)
    }

    private func encode(_ readings: UnsafeBufferPointer<Reading>) {
        let count = readings.count
        slotOf.reserve(count)
        column.reserve(count)
        other.reserve(count)
        steps.reserve(count)
        observedSteps.reserve(count)
        delays.reserve(count)
        bytes.removeAll(keepingCapacity: true)

        assignSlots(readings)
        firsts.reserve(slots.count)
        successor.reserve(slots.count)
        scale.reserve(slots.count)
        last.reserve(slots.count)
        bytes.append(SegmentCodec.magic)
        bytes.append(SegmentCodec.version)
        bytes.appendVarint(UInt64(count))
        bytes.appendVarint(UInt64(slots.count))
        writeSeries(count)
        writeFlags(readings)
        writeTimes(readings)
        chooseScales(readings)
        writeValues(readings)
        let crc = bytes.withUnsafeBytes { CRC32C.shared.checksum($0) }
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: crc >> shift)) }
    }

    /// Writes the first `count` values of a scratch column.
    private func write(_ values: UnsafeMutableBufferPointer<Int64>, _ count: Int) {
        IntegerColumn.encode(UnsafeBufferPointer(rebasing: values[..<count]), into: &bytes)
    }

    private func plan(_ values: UnsafeMutableBufferPointer<Int64>, _ count: Int) -> IntegerColumn.Plan {
        IntegerColumn.plan(UnsafeBufferPointer(rebasing: values[..<count]))
    }

    private func write(_ values: UnsafeMutableBufferPointer<Int64>, _ count: Int, _ plan: IntegerColumn.Plan) {
        IntegerColumn.write(UnsafeBufferPointer(rebasing: values[..<count]), plan, into: &bytes)
    }

    private func assignSlots(_ readings: UnsafeBufferPointer<Reading>) {
        slots.clear()
        for (index, reading) in readings.enumerated() { slotOf.values[index] = Int64(slots.slot(of: reading.series)) }
    }

    private func writeSeries(_ count: Int) {
        let kinds = slots.count
        var before: Int64 = -1
        for slot in 0..<kinds {
            let series = Int64(slots.series[slot])
            column.values[slot] = series - before - 1
            before = series
            successor.values[slot] = -1
        }
        write(column.values, kinds)
        var seen = 0
        var previous = -1
        for index in 0..<count {
            let slot = Int(slotOf.values[index])
            let predicted = SlotPrediction.predict(after: previous, successors: successor.values, seen: seen, kinds: kinds)
            column.values[index] = Int64(slot - predicted)
            if previous >= 0 { successor.values[previous] = Int64(slot) }
            if slot == seen { seen += 1 }
            previous = slot
        }
        write(column.values, count)
    }

    private func writeFlags(_ readings: UnsafeBufferPointer<Reading>) {
        for (index, reading) in readings.enumerated() { column.values[index] = Int64(reading.flags.rawValue) }
        write(column.values, readings.count)
    }

    /// Writes both times of each reading, in the form that is the smallest (see *Observed predictor*).
    private func writeTimes(_ readings: UnsafeBufferPointer<Reading>) {
        let count = readings.count
        takeTimes(readings)
        // What has been received in a steady stream is best told by its own steps; what seldom comes, by the devices' clocks and its delay.
        let (receivedUnit, observedUnit) = (divideByUnit(steps.values, count - 1), divideByUnit(observedSteps.values, count - 1))
        let (clockUnit, delayUnit) = (divideByUnit(column.values, count), divideByUnit(other.values, count))
        let receiptUnit = divideByUnit(delays.values, count)
        let (received, observed) = (plan(steps.values, count - 1), plan(observedSteps.values, count - 1))
        let (byClock, byDelay, byReceipt) = (plan(column.values, count), plan(other.values, count), plan(delays.values, count))
        let delay = readings[0].observed.microseconds &- readings[0].received.microseconds
        if observed.size + byReceipt.size < received.size + min(byClock.size, byDelay.size) {
            bytes.appendZigzag(readings[0].observed.microseconds)
            bytes.append(UInt8(observedUnit))
            write(observedSteps.values, count - 1, observed)
            bytes.appendZigzag(0 &- delay)
            bytes.append(2 << 4 | UInt8(receiptUnit))
            write(delays.values, count, byReceipt)
            return
        }
        bytes.appendZigzag(readings[0].received.microseconds)
        bytes.append(UInt8(receivedUnit))
        write(steps.values, count - 1, received)
        bytes.appendZigzag(delay)
        if byDelay.size < byClock.size {
            bytes.append(1 << 4 | UInt8(delayUnit))
            write(other.values, count, byDelay)
        } else {
            bytes.append(UInt8(clockUnit))
            write(column.values, count, byClock)
        }
    }

    /// Fills the five columns of which two are written, and the range of received times.
    private func takeTimes(_ readings: UnsafeBufferPointer<Reading>) {
        let first = readings[0]
        var least = first.received
        var greatest = first.received
        var before = first
        var device = first.observed.microseconds
        for (index, reading) in readings.enumerated() {
            let observed = reading.observed.microseconds
            let received = reading.received.microseconds
            if index > 0 {
                steps.values[index - 1] = received &- before.received.microseconds
                observedSteps.values[index - 1] = observed &- before.observed.microseconds
            }
            let isReceipt = reading.flags.rawValue & SegmentCodec.receiptFlags != 0
            column.values[index] = observed &- (isReceipt ? received : device)
            if !isReceipt { device = observed }
            other.values[index] = (observed &- received) &- (before.observed.microseconds &- before.received.microseconds)
            delays.values[index] = (received &- observed) &- (first.received.microseconds &- first.observed.microseconds)
            if reading.received < least { least = reading.received }
            if reading.received > greatest { greatest = reading.received }
            before = reading
        }
        receivedRange = least...greatest
    }

    /// Divides the first `count` values by the largest time unit that divides them all, and returns its number.
    private func divideByUnit(_ values: UnsafeMutableBufferPointer<Int64>, _ count: Int) -> Int {
        var unit = SegmentCodec.timeUnits.count - 1
        for index in 0..<count {
            while unit > 0 && values[index] % SegmentCodec.timeUnits[unit] != 0 { unit -= 1 }
            if unit == 0 { return 0 }
        }
        let divisor = SegmentCodec.timeUnits[unit]
        for index in 0..<count { values[index] /= divisor }
        return unit
    }

    /// Finds the fewest decimals with which every value of a series comes back, or marks the series raw.
    private func chooseScales(_ readings: UnsafeBufferPointer<Reading>) {
        for slot in 0..<slots.count { scale.values[slot] = 0 }
        for (index, reading) in readings.enumerated() {
            let slot = Int(slotOf.values[index])
            var decimals = Int(scale.values[slot])
            while decimals <= SegmentCodec.scaleLimit && Self.decimal(reading.value, SegmentCodec.powers[decimals]) == nil { decimals += 1 }
            scale.values[slot] = Int64(decimals <= SegmentCodec.scaleLimit ? decimals : SegmentCodec.rawScale)
        }
        for (index, reading) in readings.enumerated() {
            let slot = Int(slotOf.values[index])
            let decimals = Int(scale.values[slot])
            guard decimals <= SegmentCodec.scaleLimit else { continue }
            if let (integer, correction) = Self.decimal(reading.value, SegmentCodec.powers[decimals]) {
                integers[index] = integer
                corrections[index] = correction
            } else {
                // An early value does not fit the scale that a later one demanded.
                scale.values[slot] = Int64(SegmentCodec.rawScale)
            }
        }
    }

    private func writeValues(_ readings: UnsafeBufferPointer<Reading>) {
        let kinds = slots.count
        write(scale.values, kinds)
        rawBytes.removeAll(keepingCapacity: true)
        // `successor` now says whether a slot's first value has been met.
        for slot in 0..<kinds {
            successor.values[slot] = 0
            last.values[slot] = 0
        }
        var begun = 0
        var deltas = 0
        var decimals = 0
        for (index, reading) in readings.enumerated() {
            let slot = Int(slotOf.values[index])
            if scale.values[slot] == Int64(SegmentCodec.rawScale) {
                let bits = reading.value.bitPattern
                appendRaw(bits ^ UInt64(bitPattern: last.values[slot]))
                last.values[slot] = Int64(bitPattern: bits)
                continue
            }
            let integer = integers[index]
            if successor.values[slot] == 0 {
                successor.values[slot] = 1
                firsts.values[begun] = integer
                begun += 1
            } else {
                column.values[deltas] = integer &- last.values[slot]
                deltas += 1
            }
            last.values[slot] = integer
            other.values[decimals] = corrections[index]
            decimals += 1
        }
        write(firsts.values, begun)
        write(column.values, deltas)
        write(other.values, decimals)
        bytes.append(contentsOf: rawBytes)
    }

    private func appendRaw(_ difference: UInt64) {
        guard difference != 0 else {
            rawBytes.append(0)
            return
        }
        let low = difference.trailingZeroBitCount / 8
        let length = 8 - low - difference.leadingZeroBitCount / 8
        rawBytes.append(UInt8(low << 4 | length))
        var rest = difference >> UInt64(8 * low)
        for _ in 0..<length {
            rawBytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// `value` as an integer at a scale, with the few units in the last place by which the quotient misses it; nil when that is not possible.
    @inline(__always)
    private static func decimal(_ value: Double, _ power: Double) -> (integer: Int64, correction: Int64)? {
        let scaled = value * power
        // NaN and infinity fail this test.
        guard scaled.magnitude < SegmentCodec.decimalLimit else { return nil }
        let integer = Int64(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
        let quotient = Double(integer) / power
        let correction = Int64(bitPattern: value.bitPattern &- quotient.bitPattern)
        guard correction >= -SegmentCodec.ulpLimit && correction <= SegmentCodec.ulpLimit else { return nil }
        return (integer, correction)
    }
}
