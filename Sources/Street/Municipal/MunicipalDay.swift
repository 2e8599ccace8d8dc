/// One day as all models see it.
struct MunicipalDay: Sendable {
    let index: Int
    /// *Units*: microseconds since the start, local midnight.
    let begins: Int64
    let calendar: MunicipalCalendar
    let weather: MunicipalWeather

    var ends: Int64 { begins + MunicipalOptions.day }

    /// The moment at which a quarter of an hour begins.
    func moment(_ quarter: Int) -> Int64 { begins + Int64(quarter) * MunicipalOptions.quarter }

    /// The quarter of an hour that a moment of this day lies in.
    func quarter(_ moment: Int64) -> Int { min(max(Int((moment - begins) / MunicipalOptions.quarter), 0), 95) }

    /// Demand and traffic by the quarter, as shares of the mean, on working and on free days. Free days start two hours later and are flatter.
    static let water: [[Double]] = [(0..<96).map { StreetDay.curve(StreetDay.water, hour: Double($0) / 4) }, late(StreetDay.water)]
    static let traffic: [[Double]] = [(0..<96).map { StreetDay.curve(StreetDay.traffic, hour: Double($0) / 4) }, late(StreetDay.traffic)]

    private static func late(_ table: [Double]) -> [Double] {
        (0..<96).map { quarter in
            let hour = Double(quarter) / 4
            // The night is as on other days; the morning comes later.
            let shift = hour > 4 && hour < 12 ? 1.5 : 0
            let free = 0.1 + 0.92 * StreetDay.curve(table, hour: hour - shift)
            // Two days meet at midnight without a step.
            let share = min(1, min(hour, 24 - hour) / 3)
            return share * free + (1 - share) * StreetDay.curve(table, hour: hour)
        }
    }
}

/// One value of one sensor of the district.
package struct MunicipalReading: Equatable, Sendable {
    /// Index into the district's sensors.
    package var sensor: Int32
    /// *Units*: microseconds since the start.
    package var observed: Int64
    package var received: Int64
    /// *Units*: the canonical unit of the sensor's quantity.
    package var value: Double
}

/// What the models say in a day. Memory of one day, taken anew for each.
struct DayBuffer: Sendable {
    var readings: [MunicipalReading] = []
    /// What the weather or the network did to an asset today that deserves an alarm: the model knows it, nobody planned it.
    var events: [(asset: Int, kind: MunicipalFaultKind, begins: Int64, ends: Int64)] = []

    @inline(__always)
    mutating func append(_ sensor: Int32, _ at: Int64, _ value: Double) {
        readings.append(MunicipalReading(sensor: sensor, observed: at, received: at, value: value))
    }
}

/// A thing of the district, or a network of them: a day at a time.
protocol MunicipalModel: Sendable {
    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer)
}
