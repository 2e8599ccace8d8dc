import Lifeline

/// What is left of a slow structural value when the temperature's share is taken off.
///
/// Daily means of both, because a bridge follows the air by hours; the line between them is learned once, in the first days, and then stays: a line that went
/// on learning would learn the drift that it is there to show.
struct Compensation: DerivedFeature {
    /// *Units*: K². A prior against a slope that is made of still weather alone; a tenth of a kelvin a day hardly bends one that weather has shown.
    private static let prior = 0.01

    private let days: Double
    private var day = -Double.infinity
    private var sum = 0.0, count = 0.0
    /// The companion's day, which may turn before the source's does; and the mean of its day before.
    private var otherDay = -Double.infinity
    private var otherSum = 0.0, otherCount = 0.0
    private var otherBefore = Double.nan
    /// Learning: days seen, and the sums about the first day's means.
    private var seen = 0.0
    private var origin = 0.0, otherOrigin = 0.0
    private var x = 0.0, y = 0.0, xx = 0.0, xy = 0.0

    init(days: Int) { self.days = Double(days) }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let result = turn(local)
        sum += value
        count += 1
        return result
    }

    mutating func takeCompanion(_ value: Double, at local: Double) {
        let today = LocalDay.number(local)
        if today > otherDay {
            otherBefore = today == otherDay + 1 && otherCount > 0 ? otherSum / otherCount : .nan
            (otherDay, otherSum, otherCount) = (today, 0, 0)
        }
        otherSum += value
        otherCount += 1
    }

    private mutating func turn(_ local: Double) -> Double? {
        let today = LocalDay.number(local)
        guard today > day else { return nil }
        defer { (day, sum, count) = (today, 0, 0) }
        let other = otherDay == day && otherCount > 0 ? otherSum / otherCount : otherDay == day + 1 ? otherBefore : .nan
        guard count > 0, !other.isNaN else { return nil }
        let value = sum / count
        if seen >= days { return value - origin - y / seen - slope * (other - otherOrigin - x / seen) }
        if seen == 0 { (origin, otherOrigin) = (value, other) }
        seen += 1
        let (dx, dy) = (other - otherOrigin, value - origin)
        x += dx
        y += dy
        xx += dx * dx
        xy += dx * dy
        return nil
    }

    private var slope: Double { (xy - x * y / seen) / (xx - x * x / seen + seen * Compensation.prior) }

    func write(to writer: inout ByteWriter) {
        writer.append([day, sum, count, otherDay, otherSum, otherCount, otherBefore, seen, origin, otherOrigin, x, y, xx, xy])
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let all = reader.doubles(14) else { return false }
        (day, sum, count) = (all[0], all[1], all[2])
        (otherDay, otherSum, otherCount, otherBefore) = (all[3], all[4], all[5], all[6])
        (seen, origin, otherOrigin, x, y, xx, xy) = (all[7], all[8], all[9], all[10], all[11], all[12], all[13])
        return true
    }
}
