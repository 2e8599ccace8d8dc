import Simulation
import Testing

/// The whole gateway in seeded worlds; `make simulate` runs many more.
@Suite("The whole gateway in a seeded world")
struct SimulationTests {
    @Test("Nothing acknowledged is lost, doubled or out of order; every alert arrives; the state equals a replay", arguments: 1...24)
    func world(seed: Int) throws {
        let report = try World(seed: UInt64(seed)).run()
        #expect(report.published > 100 && report.alerts > 0, "the world of seed \(seed) is empty: \(report)")
    }

    @Test("The same seed lives the same life")
    func repeatable() throws {
        let (one, two) = (try World(seed: 77).run(), try World(seed: 77).run())
        #expect(one.published == two.published && one.acknowledged == two.acknowledged && one.readings == two.readings && one.alerts == two.alerts)
    }
}
