import GatewayTesting
import Glibc

@testable import Pulse

/// One sample of a simulated sensor.
struct Moment {
    var time: Double
    var value: Double
}

/// Simulated sensors with known truth. Times are seconds; all start at the same moment of a day.
enum Scenes {
    static let start = 1_700_006_400.0
    static let day = SeriesSettings(interval: 900, cycle: 86_400)
    static let trips = SeriesSettings(interval: 1800, cycle: 86_400)

    /// A day's wave of supply pressure: 0.30…0.38 MPa, noise 0.003, a sample each quarter of an hour.
    static func pressure(cycles: Double, seed: UInt64, departure: (Double) -> Double = { _ in 0 }) -> [Moment] {
        var random = SeededGenerator(seed)
        return (0..<Int(cycles * 96)).map { index in
            let phase = Double(index) / 96
            let wave = 0.34 + 0.04 * sin(2 * Double.pi * phase)
            return Moment(time: start + Double(index) * 900, value: wave + 0.003 * random.gaussian() + departure(phase))
        }
    }

    /// A lift door's closing time: 2.8 s ± 0.08, 48 trips a day at uneven moments, barely a daily wave. `wear`: the share by which it is longer.
    static func door(cycles: Double, seed: UInt64, wear: (Double) -> Double = { _ in 0 }) -> [Moment] {
        var random = SeededGenerator(seed)
        return (0..<Int(cycles * 48)).map { index in
            let phase = Double(index) / 48
            let usual = 2.8 + 0.03 * sin(2 * Double.pi * phase)
            return Moment(time: start + Double(index) * 1800 + 600 * random.unit(), value: usual * (1 + wear(phase)) + 0.08 * random.gaussian())
        }
    }

    /// A fresh series' verdicts on all moments.
    static func verdicts(_ moments: [Moment], _ settings: SeriesSettings = day) -> [Verdict] {
        var bank = PulseBank()
        let slot = bank.add(settings)
        return moments.map { bank.observe(slot, time: $0.time, value: $0.value) }
    }
}

extension Verdict {
    /// Loud enough for the mildest alert of the profile.
    var isLoud: Bool { score >= 5 }

    /// Equal bit by bit: what a replay must reproduce.
    func isIdentical(to other: Verdict) -> Bool {
        score.bitPattern == other.score.bitPattern && rawScore.bitPattern == other.rawScore.bitPattern && feature == other.feature
            && suspicion == other.suspicion && isWarmingUp == other.isWarmingUp && isOutside == other.isOutside
            && expected.bitPattern == other.expected.bitPattern && low.bitPattern == other.low.bitPattern && high.bitPattern == other.high.bitPattern
            && seen.bitPattern == other.seen.bitPattern && since.bitPattern == other.since.bitPattern
    }

    var isFinite: Bool {
        score.isFinite && rawScore.isFinite && expected.isFinite && low.isFinite && high.isFinite && seen.isFinite && since.isFinite
    }
}
