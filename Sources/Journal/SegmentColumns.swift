import Lifeline

/// The columns of a segment, written and read in the order that `SegmentCodec` documents.
struct SegmentColumns {
    /// The series in order of first appearance, and for each reading its place in that list.
    private var series: [UInt32] = []
    private var places: [Int32] = []
    private var receivedUnit = 2
    private var observedUnit = 2

    init(_ readings: [Reading]) {
        places.reserveCapacity(readings.count)
        var known: [UInt32: Int32] = [:]
        for reading in readings {
            let number = reading.series.rawValue
            if let place = known[number] {
                places.append(place)
            } else {
                known[number] = Int32(series.count)
                places.append(Int32(series.count))
                series.append(number)
            }
            while reading.received.microseconds % SegmentCodec.unitMicroseconds[receivedUnit] != 0 { receivedUnit -= 1 }
            while reading.observed.microseconds % SegmentCodec.unitMicroseconds[observedUnit] != 0 { observedUnit -= 1 }
        }
    }

    mutating func write(_ readings: [Reading], to bytes: inout [UInt8]) {
        bytes.append(UInt8(receivedUnit | observedUnit << 4))
        writeSeries(&bytes)
        writeTimes(readings, &bytes)
        writeValues(readings, &bytes)
        var flags = ColumnWriter()
        for reading in readings { flags.append(Int64(reading.flags.rawValue)) }
        flags.finish(&bytes)
    }

