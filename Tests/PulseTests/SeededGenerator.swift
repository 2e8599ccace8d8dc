import GatewayTesting
import Glibc

extension SeededGenerator {
    init(_ seed: UInt64) { self.init(seed: seed) }

    /// A seed that is new in each run, unless one is given to replay: each use is printed with its failure.
    static func freshSeed() -> UInt64 {
        if let text = getenv("PULSE_SEED"), let seed = UInt64(String(cString: text)) { return seed }
        return UInt64.random(in: 0...UInt64.max)
    }
}
