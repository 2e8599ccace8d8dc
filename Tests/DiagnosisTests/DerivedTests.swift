import Lifeline
import Testing

@testable import Diagnosis

@Suite("Derived quantities")
struct DerivedTests {
    /// Feeds (day, hour of the day, value) and gives what came out, with its index.
    private func run(_ feature: any DerivedFeature, _ samples: [(day: Double, hour: Double, value: Double)]) -> [(index: Int, value: Double)] {
        var feature = feature
        return samples.enumerated().compactMap { index, sample in
            feature.take(sample.value, at: sample.day * 86_400 + sample.hour * 3600).map { (index, $0) }
        }
    }

    @Test("Night flow is the least hour between two and four, said once when four has passed")
    func nightFlow() {
        let feature = LowestMean(window: 3600, from: 7200, to: 14_400, interval: 900)
        var samples: [(day: Double, hour: Double, value: Double)] = []
        for quarter in 0..<96 {
            let hour = Double(quarter) / 4
            // 2:30 to 3:30 is the quietest hour; noon would be lower, and does not count.
            samples.append((20_000, hour, hour >= 2.5 && hour < 3.5 ? 4 : hour >= 12 ? 1 : 9))
        }
        let values = run(feature, samples)
        #expect(values.map(\.index) == [16])
        #expect(values.map(\.value) == [4])
        // Half of a night's readings are too few.
        #expect(run(feature, samples.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)).isEmpty)
    }

    @Test("A night that ends without a later reading is said by the next day's first one")
    func nightAcrossAGap() {
        let feature = LowestMean(window: 3600, from: 7200, to: 14_400, interval: 900)
        let night = (8..<16).map { (day: 20_000.0, hour: Double($0) / 4, value: 3.0) }
        let values = run(feature, night + [(20_003, 2.5, 8)])
        #expect(values.map(\.index) == [8] && values.map(\.value) == [3])
    }

    @Test("The median of a period is exact for five values and close for a thousand values, deaf to spikes")
    func median() {
        let feature = PeriodMedian(period: 86_400, low: -.greatestFiniteMagnitude, high: .greatestFiniteMagnitude, interval: nil)
        let few = run(feature, [(10, 1, 5), (10, 2, 1), (10, 3, 4), (10, 4, 2), (10, 5, 3), (11, 0, 9)])
        #expect(few.map(\.value) == [3])
        var luck = UInt64(7)
        let many = (0..<1000).map { index -> (day: Double, hour: Double, value: Double) in
            luck = luck &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let uniform = Double(luck >> 11) / 9_007_199_254_740_992
            return (10, Double(index) * 0.02, index % 50 == 0 ? 1e6 : uniform)
        }
        let value = run(feature, many + [(11, 0, 0)]).last?.value ?? .nan
        #expect(abs(value - 0.51) < 0.04, "\(value): the spikes are 2 % of the values")
    }

    @Test("A filtered median looks at a pump's current only while it draws some")
    func duty() {
        let feature = PeriodMedian(period: 86_400, low: 0.5, high: .greatestFiniteMagnitude, interval: 60)
        var samples = (0..<100).map { (day: 10.0, hour: Double($0) * 0.1, value: $0 % 10 == 0 ? 12.0 : 0.0) }
        samples.append((11, 0, 0))
        #expect(run(feature, samples).map(\.value) == [12])
    }

    @Test("Cycles count swings of the amplitude, not the noise on them; the first, partial hour is not told")
    func cycles() {
        let feature = CycleCount(amplitude: 1, period: 3600)
        var samples: [(day: Double, hour: Double, value: Double)] = []
        for hour in 0..<4 {
            for step in 0..<12 {
                let isOn = step % 4 == 1 || step % 4 == 2
                samples.append((10, Double(hour) + Double(step) / 12, (isOn ? 1.2 : 0) + (step % 2 == 0 ? 0.1 : 0)))
            }
        }
        let values = run(feature, samples)
        #expect(values.map(\.index) == [24, 36])
        #expect(values.map(\.value) == [3, 3])
    }

