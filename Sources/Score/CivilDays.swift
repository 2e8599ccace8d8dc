import Lifeline

enum CivilDays {
    /// Days from 2000-01-01.
    static func since2000(year: Int, month: Int, day: Int) -> Int {
        CivilTime.days(year: year, month: month, day: day) - CivilTime.days(year: 2000, month: 1, day: 1)
    }
}
