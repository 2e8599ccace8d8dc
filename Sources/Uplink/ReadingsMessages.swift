import Journal
import Lifeline
import Site

/// A message of the readings lane, and the journal position that it completes.
struct ReadingsMessage {
    /// nil: nothing is to be sent, the lane only moves on.
    var payload: [UInt8]?
    var position: UInt64
    /// What the payload holds: `readings`, `summary`, and with its entries the id: `readings-000000001-000000500`.
    var kind = ""
    var name = ""
}

/// Turns the journal's readings into messages.
///
/// *Memory*: bounded by the number of sensors (summaries) or by `batchBytes` (all).
struct ReadingsMessages: ~Copyable {
    /// Readings and bytes of one message.
    static let batchReadings = 1000
    static let batchBytes = 60_000
    /// Series whose names are kept ready.
    static let headLimit = 1 << 17
    /// Sensors of one summary message.
    static let summarySensors = 400
    /// Readings looked at before the alerts have their turn again.
    static let scanLimit = 20_000

    private let lane: ReadingsLane
    private let gateway: String
    private let utcOffsetSeconds: Int
    private let windowMicroseconds: Int64
    private var names: [SeriesID: String] = [:]
    /// What each series' readings begin with, by the series' number; empty: not asked for yet.
    private var heads: [[UInt8]] = []
    private var text: ReadingsText
    // The open summary window.
    private var window: Int64?
    private var sums: [SeriesID: Summary] = [:]
    private var firstOfWindow: UInt64 = 0
    private var scanned: UInt64 = 0
    /// The worst that is known of the gateway's clock in the window.
    private var trust = ClockTrust.synchronised
    /// The last call stopped at `scanLimit`, not at the journal's end.
    private(set) var hasMore = false

    fileprivate struct Summary {
        var count = 0
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var sum = 0.0
        var last = 0.0
    }

    init(lane: ReadingsLane, gateway: String, utcOffsetSeconds: Int, summaryInterval: Int) {
        self.lane = lane
        self.gateway = gateway
        self.utcOffsetSeconds = utcOffsetSeconds
        windowMicroseconds = Int64(max(1, summaryInterval)) * 1_000_000
        // Only a lane of all readings writes long messages.
        text = ReadingsText(capacity: lane == .all ? ReadingsMessages.batchBytes + 4096 : 64)
    }

    /// Forgets what was scanned beyond `position`: the connection was lost.
    mutating func rewind(to position: UInt64) {
        (window, sums, scanned, trust) = (nil, [:], position, .synchronised)
    }

    /// The next messages after `position`; empty when there is nothing to say yet.
    mutating func next(
        after position: UInt64, from reader: any JournalReader, _ correction: ClockCorrection, now: Timestamp
    ) throws(JournalError) -> [ReadingsMessage] {
        switch lane {
        case .none:
            let last = try reader.lastSequence()
            return last > position ? [ReadingsMessage(payload: nil, position: last)] : []
        case .all: return try batch(after: position, from: reader, correction, now)
        case .summary:
            hasMore = false
            return try summary(after: position, from: reader, correction, now)
        }
    }

    private mutating func name(_ series: SeriesID, _ reader: any JournalReader) -> String {
        if let known = names[series] { return known }
        if let keys = try? reader.seriesKeys() { names = keys }
        return names[series] ?? "series/\(series.rawValue)"
    }

    // MARK: - All

    private mutating func batch(
        after position: UInt64, from reader: any JournalReader, _ correction: ClockCorrection, _ now: Timestamp
    ) throws(JournalError) -> [ReadingsMessage] {
        var (count, first, last, end) = (0, position, position, position)
        // A message that is not full ends where the journal does, or behind ticks that need no message of their own.
        var isFull = false
        try reader.readings(from: position + 1) { sequence, reading in
            if reading.series == .tick {
                last = sequence
                return last - position < UInt64(ReadingsMessages.scanLimit)
            }
            let head = head(of: reading.series, reader)
            isFull = count >= ReadingsMessages.batchReadings || text.count > ReadingsMessages.batchBytes && count > 0
            if isFull { return false }
            if count == 0 {
                first = sequence
                text.begin(beginning(sequence, now))
            }
            guard text.hasRoom(for: head) else {
                isFull = true
                return false
            }
            let (corrected, trust) = correction.corrected(reading, at: sequence)
            text.put(corrected, sequence, head: head, trust, isFirst: count == 0)
            count += 1
            (last, end) = (sequence, sequence)
            return last - position < UInt64(ReadingsMessages.scanLimit)
        }
        guard count > 0 else { return last > position ? [ReadingsMessage(payload: nil, position: last)] : [] }
        text.put(Array("],\"last\":\(end)}".utf8))
        return [
            ReadingsMessage(
                payload: text.bytes, position: isFull ? end : last, kind: "readings", name: "readings-\(Alert.padded(first))-\(Alert.padded(end))")
        ]
    }

