import GatewayTesting
import Glibc
import Testing

@testable import Pulse

@Suite("Numerics")
struct NumericsTests {
    @Test("The logarithm agrees with the C library's to a few units in the last place")
    func logarithm() {
        var random = SeededGenerator(11)
        for _ in 0..<20_000 {
            let number = Glibc.exp(600 * (random.unit() - 0.5))
            let ours = Numerics.log(number)
            let theirs = Glibc.log(number)
            #expect(abs(ours - theirs) <= 1e-15 * max(1, abs(theirs)), "log \(number): \(ours) and \(theirs)")
        }
        #expect(Numerics.log(1) == 0)
        for hostile in [0, -1, Double.nan, .infinity, -.infinity, Double.leastNonzeroMagnitude] { #expect(Numerics.log(hostile) == 0) }
    }

    @Test("The exponential agrees with the C library's")
    func exponential() {
        var random = SeededGenerator(12)
        for _ in 0..<20_000 {
            let number = -690 * random.unit()
            let ours = Numerics.exp(number)
            let theirs = Glibc.exp(number)
            #expect(abs(ours - theirs) <= 3e-13 * theirs, "exp \(number): \(ours) and \(theirs)")
        }
        #expect(Numerics.exp(0) == 1)
        #expect(Numerics.exp(3) == 1)
        #expect(Numerics.exp(.nan) == 1)
        #expect(Numerics.exp(-.infinity) > 0)
    }

    @Test("The same bits come out on every machine")
    func bits() {
        // Computed once from the definition; a machine that gives other bits would judge differently from a replay of its journal elsewhere.
        #expect(Numerics.log(2.5).bitPattern == 0x3fed_5240_f0e0_e077)
        #expect(Numerics.log(7.15).bitPattern == 0x3fff_794a_ce79_c016)
        #expect(Numerics.exp(-0.07).bitPattern == 0x3fed_d62b_906f_a24c)
    }

    @Test("The median of three is the middle one, in any order")
    func median() {
        for order in [(1.0, 2.0, 3.0), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1)] {
            #expect(Numerics.median(order.0, order.1, order.2) == 2)
        }
    }
}
