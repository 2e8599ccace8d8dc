import GatewayTesting
import Lifeline

/// Sensors that speak in rounds: values with two or three decimals that wander, four or five of one message, device times in whole milliseconds.
struct Load {
    private static let series = 20
    private var random = SeededGenerator(seed: 1)
    private var levels = (0..<series).map { Double($0) * 7.5 + 20 }
    private var received: Int64 = 1_700_000_000_000_000
    private var index = 0
    private var identifier: UInt64 = 0

    mutating func next(readings count: Int, receipts: Int) -> ([Reading], [UInt64]) {
        var readings: [Reading] = []
        for _ in 0..<count {
            let number = index % Self.series
            if index % 4 == 0 { received += Int64(2000 + random.below(60_000)) }
            levels[number] += random.normal() * 0.05
            let decimals = number % 3 == 0 ? 1000.0 : 100.0
            readings.append(
                Reading(
                    series: SeriesID(UInt32(number + 1)), observed: Timestamp(microseconds: (received / 1000 - 40) * 1000),
                    received: Timestamp(microseconds: received), value: (levels[number] * decimals).rounded() / decimals))
            index += 1
        }
        // As they come from one broker: packet identifiers count up, the rest is a hash.
        let made = (0..<receipts).map { _ in
            identifier = identifier % 65_535 + 1
            return identifier << 48 | random.next() >> 16
        }
        return (readings, made)
    }
}