    /// What a message of readings begins with.
    private func beginning(_ first: Sequence64, _ now: Timestamp) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("schema", "bamai.readings/1")
        json.member("gateway", gateway)
        json.member("first", first)
        json.member("sent_ms", now.microseconds / 1000)
        // Milliseconds since 1970: a batch of a thousand says no offset a thousand times.
        json.key("readings")
        json.beginArray()
        return json.bytes
    }

    /// What every reading of a series begins with; made once.
    private mutating func head(of series: SeriesID, _ reader: any JournalReader) -> [UInt8] {
        let index = Int(series.rawValue)
        if index < heads.count, !heads[index].isEmpty { return heads[index] }
        let head = ReadingsText.head(of: name(series, reader))
        // Numbers are given from 1 on. One that is far from them all is a damaged file's.
        guard index < ReadingsMessages.headLimit else { return head }
        while heads.count <= index { heads.append([]) }
        heads[index] = head
        return head
    }

    // MARK: - Summaries

    private mutating func summary(
        after position: UInt64, from reader: any JournalReader, _ correction: ClockCorrection, _ now: Timestamp
    ) throws(JournalError) -> [ReadingsMessage] {
        if scanned < position { rewind(to: position) }
        var closed: (window: Int64, first: UInt64, last: UInt64, sums: [SeriesID: Summary])?
        var looked = 0
        var (window, sums, first, scanned, trust) = (self.window, self.sums, firstOfWindow, self.scanned, self.trust)
        let width = windowMicroseconds
        try reader.readings(from: scanned + 1) { sequence, reading in
            let (microseconds, clock) = correction.correction(at: sequence)
            let index = (reading.received.microseconds &+ microseconds) / width
            if let open = window, open != index {
                closed = (open, first, scanned, sums)
                return false
            }
            if window == nil { (window, first) = (index, sequence) }
            scanned = sequence
            looked += 1
            if clock != .synchronised { trust = clock }
            if reading.series != .tick {
                sums[reading.series, default: Summary()].add(reading.value)
            }
            return looked < ReadingsMessages.scanLimit
        }
        guard let closed else {
            (self.window, self.sums, firstOfWindow, self.scanned, self.trust) = (window, sums, first, scanned, trust)
            hasMore = looked >= ReadingsMessages.scanLimit
            return []
        }
        (self.window, self.sums, self.scanned, self.trust) = (nil, [:], closed.last, .synchronised)
        return messages(of: closed, before: position, trust, now, reader)
    }

    private mutating func messages(
        of closed: (window: Int64, first: UInt64, last: UInt64, sums: [SeriesID: Summary]), before position: UInt64, _ trust: ClockTrust,
        _ now: Timestamp, _ reader: any JournalReader
    ) -> [ReadingsMessage] {
        let ordered = closed.sums.sorted { $0.key < $1.key }
        if ordered.isEmpty { return [ReadingsMessage(payload: nil, position: closed.last)] }
        var messages: [ReadingsMessage] = []
        var start = 0
        while start < ordered.count {
            let end = min(ordered.count, start + ReadingsMessages.summarySensors)
            var json = JSONWriter(reserving: 128 * (end - start) + 256)
            json.beginObject()
            json.member("schema", "bamai.summary/1")
            json.member("gateway", gateway)
            json.member("first", closed.first)
            json.member("last", closed.last)
            json.member("part", messages.count)
            json.member("sent_ms", now.microseconds / 1000)
            if trust != .synchronised { json.member("clock", trust.rawValue) }
            json.member("start", CivilTime.rfc3339(Timestamp(microseconds: closed.window * windowMicroseconds), offsetSeconds: utcOffsetSeconds))
            json.member("seconds", windowMicroseconds / 1_000_000)
            json.key("sensors")
            json.beginArray()
            for (series, sum) in ordered[start..<end] {
                json.beginObject()
                json.member("sensor", name(series, reader))
                json.member("count", sum.count)
                json.member("min", sum.minimum)
                json.member("max", sum.maximum)
                json.key("mean")
                json.rounded(sum.sum / Double(sum.count))
                json.member("last", sum.last)
                json.endObject()
            }
            json.endArray()
            json.endObject()
            start = end
            // Only the last part completes the window.
            messages.append(
                ReadingsMessage(
                    payload: json.bytes, position: start == ordered.count ? closed.last : position, kind: "summary",
                    name: "summary-\(Alert.padded(closed.first))-\(Alert.padded(closed.last))-\(messages.count)"))
        }
        return messages
    }
}

extension ReadingsMessages.Summary {
    fileprivate mutating func add(_ value: Double) {
        count += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        sum += value
        last = value
    }
}