    @Test("The share of hours counts hour means, over the last days only")
    func share() {
        let feature = ShareOfHours(low: 0.14, high: .greatestFiniteMagnitude, days: 2)
        var samples: [(day: Double, hour: Double, value: Double)] = []
        for day in 0..<5 {
            // Six hours too low on day 1, and lone low readings every day that no hour's mean follows.
            for quarter in 0..<96 {
                samples.append((Double(100 + day), Double(quarter) / 4, day == 1 && quarter < 24 ? 0.1 : quarter % 4 == 0 ? 0.12 : 0.3))
            }
        }
        let values = run(feature, samples).map(\.value)
        // Each value is told by the next day's first reading, when that day's first hour is still open.
        #expect(values.count == 4)
        #expect(values[0] == 0)
        #expect(abs(values[1] - 100.0 * 6 / 48) < 1e-9)
        #expect(abs(values[2] - 100.0 * 6 / 48) < 1e-9)
        #expect(values[3] == 0)
    }

    @Test("Faults per thousand trips count onsets, over so many days, once there are enough trips")
    func faultRate() {
        var feature = CounterShare(events: .onsets(1, 108), scale: 1000, days: 3, atLeast: 300)
        var values: [Double] = []
        var trips = 10_000.0
        for day in 0..<6 {
            for hour in 0..<20 {
                let local = Double(50 + day) * 86_400 + Double(hour) * 3600
                feature.takeCompanion(trips, at: local)
                trips += 10
                // Day 2 has two faults, one of them said twice; an event code is no fault.
                let code: Double = day == 2 && (hour == 5 || hour == 6) ? 2 : day == 2 && hour == 9 ? 4 : hour == 12 ? 140 : 0
                if let value = feature.take(code, at: local + 60) { values.append(value) }
            }
        }
        #expect(values.count == 4, "200 trips a day: the second day has enough")
        #expect(values[0] == 0)
        #expect(abs(values[1] - 1000 * 2.0 / 600) < 0.1)
        #expect(abs(values[3] - 1000 * 2.0 / 600) < 0.1, "day 2 is within the last three")
    }

    @Test("A counter survives a slip, and an exchange")
    func counter() {
        var counter = Counter()
        let growths = [100.0, 110, 3, 120, 5, 9, 12].map { value in counter.growth(value) }
        #expect(growths == [0, 10, 0, 10, 0, 4, 3])
    }

    @Test("What temperature explains is taken off; what it does not is left")
    func compensation() {
        var feature = Compensation(days: 30)
        var values: [Double] = []
        for day in 0..<120 {
            let temperature = 10 + 8 * Double(day % 17 - 8) / 8
            let drift = day >= 60 ? 0.5 * Double(day - 60) : 0
            for hour in 0..<4 {
                let local = Double(200 + day) * 86_400 + Double(hour) * 21_600
                feature.takeCompanion(temperature, at: local)
                if let value = feature.take(50 + 3 * temperature + drift, at: local) { values.append(value) }
            }
        }
        // The value of day n is told on day n + 1; the prior on the slope leaves a little of the temperature in.
        #expect(values.count == 89)
        #expect(values.prefix(30).allSatisfy { abs($0) < 1.5 }, "\(values.prefix(30).map { abs($0) }.max() ?? 0)")
        #expect(abs((values.last ?? 0) - 29) < 1.5)
    }

    @Test("A fall is measured from the highest of the window, and forgotten with it")
    func fall() {
        let feature = Excursion(window: 600, tells: .fall)
        let values = run(feature, [(1, 0, 0.4), (1, 0.05, 0.41), (1, 0.1, 0.3), (1, 0.15, 0.3), (1, 0.5, 0.3)]).map(\.value)
        #expect(zip(values, [0, 0, 0.11, 0.11, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
        let rises = run(Excursion(window: 600, tells: .rise), [(1, 0, 0.4), (1, 0.05, 0.2), (1, 0.1, 0.35)]).map(\.value)
        #expect(zip(rises, [0, 0, 0.15]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(run(Excursion(window: 600, tells: .highest), [(1, 0, 4), (1, 0.05, 2), (1, 0.1, 3), (1, 0.5, 1)]).map(\.value) == [4, 4, 4, 1])
    }

