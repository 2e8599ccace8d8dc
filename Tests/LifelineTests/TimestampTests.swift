import GatewayTesting
import Lifeline
import Testing

@Suite("Moments and durations")
struct TimestampTests {
    @Test("Moments are ordered by their microseconds, and the ends are the ends")
    func order() {
        let moments = [Timestamp.distantPast, Timestamp(microseconds: -1), Timestamp(microseconds: 0), Timestamp(unixSeconds: 1), .distantFuture]
        #expect(moments.sorted() == moments)
        #expect(Timestamp(unixSeconds: -2).microseconds == -2_000_000)
        #expect(Timestamp(unixSeconds: .min) == .distantPast)
        #expect(Timestamp(microseconds: 1_500_000).secondsSinceEpoch == 1.5)
        #expect(Timestamp(microseconds: -500_000).secondsSinceEpoch == -0.5)
    }

    @Test("Moving saturates at the end that it moves to")
    func moving() {
        #expect(Timestamp(microseconds: 5).advanced(byMicroseconds: -7).microseconds == -2)
        #expect(Timestamp.distantFuture.advanced(byMicroseconds: 1) == .distantFuture)
        #expect(Timestamp.distantPast.advanced(byMicroseconds: -1) == .distantPast)
        #expect(Timestamp.distantPast.advanced(byMicroseconds: .max).microseconds == -1)
        #expect(Timestamp.distantFuture.advanced(byMicroseconds: .min).microseconds == -1)
        #expect(Timestamp(microseconds: 0).advanced(by: .seconds(Int64.max)) == .distantFuture)
        #expect(Timestamp(microseconds: 0).advanced(by: .seconds(Int64.min)) == .distantPast)
    }

    @Test("A difference is the way back, and saturates", arguments: 0..<20)
    func differences(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<200 {
            let first = Timestamp(microseconds: Int64(bitPattern: generator.next()) >> 1)
            let second = Timestamp(microseconds: Int64(bitPattern: generator.next()) >> 1)
            let difference = second.microseconds(since: first)
            #expect(first.advanced(byMicroseconds: difference) == second, "seed \(seed)")
            #expect((difference < 0) == (second < first))
            #expect(first.microseconds(since: second) == -difference)
        }
        #expect(Timestamp.distantPast.microseconds(since: .distantFuture) == .min)
        #expect(Timestamp.distantPast.microseconds(since: .distantPast) == 0)
        #expect(Timestamp(microseconds: 0).microseconds(since: .distantPast) == .max)
    }

    @Test("Durations lose what is finer than a microsecond, toward zero on both sides")
    func durations() {
        #expect(Duration.nanoseconds(1_999).wholeMicroseconds == 1)
        #expect(Duration.nanoseconds(-1_999).wholeMicroseconds == -1)
        #expect(Duration.nanoseconds(-999).wholeMicroseconds == 0)
        #expect((Duration.seconds(-1) - .nanoseconds(999_999_999)).wholeMicroseconds == -1_999_999)
        #expect(Duration.seconds(Int64.max).wholeMicroseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == .min)
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.milliseconds(-1500).inSeconds == -1.5)
        // The last whole second that fits, and the first that does not.
        #expect(Duration.seconds(9_223_372_036_854).wholeMicroseconds == 9_223_372_036_854_000_000)
        #expect(Duration.seconds(9_223_372_036_855).wholeMicroseconds == .max)
        #expect((Duration.seconds(9_223_372_036_854) + .milliseconds(999)).wholeMicroseconds == .max)
    }
}
