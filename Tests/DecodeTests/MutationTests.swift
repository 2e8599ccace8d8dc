import GatewayTesting
import Lifeline
import Testing

@testable import Decode

@Suite("Broken messages")
struct MutationTests {
    /// Changes a few bytes: overwritten, removed, doubled, cut, followed by the end of another message, or replaced by what parsers stumble over.
    static func mutate(_ original: [UInt8], _ other: [UInt8] = [], _ generator: inout SeededGenerator) -> [UInt8] {
        let fragments = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "1e999", "-", "99999999999999999999", "\\ud800", "NaN", "\u{0}", "e", ".", "*",
        ]
        let raw: [[UInt8]] = [
            [0xff, 0xfe], [0xc0, 0x80], [UInt8](repeating: 0xff, count: 11), [UInt8](repeating: UInt8(ascii: "["), count: 40),
            Array(String(repeating: "9", count: 400).utf8), [0x12, 0x80, 0x80, 0x80, 0x80, 0x08],
        ]
        var payload = original
        for _ in 0...generator.below(4) {
            if payload.isEmpty { payload = [123] }
            let place = generator.below(payload.count)
            switch generator.below(8) {
            case 0: payload[place] = UInt8(truncatingIfNeeded: generator.next())
            case 1: payload.remove(at: place)
            case 2: payload.insert(contentsOf: payload[place..<min(payload.count, place + generator.below(9))], at: generator.below(payload.count))
            case 3: payload.removeSubrange(place..<min(payload.count, place + generator.below(20)))
            case 4: payload.insert(contentsOf: fragments[generator.below(fragments.count)].utf8, at: place)
            case 5: payload.insert(contentsOf: raw[generator.below(raw.count)], at: place)
            case 6: if !other.isEmpty { payload.replaceSubrange(place..., with: other[generator.below(other.count)...]) }
            default: payload[place] ^= 1 << UInt8(generator.below(8))
            }
        }
        return payload
    }

    @Test(
        "Ten thousand mutated messages of each format never crash, give finite values only, and every one is counted",
        arguments: PayloadFormat.allCases)
    func mutated(format: PayloadFormat) throws {
        let seed = UInt64(20_260_102)
        var generator = SeededGenerator(seed: seed)
        let cases = try DecodeCase.all().filter { $0.format == format && !$0.payload.isEmpty }
        var totals = DecodeFigures()
        for (number, folder) in cases.enumerated() {
            var decoder = Decoder(plan: try folder.plan())
            let received = try folder.moment(folder.arrival.received)
            let sensorCount = try folder.sensors().count
            for earlier in folder.before { _ = DecodeFixture.run(&decoder, earlier.payload, topic: earlier.topic, received: received) }
            let start = decoder.figures
            let rounds = 10_000 / cases.count + (number < 10_000 % cases.count ? 1 : 0)
            var accepted: UInt64 = 0
            var refused: UInt64 = 0
            var ignored: UInt64 = 0
            var count: UInt64 = 0
            var refusals = 0
            for _ in 0..<rounds {
                // Now and then what came before is broken too: births and deaths.
                let earlier = folder.before.isEmpty || generator.below(8) > 0 ? nil : folder.before[generator.below(folder.before.count)]
                let payload = MutationTests.mutate(
                    earlier?.payload ?? folder.payload, cases[generator.below(cases.count)].payload, &generator)
                let (readings, report) = DecodeFixture.run(&decoder, payload, topic: earlier?.topic ?? folder.arrival.topic, received: received)
                #expect(readings.allSatisfy { $0.value.isFinite && (0..<sensorCount).contains($0.sensor) }, "seed \(seed), \(folder.testDescription)")
                #expect(report.readings == readings.count)
                #expect((report.refusals > 0) == (report.rejection != nil))
                count += UInt64(readings.count)
                refusals += report.refusals
                if report.rejection != nil { refused += 1 } else if report.isIgnored { ignored += 1 } else { accepted += 1 }
            }
            let figures = decoder.figures
            #expect(figures.messages == start.messages + UInt64(rounds) && figures.readings == start.readings + count)
            #expect(figures.acceptedMessages == start.acceptedMessages + accepted && figures.refusedMessages == start.refusedMessages + refused)
            #expect(figures.ignored == start.ignored + ignored)
            #expect(figures.messages == figures.acceptedMessages + figures.refusedMessages + figures.ignored)
            #expect(figures.refusals.reduce(0) { $0 + $1.1 } == start.refusals.reduce(0) { $0 + $1.1 } + UInt64(refusals))
            totals.messages += UInt64(rounds)
            totals.acceptedMessages += accepted
            totals.refusedMessages += refused
            totals.readings += count
            // The decoder is none the worse for it.
            guard format != .sparkplugB || folder.begins else { continue }
            for earlier in folder.before { _ = DecodeFixture.run(&decoder, earlier.payload, topic: earlier.topic, received: received) }
            let (readings, _) = DecodeFixture.run(&decoder, folder.payload, topic: folder.arrival.topic, received: received)
            #expect(readings == (try folder.expectedReadings()), "seed \(seed), \(folder.testDescription)")
        }
        #expect(totals.messages == 10_000)
        // The mutations must reach both sides of the door, or they would test nothing.
        #expect(totals.refusedMessages > 1500 && totals.acceptedMessages > 300 && totals.readings > 300, "seed \(seed)")
    }

    @Test("Every prefix of every case is decoded without a crash")
    func prefixes() throws {
        for folder in try DecodeCase.all() {
            var decoder = Decoder(plan: try folder.plan())
            let received = try folder.moment(folder.arrival.received)
            for length in 0...folder.payload.count {
                let (readings, _) = DecodeFixture.run(&decoder, Array(folder.payload.prefix(length)), topic: folder.arrival.topic, received: received)
                #expect(readings.allSatisfy { $0.value.isFinite })
            }
            let figures = decoder.figures
            #expect(figures.messages == UInt64(folder.payload.count + 1))
            #expect(figures.messages == figures.acceptedMessages + figures.refusedMessages + figures.ignored)
        }
    }

    @Test("Random bytes and random topics are only counted")
    func noise() {
        var generator = SeededGenerator(seed: 77)
        var decoder = Decoder(plan: DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])], topic: "+/+/#"))
        for _ in 0..<2000 {
            let payload = (0..<generator.below(200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let topic = String(decoding: (0..<generator.below(30)).map { _ in UInt8(33 + generator.below(90)) }, as: UTF8.self)
            let (readings, _) = DecodeFixture.run(&decoder, payload, topic: topic)
            #expect(readings.isEmpty)
        }
        let figures = decoder.figures
        #expect(figures.messages == 2000 && figures.refusedMessages + figures.acceptedMessages == 2000)
        #expect(figures.refusals(for: .unmatchedTopic) > 500)
    }
}