    private func writeSeries(_ bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(series.count))
        var before: Int64 = 0
        for number in series {
            bytes.appendZigzag(Int64(number) - before)
            before = Int64(number)
        }
        var prediction = SuccessorTable(count: series.count)
        var hits: UInt64 = 0
        for place in places {
            if prediction.next() == place {
                hits += 1
            } else {
                bytes.appendVarint(hits)
                bytes.appendVarint(UInt64(place))
                hits = 0
            }
            prediction.learn(place)
        }
        if hits > 0 { bytes.appendVarint(hits) }
    }

    private func writeTimes(_ readings: [Reading], _ bytes: inout [UInt8]) {
        let unit = SegmentCodec.unitMicroseconds[receivedUnit]
        var column = ColumnWriter()
        // Divided first: a difference of extreme times wraps, and what has wrapped no longer divides.
        var before = readings[0].received.microseconds / unit
        for reading in readings {
            column.append(reading.received.microseconds / unit &- before)
            before = reading.received.microseconds / unit
        }
        column.finish(&bytes)
        let observedStep = SegmentCodec.unitMicroseconds[observedUnit]
        var times = ObservedPrediction(series: series.count, base: readings[0].received.microseconds / observedStep)
        for (index, reading) in readings.enumerated() {
            let observed = reading.observed.microseconds / observedStep
            column.append(observed &- times.predict(Int(places[index])))
            times.learn(Int(places[index]), observed)
        }
        column.finish(&bytes)
    }

    private func writeValues(_ readings: [Reading], _ bytes: inout [UInt8]) {
        var bySeries = [[Double]](repeating: [], count: series.count)
        for (index, reading) in readings.enumerated() { bySeries[Int(places[index])].append(reading.value) }
        let modes = bySeries.map { SegmentCodec.mode(of: $0) }
        var column = ColumnWriter()
        for mode in modes { column.append(Int64(mode)) }
        column.finish(&bytes)
        for (values, mode) in zip(bySeries, modes) {
            if mode == SegmentCodec.rawMode {
                var before: UInt64 = 0
                for value in values {
                    bytes.appendVarint((value.bitPattern ^ before).byteSwapped)
                    before = value.bitPattern
                }
            } else {
                var before: Int64 = 0
                for value in values {
                    let scaled = Int64((value * SegmentCodec.powers[Int(mode)]).rounded())
                    bytes.appendZigzag(scaled - before)
                    before = scaled
                }
            }
        }
    }

    // MARK: - Reading

    static func read(_ reader: inout VarintReader, count: Int, base: Int64, into readings: inout [Reading]) throws(SegmentError) {
        let units = try reader.byte()
        guard units & 15 <= 2, units >> 4 <= 2 else { throw .malformed }
        let receivedUnit = SegmentCodec.unitMicroseconds[Int(units & 15)]
        let observedUnit = SegmentCodec.unitMicroseconds[Int(units >> 4)]
        let series = try readSeriesList(&reader, count: count)
        let places = try readPlaces(&reader, count: count, series: series.count)
        readings.reserveCapacity(count)
        var column = ColumnReader(count: count)
        var received = base
        for place in places {
            received = received &+ (try column.next(&reader)) &* receivedUnit
            readings.append(
                Reading(series: SeriesID(series[Int(place)]), observed: .distantPast, received: Timestamp(microseconds: received), value: 0))
        }
        column = ColumnReader(count: count)
        var times = ObservedPrediction(series: series.count, base: base / observedUnit)
        for (index, place) in places.enumerated() {
            let observed = times.predict(Int(place)) &+ (try column.next(&reader))
            times.learn(Int(place), observed)
            readings[index].observed = Timestamp(microseconds: observed &* observedUnit)
        }
        try readValues(&reader, places: places, series: series.count, into: &readings)
        column = ColumnReader(count: count)
        for index in 0..<count { readings[index].flags = ReadingFlags(rawValue: UInt8(truncatingIfNeeded: try column.next(&reader))) }
    }

    private static func readSeriesList(_ reader: inout VarintReader, count: Int) throws(SegmentError) -> [UInt32] {
        let number = try reader.varint()
        guard number >= 1, number <= UInt64(count) else { throw .malformed }
        var series: [UInt32] = []
        series.reserveCapacity(Int(number))
        var before: Int64 = 0
        for _ in 0..<number {
            before = before &+ (try reader.zigzag())
            guard before >= 0, before <= Int64(UInt32.max) else { throw .malformed }
            series.append(UInt32(before))
        }
        return series
    }

    private static func readPlaces(_ reader: inout VarintReader, count: Int, series: Int) throws(SegmentError) -> [Int32] {
        var places: [Int32] = []
        places.reserveCapacity(count)
        var prediction = SuccessorTable(count: series)
        while places.count < count {
            let hits = try reader.varint()
            guard hits <= UInt64(count - places.count) else { throw .malformed }
            for _ in 0..<hits {
                let place = prediction.next()
                places.append(place)
                prediction.learn(place)
            }
            guard places.count < count else { break }
            let place = try reader.varint()
            guard place < UInt64(series) else { throw .malformed }
            places.append(Int32(place))
            prediction.learn(Int32(place))
        }
        return places
    }

    private static func readValues(
        _ reader: inout VarintReader, places: [Int32], series: Int, into readings: inout [Reading]
    ) throws(SegmentError) {
        var column = ColumnReader(count: series)
        var modes: [UInt8] = []
        for _ in 0..<series {
            let mode = try column.next(&reader)
            guard (0...9).contains(mode) || mode == Int64(SegmentCodec.rawMode) else { throw .malformed }
            modes.append(UInt8(mode))
        }
        // The readings of each series, in order: a counting sort keeps this linear.
        var starts = [Int](repeating: 0, count: series + 1)
        for place in places { starts[Int(place) + 1] += 1 }
        for index in 0..<series { starts[index + 1] += starts[index] }
        var order = [Int32](repeating: 0, count: places.count)
        var fill = starts
        for (index, place) in places.enumerated() {
            order[fill[Int(place)]] = Int32(index)
            fill[Int(place)] += 1
        }
        for place in 0..<series {
            let mode = modes[place]
            var bits: UInt64 = 0
            var scaled: Int64 = 0
            for position in starts[place]..<starts[place + 1] {
                let index = Int(order[position])
                if mode == SegmentCodec.rawMode {
                    bits ^= (try reader.varint()).byteSwapped
                    readings[index].value = Double(bitPattern: bits)
                } else {
                    scaled = scaled &+ (try reader.zigzag())
                    readings[index].value = Double(scaled) / SegmentCodec.powers[Int(mode)]
                }
            }
        }
    }
}

/// Which series follows which: sensors tend to report in the same order again and again.
struct SuccessorTable {
    private var successor: [Int32]
    private var last: Int32

    init(count: Int) {
        successor = (0..<count).map { Int32(($0 + 1) % max(1, count)) }
        last = Int32(count - 1)
    }

    func next() -> Int32 { successor[Int(last)] }

    mutating func learn(_ place: Int32) {
        successor[Int(last)] = place
        last = place
    }
}

/// What the next observed time of a series should be: its last plus its last step.
struct ObservedPrediction {
    private var last: [Int64]
    private var step: [Int64]
    private var seen: [Bool]
    private var before: Int64

    init(series: Int, base: Int64) {
        last = Array(repeating: 0, count: series)
        step = Array(repeating: 0, count: series)
        seen = Array(repeating: false, count: series)
        before = base
    }

    func predict(_ series: Int) -> Int64 { seen[series] ? last[series] &+ step[series] : before }

    mutating func learn(_ series: Int, _ observed: Int64) {
        if seen[series] { step[series] = observed &- last[series] }
        last[series] = observed
        seen[series] = true
        before = observed
    }
}
