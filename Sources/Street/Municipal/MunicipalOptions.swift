import Lifeline

/// How a municipal district is simulated.
package struct MunicipalOptions: Equatable, Sendable {
    /// The same seed, start and divisor give the same readings and the same truth.
    package var seed: UInt64
    /// Local midnight of the first day.
    package var start: Timestamp
    /// How many days are planned. *Range*: 1…7305, clamped: twenty years of truth fit into memory.
    package var days: Int
    /// One in so many of the district's assets is built. *Range*: 1…64, clamped; 1 is the whole district, larger ones are for tests.
    package var divisor: Int

    /// - Parameter start: default: 2024-01-01 in China, so that three years end before the table of festivals does.
    package init(seed: UInt64 = 1, start: Timestamp = MunicipalOptions.newYear2024, days: Int = 1096, divisor: Int = 1) {
        self.seed = seed
        self.start = start
        self.days = min(max(days, 1), 7305)
        self.divisor = min(max(divisor, 1), 64)
    }

    package static let newYear2024 = Timestamp(
        unixSeconds: Int64(CivilTime.days(year: 2024, month: 1, day: 1) * 86_400 - Surroundings.offsetSeconds))
    /// Seeds that rules may be tuned on; what is reported comes from others.
    package static let tuningSeeds: ClosedRange<UInt64> = 1...99
    /// The first of the seeds that nothing may be tuned on.
    package static let firstTestSeed: UInt64 = 1001

    /// *Units*: microseconds of a day, an hour and a quarter of an hour.
    static let day: Int64 = 86_400_000_000
    static let hour: Int64 = 3_600_000_000
    static let quarter: Int64 = 900_000_000
}
