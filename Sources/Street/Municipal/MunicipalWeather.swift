/// Rain, temperature and wind over the whole district: what is common to all assets, and so no single one's fault.
struct MunicipalWeather: Sendable {
    /// *Units*: °C, mm/h; each a value a quarter of an hour.
    private(set) var temperature = [Double](repeating: 0, count: 96)
    private(set) var rain = [Double](repeating: 0, count: 96)
    /// *Range*: 0 (calm) …1 (gale).
    private(set) var wind = 0.0
    /// *Units*: mm that fall this day.
    private(set) var rainTotal = 0.0

    private let seed: UInt64
    private var luck: Luck
    private var anomaly = Wander(memory: 0.75, deviation: 2.8)

    /// Monthly means. *Source*: the climate of a city of the North China plain, rounded; our own numbers.
    private static let means: [Double] = [0.5, 3.8, 9.5, 16.4, 21.9, 26.5, 27.4, 26.0, 21.4, 15.7, 8.5, 2.4]
    /// The share of days with rain, and how heavy its showers are against those of July.
    private static let wetDays: [Double] = [0.08, 0.11, 0.16, 0.18, 0.20, 0.24, 0.36, 0.32, 0.27, 0.19, 0.15, 0.07]
    private static let heaviness: [Double] = [0.08, 0.10, 0.2, 0.35, 0.5, 0.8, 1, 0.9, 0.5, 0.3, 0.2, 0.08]
    private static let daily: [Double] = [
        -0.7, -0.78, -0.85, -0.91, -0.96, -1, -0.92, -0.65, -0.25, 0.15, 0.5, 0.75, 0.92, 1, 1, 0.93, 0.78, 0.55, 0.3, 0.08, -0.12, -0.3, -0.45,
        -0.58,
    ]
    private static let dailyByQuarter: [Double] = (0..<96).map { StreetDay.curve(daily, hour: Double($0) / 4) }

    init(seed: UInt64) {
        self.seed = seed
        luck = Luck(seed: seed, "weather")
    }

    /// The next day's weather.
    mutating func pass(_ calendar: MunicipalCalendar, day: Int) {
        let departure = anomaly.step(&luck)
        let mean = MunicipalWeather.seasonal(MunicipalWeather.means, calendar.dayOfYear) + departure
        let swing = luck.between(2.5, 7)
        for quarter in 0..<96 { temperature[quarter] = mean + swing * MunicipalWeather.dailyByQuarter[quarter] }
        wind = luck.unit()
        wind *= wind * wind
        for quarter in 0..<96 { rain[quarter] = 0 }
        rainTotal = 0
        guard luck.unit() < MunicipalWeather.wetDays[calendar.month - 1] else { return }
        for _ in 0..<(1 + Int(luck.unit() * 3)) { shower(MunicipalWeather.heaviness[calendar.month - 1]) }
        for quarter in 0..<96 { rainTotal += rain[quarter] / 4 }
    }

    /// A triangle of rain; peaks fall off as one over their rarity, up to a cloudburst of 80 mm/h in July.
    private mutating func shower(_ heaviness: Double) {
        let first = Int(luck.unit() * 88)
        let length = 2 + Int(luck.unit() * 14)
        let peak = 1.2 * heaviness / (0.015 + luck.unit())
        for step in 0..<length where first + step < 96 {
            let place = (Double(step) + 0.5) / Double(length)
            rain[first + step] += peak * (place < 0.35 ? place / 0.35 : (1 - place) / 0.65) * luck.between(0.7, 1.3)
        }
    }

    /// A monthly table read smoothly on a day of the year.
    static func seasonal(_ table: [Double], _ dayOfYear: Int) -> Double {
        var place = (Double(dayOfYear) - 15) / 365.25 * 12
        if place < 0 { place += 12 }
        if place >= 12 { place -= 12 }
        return StreetDay.curve(table, hour: place)
    }
}
