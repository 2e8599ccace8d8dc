import Lines
import Site

/// Lines as a test wires them, and time in its own words.
enum LineFixture {
    static let second: Int64 = 1_000_000_000
    static let millisecond: Int64 = 1_000_000

    static func contact(interval: Duration = .seconds(600)) -> InputLine {
        InputLine(.contact(ContactLine(sensor: 4, debounce: .zero, interval: interval)))!
    }

    static func state(dwell: Duration = .seconds(5), interval: Duration = .seconds(600)) -> InputLine {
        InputLine(.state(StateLine(sensor: 4, debounce: .zero, dwell: dwell, interval: interval)))!
    }

    /// Count in sensor 0, total in 1, rate in 2; ten litres a pulse, the rate in cubic metres an hour.
    static func pulses(
        meters: [PulseLine.Meter] = [PulseLine.Meter(perPulse: 0.01)], interval: Duration = .seconds(60), window: Duration = .seconds(300)
    ) -> PulseLine {
        PulseLine(
            countSensor: 0, totalSensor: 1, rateSensor: 2, meters: meters, rateFactor: 3600, window: window, debounce: .zero, maxHz: 50,
            interval: interval)
    }

    static func edge(_ isActive: Bool, _ time: Int64, lost: Int = 0) -> LineEdge { LineEdge(isActive: isActive, time: time, lost: lost) }
}
