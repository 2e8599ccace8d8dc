/// The street's clock: a day that lasts as long as one likes, and what people do in it.
struct StreetDay: Sendable {
    /// *Units*: microseconds.
    let length: Int64

    /// Days since the start, with their fraction. *Units*: `offset` is microseconds since the start.
    func days(at offset: Int64) -> Double { Double(offset) / Double(length) }

    /// *Range*: 0..<24.
    func hour(at offset: Int64) -> Double {
        let within = offset % length
        return Double(within < 0 ? within + length : within) / Double(length) * 24
    }

    /// The moment of a day and its fraction, in microseconds since the start.
    func offset(ofDay day: Double) -> Int64 { Int64((day * Double(length)).rounded()) }

    /// Water demand by the hour, as a share of the day's mean: the night's minimum at three, the peaks of the morning and of the evening.
    ///
    /// *Source*: the usual shape of a residential district; our own numbers.
    static let water: [Double] = [
        0.46, 0.38, 0.33, 0.31, 0.35, 0.55, 0.98, 1.50, 1.56, 1.30, 1.12, 1.08, 1.16, 1.10, 0.98, 0.95, 1.02, 1.22, 1.50, 1.64, 1.50, 1.18, 0.86,
        0.62,
    ]

    /// Wheels and feet by the hour, as a share of the day's mean.
    static let traffic: [Double] = [
        0.18, 0.10, 0.08, 0.08, 0.14, 0.40, 1.05, 1.95, 2.00, 1.45, 1.20, 1.25, 1.35, 1.20, 1.15, 1.20, 1.40, 1.90, 1.95, 1.40, 1.00, 0.75, 0.50,
        0.30,
    ]

    /// The smooth curve through an hourly table (a periodic Catmull–Rom spline).
    static func curve(_ table: [Double], hour: Double) -> Double {
        let floor = hour.rounded(.down)
        let x = hour - floor
        let index = Int(floor)
        func at(_ step: Int) -> Double { table[((index + step) % table.count + table.count) % table.count] }
        let (a, b, c, d) = (at(-1), at(0), at(1), at(2))
        return b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)))
    }
}
