import GatewayTesting
import Glibc

/// A separable evolution strategy with adapted covariances (sep-CMA-ES; Ros and Hansen, 2008): maximises a function of a vector.
///
/// Rank-based, so that an objective with steps and plateaus, as a benchmark's score has, does it no harm.
struct Search {
    private(set) var mean: [Double]
    private(set) var sigma: Double
    private var variance: [Double]
    private var pathC: [Double]
    private var pathS: [Double]
    private var generation = 0
    private let weights: [Double]
    private let muEff: Double
    private let size: Int
    private var random: SeededGenerator

    init(start: [Double], sigma: Double, size: Int, seed: UInt64) {
        mean = start
        self.sigma = sigma
        self.size = size
        let count = start.count
        variance = Array(repeating: 1, count: count)
        pathC = Array(repeating: 0, count: count)
        pathS = Array(repeating: 0, count: count)
        let raw = (0..<size / 2).map { log(Double(size) / 2 + 0.5) - log(Double($0 + 1)) }
        let sum = raw.reduce(0, +)
        weights = raw.map { $0 / sum }
        muEff = 1 / weights.reduce(0) { $0 + $1 * $1 }
        random = SeededGenerator(seed: seed)
    }

    mutating func ask() -> [[Double]] {
        (0..<size).map { _ in mean.indices.map { mean[$0] + sigma * variance[$0].squareRoot() * random.gaussian() } }
    }

    /// A search that never narrows below this stays on broad hills, which other data are more likely to share than a sharp peak.
    mutating func keepAbove(_ least: Double) { sigma = max(sigma, least) }

    mutating func tell(_ points: [[Double]], _ values: [Double]) {
        let order = points.indices.sorted { values[$0] > values[$1] }
        let n = Double(mean.count)
        let cs = (muEff + 2) / (n + muEff + 5)
        let ds = 1 + 2 * max(0, ((muEff - 1) / (n + 1)).squareRoot() - 1) + cs
        let cc = (4 + muEff / n) / (n + 4 + 2 * muEff / n)
        let c1 = min(1, (n + 2) / 3 * 2 / ((n + 1.3) * (n + 1.3) + muEff))
        let cmu = min(1 - c1, (n + 2) / 3 * 2 * (muEff - 2 + 1 / muEff) / ((n + 2) * (n + 2) + muEff))
        let expected = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        let old = mean
        for index in mean.indices { mean[index] = zip(weights, order).reduce(0) { $0 + $1.0 * points[$1.1][index] } }
        var norm = 0.0
        for index in mean.indices {
            let step = (mean[index] - old[index]) / sigma
            pathS[index] = (1 - cs) * pathS[index] + (cs * (2 - cs) * muEff).squareRoot() * step / variance[index].squareRoot()
            norm += pathS[index] * pathS[index]
        }
        norm = norm.squareRoot()
        generation += 1
        let stalls = norm / (1 - pow(1 - cs, 2 * Double(generation))).squareRoot() < (1.4 + 2 / (n + 1)) * expected
        for index in mean.indices {
            let step = (mean[index] - old[index]) / sigma
            pathC[index] = (1 - cc) * pathC[index] + (stalls ? (cc * (2 - cc) * muEff).squareRoot() * step : 0)
            var spread = 0.0
            for (weight, point) in zip(weights, order) {
                let y = (points[point][index] - old[index]) / sigma
                spread += weight * y * y
            }
            variance[index] = (1 - c1 - cmu) * variance[index] + c1 * pathC[index] * pathC[index] + cmu * spread
        }
        sigma *= exp(cs / ds * (norm / expected - 1))
        sigma = min(sigma, 1)
    }
}
