import GatewayTesting
import Journal
import Lifeline

/// Readings for tests. Their value says which they are.
enum Samples {
    static let start: Int64 = 1_700_000_000_000_000

    /// `count` readings whose value is their place, counted from `first`.
    static func readings(_ count: Int, from first: UInt64 = 1, series: UInt32 = 1) -> [Reading] {
        (0..<count).map { index in
            let place = Int64(first) + Int64(index)
            return Reading(
                series: SeriesID(series), observed: Timestamp(microseconds: start + place * 1_000_000),
                received: Timestamp(microseconds: start + place * 1_000_000 + 70_123), value: Double(place))
        }
    }

    static func batch(_ count: Int, from first: UInt64 = 1) -> CommitBatch {
        var batch = CommitBatch()
        batch.readings = readings(count, from: first)
        return batch
    }

    static func alert(_ id: String) -> AlertRecord {
        AlertRecord(
            id: id, episode: "E-\(id)", kind: "raised", level: 3, subject: "manhole/MH-17", sensor: "MH-17/tilt", rule: "cover.tilt",
            recorded: Timestamp(microseconds: start), body: Array("{\"id\":\"\(id)\",\"井\":true}".utf8))
    }

    static func rejected(_ number: Int) -> RejectedMessage {
        RejectedMessage(
            received: Timestamp(microseconds: start + Int64(number)), broker: "local", topic: "a/\(number)", cause: "not-json",
            sample: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 700))
    }

    /// Sensors that speak in rounds: values with two or three decimals that wander, device times in whole milliseconds.
    static func realistic(_ count: Int, series: Int, _ random: inout SeededGenerator, from moment: Int64 = start) -> [Reading] {
        var levels = (0..<series).map { Double($0) * 7.5 + 20 }
        var readings: [Reading] = []
        var received = moment
        for index in 0..<count {
            let number = index % series
            if index % 4 == 0 { received += Int64(2000 + random.next() % 60_000) }
            levels[number] += random.normal() * 0.05
            let decimals = number % 3 == 0 ? 1000.0 : 100.0
            readings.append(
                Reading(
                    series: SeriesID(UInt32(number + 1)), observed: Timestamp(microseconds: (received / 1000 - 40) * 1000),
                    received: Timestamp(microseconds: received), value: (levels[number] * decimals).rounded() / decimals))
        }
        return readings
    }
}

/// What `body` threw; nil when it went through.
func failure(of body: () throws -> Void) -> JournalError? {
    do {
        try body()
        return nil
    } catch {
        return error as? JournalError ?? .other("\(error)")
    }
}

extension JournalError {
    var isFull: Bool { if case .full = self { true } else { false } }
    var isMedium: Bool { if case .medium = self { true } else { false } }
    var isBusy: Bool { if case .busy = self { true } else { false } }
    var isDamaged: Bool { if case .damaged = self { true } else { false } }
    var isOther: Bool { if case .other = self { true } else { false } }
}
