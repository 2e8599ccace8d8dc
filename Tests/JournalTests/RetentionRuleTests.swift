import Journal
import Lifeline
import Testing

@Suite("Retention")
struct RetentionRuleTests {
    private func rule(_ used: Int64, cursor: UInt64, checkpoint: UInt64, pressure: Bool = false) -> RetentionRule {
        RetentionRule(used: used, capacity: 100, readingsCursor: cursor, checkpoint: checkpoint, isUnderPressure: pressure)
    }

    @Test("drops nothing while there is room")
    func room() {
        #expect(rule(85, cursor: 1000, checkpoint: 1000).drop(first: 1, count: 10) == nil)
        #expect(rule(0, cursor: 0, checkpoint: 0, pressure: true).drop(first: 1, count: 10) == nil)
    }

    @Test("above the low mark drops what is forwarded and judged, and nothing else")
    func lowMark() {
        #expect(rule(86, cursor: 10, checkpoint: 10).drop(first: 1, count: 10) == .init(forwarded: 10, unforwarded: 0, unjudged: 0))
        #expect(rule(86, cursor: 9, checkpoint: 10).drop(first: 1, count: 10) == nil)
        #expect(rule(86, cursor: 10, checkpoint: 9).drop(first: 1, count: 10) == nil)
        #expect(rule(95, cursor: 0, checkpoint: 0).drop(first: 1, count: 10) == nil)
    }

    @Test("above the high mark drops the oldest, and says what is lost")
    func highMark() {
        #expect(rule(96, cursor: 4, checkpoint: 7).drop(first: 1, count: 10) == .init(forwarded: 4, unforwarded: 6, unjudged: 3))
        #expect(rule(96, cursor: 0, checkpoint: 0).drop(first: 501, count: 10) == .init(forwarded: 0, unforwarded: 10, unjudged: 10))
    }

    @Test("under pressure drops the oldest above the low mark already")
    func pressure() {
        #expect(rule(86, cursor: 0, checkpoint: 0, pressure: true).drop(first: 1, count: 10) == .init(forwarded: 0, unforwarded: 10, unjudged: 10))
    }

    @Test("survives a capacity of nothing and the ends of the sequence")
    func ends() {
        let empty = RetentionRule(used: 5, capacity: 0, readingsCursor: .max, checkpoint: .max)
        #expect(empty.drop(first: .max, count: 1) == .init(forwarded: 1, unforwarded: 0, unjudged: 0))
    }

    @Test("says of age only what is past the horizon, acknowledged and judged")
    func age() {
        let moment = Timestamp(unixSeconds: 1000)
        func isOutOfDate(_ received: Int64, cursor: UInt64, checkpoint: UInt64, horizon: Timestamp? = moment) -> Bool {
            RetentionRule(used: 0, capacity: 100, readingsCursor: cursor, checkpoint: checkpoint, horizon: horizon)
                .isOutOfDate(first: 1, count: 10, receivedMax: Timestamp(unixSeconds: received))
        }
        #expect(isOutOfDate(999, cursor: 10, checkpoint: 10))
        #expect(!isOutOfDate(1000, cursor: 10, checkpoint: 10))
        #expect(!isOutOfDate(999, cursor: 9, checkpoint: 10))
        #expect(!isOutOfDate(999, cursor: 10, checkpoint: 9))
        #expect(!isOutOfDate(999, cursor: 10, checkpoint: 10, horizon: nil))
    }

    @Test("has a horizon only with an age and a clock, and none in the future")
    func horizon() {
        let now = Timestamp(unixSeconds: 1000)
        #expect(RetentionPolicy.horizon(.seconds(10), now) == Timestamp(unixSeconds: 990))
        #expect(RetentionPolicy.horizon(.seconds(-10), now) == now)
        #expect(RetentionPolicy.horizon(nil, now) == nil)
        #expect(RetentionPolicy.horizon(.seconds(10), nil) == nil)
    }
}
