import GatewayTesting

@testable import Pulse

/// Streams with a known truth.
enum Stream {
    /// A pipe's pressure over the day: 96 samples a cycle, a sine between 0.30 and 0.38 MPa, noise of 0.003.
    static func pressure(_ index: Int, _ generator: inout SeededGenerator) -> Double {
        0.34 + 0.04 * wave(Double(index % 96) / 96) + 0.003 * generator.normal()
    }

    /// A smooth wave of period 1 without the C library's sine.
    static func wave(_ phase: Double) -> Double {
        let x = phase < 0.5 ? phase * 2 : phase * 2 - 1
        return (phase < 0.5 ? 1 : -1) * 4 * x * (1 - x)
    }

    static func bits(_ verdict: Verdict) -> [UInt64] {
        [
            UInt64(verdict.score.bitPattern), UInt64(verdict.rawScore.bitPattern), UInt64(verdict.feature.rawValue),
            UInt64(verdict.suspicion.rawValue),
            verdict.isWarmingUp ? 1 : 0, verdict.isOutside ? 1 : 0, verdict.expected.bitPattern, verdict.low.bitPattern, verdict.high.bitPattern,
            verdict.since.bitPattern,
        ]
    }

    /// Anything that a broken sensor, clock or payload may bring.
    static func hostile(_ generator: inout SeededGenerator) -> (Double, Double) {
        let value: Double =
            switch generator.below(9) {
            case 0: .nan
            case 1: .infinity
            case 2: -.infinity
            case 3: 1e308
            case 4: -1e308
            case 5: .leastNonzeroMagnitude
            case 6: Double(bitPattern: generator.next())
            default: Double(generator.below(100))
            }
        let time: Double =
            switch generator.below(8) {
            case 0: -1e18
            case 1: .nan
            case 2: 1e300
            case 3: Double(bitPattern: generator.next())
            default: Double(generator.below(1_000_000))
            }
        return (time, value)
    }
}
