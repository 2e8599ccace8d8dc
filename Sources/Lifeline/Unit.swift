/// A unit of measurement, and how to get from it to the base unit of its dimension. Conversions are exact physics; they are never guessed.
package struct Unit: Hashable, Sendable {
    /// What can be converted into what.
    package enum Dimension: UInt8, Sendable {
        case none, angle, pressure, flow, length, volume, time, temperature, gasFraction, ratio, current, voltage, power, speed, acceleration
        case strain, frequency, concentration, signal, gain, rainRate, turbidity
    }

    /// As written in files and on the wire: `MPa`, `m3/h`, `%VOL`.
    package var symbol: String
    package var dimension: Dimension
    /// base = value · factor + offset
    package var factor: Double
    package var offset: Double

    private init(_ symbol: String, _ dimension: Dimension, _ factor: Double = 1, _ offset: Double = 0) {
        self.symbol = symbol
        self.dimension = dimension
        self.factor = factor
        self.offset = offset
    }

    /// Every unit that a file may name.
    package static let all: [Unit] = [
        Unit("1", .none), Unit("count", .none), Unit("state", .none),
        Unit("deg", .angle), Unit("rad", .angle, 57.295779513082320876798),
        Unit("MPa", .pressure), Unit("kPa", .pressure, 1e-3), Unit("Pa", .pressure, 1e-6), Unit("bar", .pressure, 0.1),
        Unit("mbar", .pressure, 1e-4), Unit("psi", .pressure, 0.006_894_757_293_168_361), Unit("mH2O", .pressure, 0.009_806_65),
        Unit("m3/h", .flow), Unit("l/s", .flow, 3.6), Unit("l/min", .flow, 0.06), Unit("m3/s", .flow, 3600), Unit("l/h", .flow, 1e-3),
        Unit("m", .length), Unit("cm", .length, 1e-2), Unit("mm", .length, 1e-3),
        Unit("m3", .volume), Unit("l", .volume, 1e-3),
        Unit("s", .time), Unit("ms", .time, 1e-3), Unit("min", .time, 60), Unit("h", .time, 3600),
        Unit("degC", .temperature), Unit("degF", .temperature, 5.0 / 9.0, -160.0 / 9.0), Unit("K", .temperature, 1, -273.15),
        Unit("%VOL", .gasFraction), Unit("%LEL", .gasFraction, 0.05), Unit("ppm", .gasFraction, 1e-4),
        Unit("%", .ratio), Unit("fraction", .ratio, 100),
        Unit("A", .current), Unit("mA", .current, 1e-3), Unit("V", .voltage), Unit("mV", .voltage, 1e-3),
        Unit("kW", .power), Unit("W", .power, 1e-3),
        Unit("m/s", .speed), Unit("mm/s", .speed, 1e-3),
        Unit("m/s2", .acceleration), Unit("g", .acceleration, 9.806_65), Unit("mg", .acceleration, 0.009_806_65),
        Unit("uE", .strain), Unit("Hz", .frequency), Unit("rpm", .frequency, 1.0 / 60.0), Unit("1/h", .frequency, 1.0 / 3600.0),
        Unit("mg/l", .concentration), Unit("ug/l", .concentration, 1e-3), Unit("dBm", .signal), Unit("dB", .gain), Unit("mm/h", .rainRate),
        Unit("NTU", .turbidity),
    ]

    /// How people write it: `°`, `℃`, `m³/h`; the symbol where there is nothing better.
    package var display: String {
        switch symbol {
        case "deg": "°"
        case "degC": "℃"
        case "m3/h": "m³/h"
        case "m3": "m³"
        case "m/s2": "m/s²"
        case "uE": "µε"
        case "1", "count", "state": ""
        default: symbol
        }
    }

    /// The unit that `symbol` names, or nil.
    package static func named(_ symbol: String) -> Unit? { all.first { $0.symbol == symbol } }

    /// Whether a value can be carried into `other` at all.
    package func converts(to other: Unit) -> Bool { dimension == other.dimension }

    /// The line `target = value · scale + shift` from this unit into `other`. The unit itself gives exactly (1, 0).
    ///
    /// Precondition: both have the same dimension.
    package func conversion(to other: Unit) -> (scale: Double, shift: Double) {
        precondition(converts(to: other), "\(symbol) is no \(other.symbol)")
        if self == other { return (1, 0) }
        return (factor / other.factor, (offset - other.offset) / other.factor)
    }
}
