import Commissioning
import GatewayTesting
import Testing

@Suite("What a while of pulses says")
struct PulseSurveyTests {
    private static let ms: Int64 = 1_000_000

    /// Pulses of a contact that bounces up to `bounce` after each change.
    private static func contact(pulses: Int, period: Int64, width: Int64, bounce: Int64, seed: UInt64) -> [PulseSurvey.Edge] {
        var luck = SeededGenerator(seed: seed)
        var edges: [PulseSurvey.Edge] = []
        for index in 0..<pulses {
            for (start, isRising) in [(Int64(index) * period, true), (Int64(index) * period + width, false)] {
                var time = start
                edges.append(PulseSurvey.Edge(nanoseconds: time, isRising: isRising))
                guard bounce > 0 else { continue }
                for _ in 0..<Int.random(in: 0...3, using: &luck) {
                    for back in [!isRising, isRising] {
                        time += Int64.random(in: bounce / 20...bounce / 6, using: &luck)
                        edges.append(PulseSurvey.Edge(nanoseconds: time, isRising: back))
                    }
                }
            }
        }
        return edges
    }

    @Test("A contact that bounces: every pulse once, a debounce above the bounces and below the pulses", arguments: 1...20 as ClosedRange<UInt64>)
    func bouncing(seed: UInt64) throws {
        let survey = PulseSurvey(Self.contact(pulses: 50, period: 200 * Self.ms, width: 60 * Self.ms, bounce: 3 * Self.ms, seed: seed))
        #expect(survey.pulses == 50)
        #expect(survey.bounces > 0 && survey.bounces % 2 == 0)
        let debounce = try #require(survey.debounce)
        #expect(debounce > (survey.longestBounce ?? 0) && debounce <= 30 * Self.ms)
        #expect(abs((survey.rate ?? 0) - 5) < 0.01)
        #expect(survey.shortestInterval == 200 * Self.ms && survey.longestInterval == 200 * Self.ms)
        #expect(survey.maxHz == 10)
    }

    @Test("Bounces of every length up to what makers promise, with no gap among them, are bounces still")
    func spread() {
        var edges: [PulseSurvey.Edge] = []
        var (time, length): (Int64, Int64) = (0, 100_000)
        for _ in 0..<20 {
            for isRising in [true, false] {
                edges.append(PulseSurvey.Edge(nanoseconds: time, isRising: isRising))
                for back in [!isRising, isRising] {
                    time += length
                    // Each three times the one before, from a tenth of a millisecond to eight.
                    length = length > 5 * Self.ms ? 100_000 : length * 3
                    edges.append(PulseSurvey.Edge(nanoseconds: time, isRising: back))
                }
                // And lasting levels begin where three times that would be.
                time += 25 * Self.ms
            }
        }
        let survey = PulseSurvey(edges)
        #expect(survey.pulses == 20 && survey.bounces == 80)
        #expect((survey.debounce ?? 0) > (survey.longestBounce ?? .max))
    }

    @Test("A clean signal has no bounces, and the debounce is no more than what its levels bear")
    func clean() {
        let survey = PulseSurvey(Self.contact(pulses: 100, period: 2 * Self.ms, width: Self.ms, bounce: 0, seed: 1))
        #expect(survey.pulses == 100 && survey.bounces == 0 && survey.longestBounce == nil)
        #expect(survey.debounce == 200_000)
        #expect(survey.maxHz == 1000)
    }

    @Test("Short pulses with long pauses are pulses, whether they bounce or not")
    func narrow() {
        // 5 ms of every minute: the gap is large, and still nothing bounces.
        let clean = PulseSurvey(Self.contact(pulses: 5, period: 60_000 * Self.ms, width: 5 * Self.ms, bounce: 0, seed: 1))
        #expect(clean.pulses == 5 && clean.bounces == 0)
        #expect(clean.debounce == Self.ms)
        let bouncing = PulseSurvey(Self.contact(pulses: 50, period: 2000 * Self.ms, width: 10 * Self.ms, bounce: Self.ms, seed: 1))
        #expect(bouncing.pulses == 50 && bouncing.bounces > 0)
        #expect((bouncing.debounce ?? 0) > (bouncing.longestBounce ?? .max))
    }

    @Test("Little or nothing says little or nothing")
    func few() {
        #expect(PulseSurvey([]).pulses == 0 && PulseSurvey([]).debounce == nil && PulseSurvey([]).rate == nil)
        let one = PulseSurvey([PulseSurvey.Edge(nanoseconds: 5, isRising: true)])
        #expect(one.pulses == 1 && one.rate == nil && one.maxHz == nil && one.shortestLevel == nil)
        let falling = PulseSurvey([PulseSurvey.Edge(nanoseconds: 5, isRising: false)])
        #expect(falling.pulses == 0)
    }
}
