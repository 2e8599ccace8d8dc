import GatewayTesting
import Testing

@testable import Pulse

@Suite("Suspicions of the sensor")
struct SensorSuspicionTests {
    @Test("The first sample after a silence says that data is missing, and the baseline is unharmed", arguments: [2.0, 24.0, 504.0])
    func gap(hours: Double) {
        var moments = Scenes.pressure(cycles: 8, seed: 31) { $0 >= 6.5 && $0 < 6.9 ? -0.1 : 0 }
        // Whole quarters of an hour are left out, so the wave goes on where the clock says.
        let missing = Int(hours * 4)
        moments = Scenes.pressure(cycles: 8 + hours / 24, seed: 31) { $0 >= 6.5 + hours / 24 && $0 < 6.9 + hours / 24 ? -0.1 : 0 }
        moments.removeSubrange(400..<(400 + missing))
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[400].feature == .missing && verdicts[400].suspicion == .sensor && verdicts[400].score > 0)
        #expect(verdicts[401..<620].allSatisfy { !$0.isLoud && !$0.isOutside })
        #expect(verdicts[624..<628].contains { $0.isLoud && $0.suspicion == .asset })
    }

    @Test("Late and repeated times make no gap")
    func lateTimes() {
        var moments = Scenes.pressure(cycles: 6, seed: 32)
        moments.swapAt(300, 301)
        moments[350].time = moments[349].time
        var late = moments[200]
        late.time -= 40
        moments.insert(late, at: 420)
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts.allSatisfy { $0.feature != .missing })
        #expect(!verdicts.contains { $0.isLoud })
    }

    @Test("A clock that was ahead for a while and is set back does not hide later silences for ever")
    func clockSetBack() {
        var moments = Scenes.pressure(cycles: 12, seed: 33)
        for index in 200..<210 { moments[index].time += 86_400 * 3650 }
        moments.removeSubrange(800..<900)
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[800].feature == .missing)
    }

    @Test("A device that is quiet every night is not missing every morning")
    func quietNights() {
        var random = SeededGenerator(34)
        var moments: [Moment] = []
        for day in 0..<20 {
            for trip in 0..<34 {
                moments.append(Moment(time: Scenes.start + Double(day) * 86_400 + Double(trip) * 1800, value: 2.8 + 0.08 * random.gaussian()))
            }
        }
        let verdicts = Scenes.verdicts(moments, Scenes.trips)
        let mornings = verdicts.indices.filter { verdicts[$0].feature == .missing }
        #expect(mornings.count <= 1, "\(mornings)")
    }

    @Test("A lone spike is the sensor's, told on the sample after it has returned", arguments: [1.0, -1.0, 30.0])
    func spike(height: Double) {
        var moments = Scenes.pressure(cycles: 5, seed: 35)
        moments[333].value += height
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[334].feature == .spike && verdicts[334].suspicion == .sensor && verdicts[334].score > 0)
        #expect(verdicts[334...].allSatisfy { !$0.isOutside })
        #expect(!verdicts[335...].contains { $0.isLoud })
    }

    @Test("A lone spike teaches nothing: without it, every later expectation is the same")
    func spikeTeachesNothing() {
        let plain = Scenes.pressure(cycles: 5, seed: 36)
        var spiked = plain
        spiked[333].value += 2
        let first = Scenes.verdicts(plain)
        let second = Scenes.verdicts(spiked)
        for index in 335..<plain.count { #expect(abs(first[index].expected - second[index].expected) < 0.003) }
    }

    @Test("A step that stays is no spike")
    func step() {
        let verdicts = Scenes.verdicts(Scenes.pressure(cycles: 5, seed: 37) { $0 >= 3 ? 0.2 : 0 })
        #expect(verdicts.allSatisfy { $0.feature != .spike && $0.suspicion != .sensor })
    }

    @Test("A value that repeats bit for bit, far longer than ever, is a stuck sensor; when it moves again all is well")
    func stuck() throws {
        var moments = Scenes.pressure(cycles: 8, seed: 38)
        for index in 500..<560 { moments[index].value = moments[500].value }
        let verdicts = Scenes.verdicts(moments)
        let first = try #require(verdicts[500..<560].firstIndex { $0.suspicion == .sensor && $0.score > 0 })
        #expect(verdicts[first].feature == .flat)
        #expect(verdicts[first].since == moments[500].time)
        #expect(verdicts[first..<560].allSatisfy { $0.isOutside && $0.suspicion == .sensor })
        let later = (566..<verdicts.count).filter { verdicts[$0].isOutside || verdicts[$0].score > 0 }
        #expect(later.isEmpty, "\(later) \(later.first.map { verdicts[$0] } as Any)")
    }

    @Test("States, counters, constants and coarse values raise neither flat lines nor calm nor unrest", arguments: 0..<5)
    func naturallyStill(kind: Int) {
        for seed in 1...20 {
            var random = SeededGenerator(UInt64(100 * kind + seed))
            var counter = 0.0
            var state = 0.0
            let moments = (0..<(96 * 14)).map { index -> Moment in
                let value: Double
                switch kind {
                case 0: value = 7
                case 1:
                    if random.below(30) == 0 { state = 1 - state }
                    value = state
                case 2:
                    // Water is drawn by day only.
                    if index % 96 > 24 { counter += Double(random.below(4)) }
                    value = counter
                case 3: value = 12 + 0.5 * Double(random.below(3))
                default:
                    // A tilt in tenths of a degree that mostly stands still.
                    if random.below(10) == 0 { state = 0.1 * Double(random.below(4)) }
                    value = state
                }
                return Moment(time: Scenes.start + Double(index) * 900, value: value)
            }
            let wrong = Scenes.verdicts(moments).filter { [.flat, .spreadUp, .spreadDown].contains($0.feature) && $0.rawScore > 0 }
            #expect(wrong.isEmpty, "kind \(kind), seed \(seed): \(wrong.count)")
        }
    }

    @Test("A constant that changes is a departure of the asset")
    func constantChanges() {
        let moments = (0..<400).map { Moment(time: Scenes.start + Double($0) * 900, value: $0 < 300 ? 7 : 8) }
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[..<300].allSatisfy { $0.score == 0 && !$0.isOutside && $0.expected == 7 })
        #expect(verdicts[300].score > 0 && verdicts[300].suspicion == .asset)
    }
}