    @Test("A difference needs a companion that is not too old")
    func difference() {
        var feature = Difference(age: 3600)
        #expect(feature.take(80, at: 0) == nil)
        feature.takeCompanion(50, at: 10)
        #expect(feature.take(80, at: 20) == 30)
        #expect(feature.take(80, at: 4000) == nil)
    }

    @Test("Every feature goes on after a snapshot as if nothing had been, and refuses another's")
    func snapshots() throws {
        let methods: [Derivation.Method] = [
            .lowestMean(window: 3600, from: 7200, to: 14_400), .median(period: 86_400, low: -1e9, high: 1e9), .cycles(amplitude: 1, period: 3600),
            .shareOfHours(low: 0, high: 5, days: 7), .growth(per: "x", scale: 1, days: 3, atLeast: 1),
            .onsets(low: 3, high: 6, per: "x", scale: 1, days: 3, atLeast: 1), .compensated(by: "x", days: 5), .highest(window: 600),
            .fall(window: 600),
            .rise(window: 600), .difference(minus: "x", age: 3600),
        ]
        let quantity = Fixture.pressure
        for (index, method) in methods.enumerated() {
            let derivation = Derivation(quantity: quantity, assetClass: nil, source: "pressure", method: method)
            var straight = derivation.feature(interval: 600)
            var broken = derivation.feature(interval: 600)
            var outputs = 0
            for step in 0..<4000 {
                let local = 1e9 + Double(step) * 600
                let value = Double((step * 7919) % 101) / 10
                straight.takeCompanion(Double(step), at: local)
                broken.takeCompanion(Double(step), at: local)
                let (one, two) = (straight.take(value, at: local), broken.take(value, at: local))
                #expect(one == two)
                outputs += one == nil ? 0 : 1
                guard step % 97 == 0 else { continue }
                var writer = ByteWriter()
                broken.write(to: &writer)
                var again = derivation.feature(interval: 600)
                var reader = ByteReader(writer.bytes)
                let isWhole = again.read(from: &reader)
                #expect(isWhole && reader.remaining == 0)
                broken = again
                var short = ByteReader(Array(writer.bytes.dropLast()))
                let fits = again.read(from: &short)
                #expect(!fits)
            }
            #expect(outputs > 5, "method \(index) said something")
        }
    }

    @Test("A plan gets a sensor for what its assets can feed, and rules speak of it")
    func plan() throws {
        var plan = Fixture.plan(rules: [], quantities: [Fixture.pressure, Fixture.tilt])
        plan.derivations = [
            Derivation(quantity: Fixture.quantity("fall"), assetClass: nil, source: "pressure", method: .fall(window: 60)),
            Derivation(quantity: Fixture.quantity("rest"), assetClass: .lift, source: "pressure", method: .fall(window: 60)),
            Derivation(quantity: Fixture.quantity("less"), assetClass: nil, source: "pressure", method: .difference(minus: "tilt", age: 60)),
            Derivation(quantity: Fixture.quantity("none"), assetClass: nil, source: "pressure", method: .difference(minus: "flow", age: 60)),
        ]
        #expect(plan.includingDerived.sensors.map(\.id) == ["MH-17/pressure", "MH-17/tilt", "MH-17/pressure~fall", "MH-17/pressure~less"])
        plan.rules = [Fixture.rule("burst", quantity: "fall", levels: [(.red, 0.1)], deadband: 0.02)]
        var feeder = Feeder(plan)
        for value in [0.4, 0.4, 0.25, 0.25] { feeder.feed(value) }
        let alert = try #require(feeder.alerts.first)
        #expect(feeder.alerts.count == 1)
        #expect(alert.sensor == "MH-17/pressure~fall" && alert.sequence == 3)
        #expect(abs((alert.evidence.seen ?? 0) - 0.15) < 1e-12)
        #expect(alert.evidence.window.count == 3)
        feeder.tick(after: 3600)
        #expect(feeder.diagnosis.presence().total == 2, "what is reckoned is no sensor that could be silent")
    }
}
