/// When a connection on which nothing comes is made anew.
///
/// Brokers have been seen that keep a session, answer its pings and deliver nothing of its queue, until the client comes again or they are restarted. Where
/// it is the sensors that are silent, a new connection costs nothing but itself, and each one that was in vain doubles the patience, up to a day.
struct QuietWatch {
    /// *Units*: nanoseconds.
    private static let longest: Int64 = 86_400_000_000_000
    /// Messages in a row, none of them late, after which the broker is believed again.
    private static let convincing = 20

    /// *Units*: nanoseconds without a message that a connection may last at first; `.max`: nothing is expected here.
    let limit: Int64
    private var patience: Int64
    /// *Units*: monotonic nanoseconds; nil before the first message.
    private var heard: Int64?
    private var inTime = 0

    init(limit: Int64) { (self.limit, patience) = (limit, limit) }

    /// A message has come.
    mutating func message(at now: Int64) {
        if let heard, now - heard <= limit {
            inTime += 1
            if inTime >= QuietWatch.convincing { patience = limit }
        } else {
            inTime = 0
        }
        heard = now
    }

    /// *Units*: nanoseconds that a connection that stands since `connected` has brought nothing.
    func quiet(connected: Int64, now: Int64) -> Int64 { now - max(connected, heard ?? connected) }

    /// Whether that is too long.
    func isOverdue(connected: Int64, now: Int64) -> Bool { limit != .max && quiet(connected: connected, now: now) > patience }

    /// It is made anew.
    mutating func renewed() {
        patience = max(patience, min(2 * patience, QuietWatch.longest))
        inTime = 0
    }
}
