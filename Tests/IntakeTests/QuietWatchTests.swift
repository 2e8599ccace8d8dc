import Testing

@testable import Intake

@Suite("How long nothing may come")
struct QuietWatchTests {
    private let minute: Int64 = 60_000_000_000

    @Test("Each connection that brought nothing doubles the patience, up to a day")
    func patience() {
        var watch = QuietWatch(limit: 10 * minute)
        var (now, connected): (Int64, Int64) = (0, 0)
        var waits: [Int64] = []
        for _ in 0..<10 {
            while !watch.isOverdue(connected: connected, now: now) { now += minute }
            waits.append((now - connected) / minute)
            watch.renewed()
            connected = now
        }
        #expect(waits == [11, 21, 41, 81, 161, 321, 641, 1281, 1441, 1441])
    }

    @Test("A slow sensor does not bring the patience back, twenty messages in time do")
    func convincing() {
        var watch = QuietWatch(limit: 10 * minute)
        #expect(watch.isOverdue(connected: 0, now: 11 * minute))
        watch.renewed()
        for hour in Int64(1)...30 { watch.message(at: hour * 60 * minute) }
        let last = 30 * 60 * minute
        #expect(!watch.isOverdue(connected: 11 * minute, now: last + 11 * minute))
        for number in Int64(1)...20 { watch.message(at: last + number * minute) }
        #expect(!watch.isOverdue(connected: 11 * minute, now: last + 30 * minute))
        #expect(watch.isOverdue(connected: 11 * minute, now: last + 31 * minute))
    }

    @Test("A connection is given its own time, and where no interval is known nothing is ever overdue")
    func bounds() {
        var watch = QuietWatch(limit: 10 * minute)
        watch.message(at: 0)
        #expect(!watch.isOverdue(connected: 60 * minute, now: 69 * minute), "nothing could come before it stood")
        let never = QuietWatch(limit: .max)
        #expect(!never.isOverdue(connected: 0, now: .max))
    }
}
