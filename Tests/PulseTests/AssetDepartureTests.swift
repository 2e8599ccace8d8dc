import GatewayTesting
import Testing

@testable import Pulse

@Suite("Departures of the asset")
struct AssetDepartureTests {
    @Test("Supply pressure that behaves raises nothing from the third day to the fourteenth, for nearly all seeds")
    func quietPressure() {
        let seeds = 60
        let loud = (0..<seeds).filter { seed in
            Scenes.verdicts(Scenes.pressure(cycles: 14, seed: UInt64(1000 + seed)))[192...].contains { $0.isLoud }
        }
        #expect(loud.count <= 2, "loud seeds: \(loud.map { 1000 + $0 })")
    }

    @Test("A door that behaves raises nothing either")
    func quietDoor() {
        let seeds = 60
        let loud = (0..<seeds).filter { seed in
            Scenes.verdicts(Scenes.door(cycles: 14, seed: UInt64(2000 + seed)), Scenes.trips)[96...].contains { $0.isLoud }
        }
        #expect(loud.count <= 3, "loud seeds: \(loud.map { 2000 + $0 })")
    }

    @Test("The first cycle is warm-up: no score, and it is said")
    func warmUp() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 2, seed: 1) { $0 >= 0.5 && $0 < 0.6 ? 1 : 0 })
        #expect(verdicts[..<96].allSatisfy { $0.score == 0 && $0.isWarmingUp })
        #expect(verdicts[100...].allSatisfy { !$0.isWarmingUp })
    }

    @Test("A pressure drop is flagged within three samples, lasts as long as it lasts, and ends soon after", arguments: 1...20)
    func drop(seed: Int) throws {
        let begin = 250
        let end = 288
        let verdicts = Scenes.verdicts(
            Scenes.pressure(cycles: 4, seed: UInt64(seed)) { phase in
                let index = Int((phase * 96).rounded())
                return index >= begin && index < end ? -0.1 : 0
            })
        let first = try #require(verdicts[begin..<end].firstIndex { $0.isLoud })
        #expect(first < begin + 3)
        #expect(verdicts[first].suspicion == .asset)
        #expect(verdicts[first].seen < verdicts[first].low)
        #expect(verdicts[first..<end].allSatisfy { $0.isOutside })
        #expect(verdicts[first..<end].allSatisfy { $0.since == Scenes.start + Double(begin) * 900 })
        #expect(verdicts[(end + 3)...].allSatisfy { !$0.isOutside })
        #expect(!verdicts[end...].contains { $0.isLoud })
    }

    @Test("A door that closes ever more slowly is flagged upward, and stays away until it is repaired", arguments: 1...20)
    func wear(seed: Int) throws {
        // Once the usual day is known: its first week is learning.
        let begin = 9 * 48
        let repair = begin + 120
        let verdicts = Scenes.verdicts(
            Scenes.door(cycles: 13, seed: UInt64(seed)) { phase in
                let index = Int((phase * 48).rounded())
                return index >= begin && index < repair ? min(1, Double(index - begin) / 72) * 0.4 : 0
            }, Scenes.trips)
        // A ramp says so by little and little; its loudest word is a yellow alert for most.
        let first = try #require(verdicts[begin..<repair].firstIndex { $0.score >= 4 })
        #expect(verdicts[first].seen > verdicts[first].expected)
        // It may stand on the edge of the band while the ramp is young; from half way on it is away without a break.
        #expect(verdicts[max(first, begin + 36)..<repair].allSatisfy { $0.isOutside && $0.seen > $0.expected })
        #expect(verdicts[(repair + 4)...].allSatisfy { !$0.isOutside })
    }

    @Test("An alarmed departure is not absorbed: the expectation stays where it was")
    func expectationHolds() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 6, seed: 4) { $0 >= 3 && $0 < 5 ? -0.1 : 0 })
        let before = Scenes.verdicts(Scenes.pressure(cycles: 6, seed: 4))
        #expect(verdicts[289..<480].allSatisfy { $0.isOutside })
        for index in 289..<480 { #expect(abs(verdicts[index].expected - before[index].expected) < 0.02) }
        #expect(verdicts[484...].allSatisfy { !$0.isOutside })
    }

    @Test("After three cycles a new level is the new normal, and the old one a departure")
    func newNormal() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 12, seed: 4) { $0 >= 3 && $0 < 10 ? -0.1 : 0 })
        #expect(verdicts[289..<(289 + 280)].allSatisfy { $0.isOutside })
        #expect(verdicts[(288 + 300)..<960].allSatisfy { !$0.isOutside && !$0.isLoud })
        #expect(verdicts[960..<963].contains { $0.isLoud })
    }

    @Test("The same drop three days later is flagged again")
    func again() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 10, seed: 4) { ($0 >= 3.2 && $0 < 3.5) || ($0 >= 6.2 && $0 < 6.5) ? -0.1 : 0 })
        #expect(verdicts[308..<312].contains { $0.isLoud })
        #expect(verdicts[596..<600].contains { $0.isLoud })
    }

    @Test("A wild rise in noise is unrest of the asset")
    func unrest() {
        var random = SeededGenerator(77)
        var moments = Scenes.pressure(cycles: 8, seed: 7)
        for index in 600..<680 { moments[index].value += 0.05 * random.gaussian() }
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[600..<620].contains { $0.isLoud && $0.suspicion == .asset })
        #expect(!verdicts[..<600].contains { $0.isLoud })
    }

    @Test("One alarm per departure: echoes are held back unless they are much worse")
    func oneAlarm() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 6, seed: 9) { $0 >= 3 && $0 < 5 ? -0.1 : 0 })
        #expect(verdicts[288..<480].filter { $0.score > 0 }.count <= 3)
        #expect(verdicts[288..<480].filter { $0.rawScore > 0 }.count > 50)
    }
}
