import Lifeline

/// What kind of day it is for the people of the district.
struct MunicipalCalendar: Sendable {
    /// 0 Sunday … 6 Saturday.
    let weekday: Int
    let month: Int
    /// *Range*: 0…365.
    let dayOfYear: Int
    /// Weekends and holidays.
    let isFree: Bool
    let isFestival: Bool
    /// The district heats from 15 November to 15 March. *Source*: the heating season of northern China's cities.
    let isHeating: Bool

    /// The first days of the Spring Festival and of the Dragon Boat Festival, which follow the moon. *Source*: the published calendars; outside
    /// these years the two are ordinary days.
    private static let lunar: [Int: (spring: (Int, Int), boat: (Int, Int))] = [
        2023: ((1, 21), (6, 22)), 2024: ((2, 10), (6, 10)), 2025: ((1, 28), (5, 31)), 2026: ((2, 16), (6, 19)), 2027: ((2, 5), (6, 9)),
        2028: ((1, 25), (5, 28)), 2029: ((2, 12), (6, 16)), 2030: ((2, 2), (6, 5)),
    ]

    init(_ moment: Timestamp) {
        let date = CivilTime.fields(of: moment, offsetSeconds: Surroundings.offsetSeconds)
        let day = CivilTime.days(year: date.year, month: date.month, day: date.day)
        weekday = ((day + 4) % 7 + 7) % 7
        month = date.month
        dayOfYear = day - CivilTime.days(year: date.year, month: 1, day: 1)
        var isFestival =
            (date.month == 1 && date.day == 1) || (date.month == 4 && (4...6).contains(date.day)) || (date.month == 5 && date.day <= 5)
            || (date.month == 10 && date.day <= 7)
        if let lunar = MunicipalCalendar.lunar[date.year] {
            let spring = CivilTime.days(year: date.year, month: lunar.spring.0, day: lunar.spring.1)
            let boat = CivilTime.days(year: date.year, month: lunar.boat.0, day: lunar.boat.1)
            isFestival = isFestival || (spring..<(spring + 8)).contains(day) || (boat..<(boat + 3)).contains(day)
        }
        self.isFestival = isFestival
        isFree = isFestival || weekday == 0 || weekday == 6
        isHeating = date.month >= 12 || date.month <= 2 || (date.month == 11 && date.day >= 15) || (date.month == 3 && date.day < 15)
    }
}
