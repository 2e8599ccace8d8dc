import Lifeline

/// The share of hour means outside a range, over the last days: how well a service keeps its promise.
///
/// *Memory*: 16 bytes a day.
struct ShareOfHours: DerivedFeature {
    /// Fewer hours than this in all the days, and nothing is said: most of a day.
    private static let least = 20.0

    private let low: Double
    private let high: Double
    private var hour = -Double.infinity
    private var day = -Double.infinity
    private var sum = 0.0
    private var count = 0.0
    /// For each day, in a ring by its number: hours that had readings, and those outside.
    private var hours: [Double]
    private var outside: [Double]

    init(low: Double, high: Double, days: Int) {
        (self.low, self.high) = (low, high)
        hours = Array(repeating: 0, count: days)
        outside = hours
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let nowHour = (local / 3600).rounded(.down)
        if nowHour > hour {
            closeHour()
            hour = nowHour
        }
        let today = LocalDay.number(local)
        var result: Double?
        if today > day {
            result = day > -.infinity ? share : nil
            // The days that nobody saw leave the ring too.
            for missed in 0..<min(hours.count, Int(min(today - day, 1e6))) { clear(today - Double(missed)) }
            day = today
        }
        sum += value
        count += 1
        return result
    }

    private mutating func closeHour() {
        guard count > 0, day > -.infinity else { return }
        let slot = slot(day)
        hours[slot] += 1
        let mean = sum / count
        if mean < low || mean > high { outside[slot] += 1 }
        (sum, count) = (0, 0)
    }

    private func slot(_ day: Double) -> Int {
        let rest = Int(day.truncatingRemainder(dividingBy: Double(hours.count)))
        return rest < 0 ? rest + hours.count : rest
    }

    private mutating func clear(_ day: Double) { (hours[slot(day)], outside[slot(day)]) = (0, 0) }

    private var share: Double? {
        let all = hours.reduce(0, +)
        return all >= ShareOfHours.least ? 100 * outside.reduce(0, +) / all : nil
    }

    func write(to writer: inout ByteWriter) {
        writer.append(UInt32(hours.count))
        writer.append([hour, day, sum, count])
        writer.append(hours)
        writer.append(outside)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard reader.integer(UInt32.self) == UInt32(hours.count), let head = reader.doubles(4), let hours = reader.doubles(hours.count),
            let outside = reader.doubles(outside.count)
        else { return false }
        (hour, day, sum, count) = (head[0], head[1], head[2], head[3])
        (self.hours, self.outside) = (hours, outside)
        return true
    }
}
