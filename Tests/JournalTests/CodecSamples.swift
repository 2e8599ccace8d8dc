import GatewayTesting
import Journal
import Lifeline

/// Random segments whose columns take every form.
enum CodecSamples {
    /// Checked by hand against the format's description.
    static let golden = "b10103020206000200000102000002e8907a020102e707120002040002fa010d01320001d8d579"

    static func random(_ random: inout SeededGenerator) -> [Reading] {
        let count = 1 + Int(random.next() % (random.chance(0.1) ? 2000 : 60))
        let kinds = 1 + UInt32(random.next() % 25)
        let wild = random.unit() * 0.5
        let timeUnit: Int64 = [1, 1000, 1_000_000][Int(random.next() % 3)]
        let decimals = [1.0, 10, 100, 1000, 1e6][Int(random.next() % 5)]
        let isRound = random.chance(0.5)
        var received = Samples.start
        var observed = Samples.start - 1_000_000
        var level = random.normal() * 100
        return (0..<count).map { index in
            received += random.chance(0.4) ? 0 : Int64(random.next() % 100) * timeUnit
            observed += random.chance(0.2) ? 0 : Int64(random.next() % 50) * timeUnit
            level += random.normal()
            var flags: UInt8 = random.chance(0.1) ? UInt8(truncatingIfNeeded: random.next()) : 0
            var value = (level * decimals).rounded() / decimals
            if random.chance(wild * 0.3) { value *= 0.001 }
            if random.chance(wild * 0.1) { value = Double(bitPattern: random.next()) }
            if random.chance(wild * 0.2) { value = Double(Float(level)) }
            var seen = observed
            if random.chance(wild * 0.2) {
                flags |= 2
                seen = received
            }
            if random.chance(wild * 0.05) { seen = Int64(truncatingIfNeeded: random.next()) }
            let series = isRound ? UInt32(index) % kinds : UInt32(random.next() % UInt64(kinds)) * 1000
            return Reading(
                series: SeriesID(series), observed: Timestamp(microseconds: seen), received: Timestamp(microseconds: received), value: value,
                flags: ReadingFlags(rawValue: flags))
        }
    }
}
