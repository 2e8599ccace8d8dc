import Glibc

/// One line of the table, and one object of `bench.json`.
struct Measure: Encodable {
    /// What is measured; the same from run to run.
    var name: String
    /// The median of the runs.
    var value: Double
    var unit: String
    /// The least and the most of the runs.
    var spread: ClosedRange<Double>?
    /// What stands beside it in the same run, in words and figures.
    var beside = "–"
    /// This over that, as the median of the runs' pairs; above 1 the gateway is faster, smaller or cheaper, as the name says.
    var ratio: Double?
    /// What it should reach; "–": it is only told.
    var reach = "–"
    var reached: Bool?

    enum CodingKeys: String, CodingKey { case name, value, unit, least, most, beside, ratio, reach, reached }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encodeIfPresent(spread?.lowerBound, forKey: .least)
        try container.encodeIfPresent(spread?.upperBound, forKey: .most)
        try container.encode(beside, forKey: .beside)
        try container.encodeIfPresent(ratio, forKey: .ratio)
        try container.encode(reach, forKey: .reach)
        try container.encodeIfPresent(reached, forKey: .reached)
    }
}

/// What several runs gave.
struct Runs {
    var values: [Double]

    /// *Precondition*: not empty.
    init(_ values: [Double]) { self.values = values.sorted() }

    var median: Double { values[values.count / 2] }
    var spread: ClosedRange<Double> { values[0]...values[values.count - 1] }

    /// The smallest value that so large a share of all stays below.
    func percentile(_ share: Double) -> Double { values[min(values.count - 1, Int(Double(values.count) * share))] }
}

/// *Units*: seconds of the monotonic clock.
func seconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
