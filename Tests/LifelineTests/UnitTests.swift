import GatewayTesting
import Lifeline
import Testing

@Suite("Units")
struct UnitTests {
    static func convert(_ value: Double, _ from: String, _ to: String) throws -> Double {
        let (scale, shift) = try #require(Unit.named(from)).conversion(to: try #require(Unit.named(to)))
        return value * scale + shift
    }

    @Test(
        "Known values",
        arguments: [
            (180, "deg", "rad", 3.14159265358979), (14.5037737730209, "psi", "bar", 1), (10.1971621297793, "mH2O", "kPa", 100),
            (1, "bar", "MPa", 0.1), (1, "mbar", "Pa", 100),
            (1, "m3/s", "m3/h", 3600), (60, "l/min", "l/s", 1), (1000, "l/h", "m3/h", 1), (1, "m", "cm", 100), (1, "m", "mm", 1000),
            (1, "m3", "l", 1000), (1, "h", "s", 3600),
            (1, "min", "ms", 60_000), (273.15, "K", "degC", 0), (32, "degF", "degC", 0), (-40, "degF", "degC", -40), (-459.67, "degF", "K", 0),
            (100, "%LEL", "%VOL", 5),
            (10_000, "ppm", "%VOL", 1), (0.35, "fraction", "%", 35), (20, "mA", "A", 0.02), (3600, "mV", "V", 3.6), (1500, "W", "kW", 1.5),
            (2, "mm/s", "m/s", 0.002),
            (1, "g", "m/s2", 9.80665), (1000, "mg", "g", 1), (3000, "rpm", "Hz", 50), (3600, "1/h", "Hz", 1), (500, "ug/l", "mg/l", 0.5),
        ] as [(Double, String, String, Double)])
    func known(value: Double, from: String, to: String, expected: Double) throws {
        let result = try UnitTests.convert(value, from, to)
        #expect(abs(result - expected) <= max(1, abs(expected)) * 1e-12, "\(value) \(from) = \(result) \(to)")
    }

    @Test("Every conversion has its way back, and into itself nothing changes, to the bit")
    func inverse() throws {
        for unit in Unit.all {
            let (scale, shift) = unit.conversion(to: unit)
            #expect(scale == 1 && shift == 0, "\(unit.symbol)")
            for other in Unit.all where unit.converts(to: other) {
                for value in [-40, 0, 0.31, 12.5, 1e6] {
                    let back = try UnitTests.convert(try UnitTests.convert(value, unit.symbol, other.symbol), other.symbol, unit.symbol)
                    // Offsets are some hundred units wide: they eat digits near zero.
                    #expect(abs(back - value) <= max(500, abs(value)) * 1e-12, "\(value) \(unit.symbol) by \(other.symbol): \(back)")
                }
            }
        }
    }

    @Test("Only what is of one kind converts, in both directions")
    func kinds() throws {
        for unit in Unit.all {
            for other in Unit.all { #expect(unit.converts(to: other) == (unit.dimension == other.dimension)) }
            #expect(unit.factor > 0 && unit.factor.isFinite && unit.offset.isFinite, "\(unit.symbol)")
        }
        for (left, right) in [("dBm", "dB"), ("mm", "mm/h"), ("%", "%VOL"), ("Hz", "s"), ("mg", "mg/l"), ("m", "m3"), ("kPa", "kW")] {
            #expect(!(try #require(Unit.named(left)).converts(to: try #require(Unit.named(right)))), "\(left) is no \(right)")
        }
    }

    @Test("Symbols are exact, unique and the same in both directions")
    func symbols() {
        #expect(Set(Unit.all.map(\.symbol)).count == Unit.all.count)
        for unit in Unit.all { #expect(Unit.named(unit.symbol) == unit) }
        for unknown in ["", "mpa", "MPA", " kPa", "kPa ", "°C", "bars"] { #expect(Unit.named(unknown) == nil, "\(unknown)") }
        // 1 kPa is 1 mPa for nobody: case matters.
        #expect(Unit.named("mg") != Unit.named("Mg"))
    }
}
