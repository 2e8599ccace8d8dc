import Lifeline

/// The text of one message of readings, written into memory that serves every message.
///
/// A backlog of millions leaves a board as fast as this can write, so it knows the one shape it writes and is not a general writer: what stands before a
/// sensor's sequence is kept ready, a time that is the same as the one before is copied, and numbers with a few decimals, which is what devices send, do
/// without the general conversion. What it writes is what `JSONWriter` would write, byte for byte.
///
/// *Isolation*: one owner. *Memory*: `capacity` bytes, and for each sensor the text that names it.
struct ReadingsText: ~Copyable {
    /// *Units*: bytes.
    private let capacity: Int
    private let start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var observed = LastTime()
    private var received = LastTime()

    /// A reading is at most this long without its sensor's name: six keys, five numbers. *Units*: bytes.
    static let longestReading = 256

    /// The digits of the time that was written last.
    private struct LastTime {
        var milliseconds = Int64.min
        var start = 0
        var count = 0
    }

    init(capacity: Int) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    /// Begins a message with what stands before its readings.
    mutating func begin(_ head: [UInt8]) {
        count = 0
        (observed, received) = (LastTime(), LastTime())
        put(head)
    }

    /// The message so far.
    var bytes: [UInt8] { [UInt8](UnsafeBufferPointer(start: start, count: count)) }

    /// Whether one more reading of a sensor with this head surely fits.
    func hasRoom(for head: [UInt8]) -> Bool { capacity - count >= head.count + ReadingsText.longestReading }

    /// Appends bytes as they are. Precondition: they fit.
    mutating func put(_ bytes: [UInt8]) {
        precondition(capacity - count >= bytes.count)
        bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { (start + count).update(from: base, count: source.count) }
        }
        count += bytes.count
    }

    /// What stands before the sequence of every reading of a sensor.
    static func head(of sensor: String) -> [UInt8] {
        var json = JSONWriter(reserving: sensor.utf8.count + 32)
        json.beginObject()
        json.member("sensor", sensor)
        return json.bytes + Array(",\"sequence\":".utf8)
    }

    /// Appends one reading, with a comma before it unless it is the first. Precondition: `hasRoom`.
    mutating func put(_ reading: Reading, _ sequence: Sequence64, head: [UInt8], _ trust: ClockTrust, isFirst: Bool) {
        precondition(hasRoom(for: head))
        if !isFirst { put(UInt8(ascii: ",")) }
        put(head)
        put(sequence)
        put(",\"observed_ms\":")
        observed = put(reading.observed, observed)
        put(",\"received_ms\":")
        received = put(reading.received, received)
        put(",\"value\":")
        put(reading.value)
        if reading.flags.rawValue != 0 {
            put(",\"flags\":")
            put(UInt64(reading.flags.rawValue))
        }
        if trust != .synchronised {
            put(",\"clock\":\"")
            for byte in trust.rawValue.utf8 { put(byte) }
            put(UInt8(ascii: "\""))
        }
        put(UInt8(ascii: "}"))
    }

    private mutating func put(_ byte: UInt8) {
        start[count] = byte
        count += 1
    }

    private mutating func put(_ text: StaticString) {
        (start + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count += text.utf8CodeUnitCount
    }

    /// Writes a time in milliseconds. Returns where it stands.
    private mutating func put(_ moment: Timestamp, _ last: LastTime) -> LastTime {
        let milliseconds = moment.microseconds / 1000
        if milliseconds == last.milliseconds {
            (start + count).update(from: start + last.start, count: last.count)
            count += last.count
            return last
        }
        let begin = count
        if milliseconds < 0 { put(UInt8(ascii: "-")) }
        put(milliseconds.magnitude)
        return LastTime(milliseconds: milliseconds, start: begin, count: count - begin)
    }

    private mutating func put(_ number: UInt64) {
        let end = count + ReadingsText.digits(number)
        write(number, before: end)
        count = end
    }

    /// Decimal digits of a number.
    private static func digits(_ number: UInt64) -> Int {
        var (digits, bound) = (1, UInt64(10))
        while number >= bound {
            digits += 1
            if digits == 20 { break }
            bound &*= 10
        }
        return digits
    }

    /// Writes a number's digits so that they end before `end`. Two at a time: a division costs more than all the rest.
    private func write(_ number: UInt64, before end: Int) {
        var (rest, place) = (number, end)
        while rest >= 100 {
            let pair = Int(truncatingIfNeeded: rest % 100)
            rest /= 100
            place -= 2
            start[place] = UInt8(truncatingIfNeeded: 48 + pair / 10)
            start[place + 1] = UInt8(truncatingIfNeeded: 48 + pair % 10)
        }
        if rest >= 10 {
            start[place - 1] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            start[place - 2] = UInt8(truncatingIfNeeded: 48 + rest / 10)
        } else {
            start[place - 1] = UInt8(truncatingIfNeeded: 48 + rest)
        }
    }

    /// The shortest text that reads back as the same number.
    ///
    /// Where `number` is a whole number of thousandths (or millionths) it is their quotient, correctly rounded, that reads back as it; with less than 2^51 of
    /// them no shorter text does. From 0.001 on, and below 2^51 thousandths, such numbers are written without an exponent.
    private mutating func put(_ number: Double) {
        let magnitude = number.magnitude
        if magnitude >= 0.001 && magnitude < 1e9 {
            for (scale, decimals) in [(1e3, 3), (1e6, 6)] as [(Double, Int)] {
                let whole = (magnitude * scale).rounded()
                guard whole / scale == magnitude else { continue }
                if number < 0 { put(UInt8(ascii: "-")) }
                put(UInt64(whole), decimals: decimals)
                return
            }
        }
        guard number.isFinite else { return put("null") }
        for byte in JSONWriter.shortest(number).utf8 { put(byte) }
    }

    /// A whole number of thousandths or millionths, without the zeros at its end.
    private mutating func put(_ number: UInt64, decimals: Int) {
        var (rest, left) = (number, decimals)
        while left > 0 && rest % 10 == 0 {
            rest /= 10
            left -= 1
        }
        var scale: UInt64 = 1
        for _ in 0..<left { scale *= 10 }
        put(rest / scale)
        guard left > 0 else { return }
        put(UInt8(ascii: "."))
        var fraction = rest % scale
        var place = count + left
        while place > count {
            place -= 1
            start[place] = UInt8(truncatingIfNeeded: 48 + fraction % 10)
            fraction /= 10
        }
        count += left
    }
}
