import MQTT

/// When the gateway's own status goes to the platform: after a connection, then every few minutes; alerts always go first, and nothing of it is journalled.
///
/// A platform that does not want it must not cost an alert: what it refuses is not sent for an hour, and a connection that has ended twice in a row while a
/// status was on its way counts as a refusal.
struct StatusTurn {
    /// The MQTT topic; by HTTPS the path.
    let topic: String
    /// *Units*: nanoseconds between two.
    private let interval: Int64
    /// *Units*: monotonic nanoseconds; `.max`: not before a connection.
    private(set) var due: Int64 = .max
    private var isAsked = false
    private var document: [UInt8]?
    private(set) var isOnTheWay = false
    private var cutOff = 0
    private var refusedUntil: Int64 = .min
    /// Spreads what a thousand gateways send after a broker has come back.
    private var spread: Backoff

    /// *Units*: seconds within which the first status follows a connection.
    static let spreadSeconds: Int64 = 10
    /// *Units*: nanoseconds for which a platform that refused is not asked again.
    static let refusedFor: Int64 = 3_600_000_000_000
    /// *Units*: bytes of the longest that is sent; what the review desk takes.
    static let bytesLimit = 65_536

    /// - Parameters:
    ///   - intervalSeconds: *Range*: from 1.
    ///   - seed: for the spread.
    init(topic: String, intervalSeconds: Int, seed: UInt64) {
        self.topic = topic
        interval = Int64(intervalSeconds) * 1_000_000_000
        spread = Backoff(base: StatusTurn.spreadSeconds, ceiling: StatusTurn.spreadSeconds, seed: seed)
    }

    /// A connection has come about.
    mutating func began(_ now: Int64) {
        (isAsked, document, isOnTheWay) = (false, nil, false)
        due = max(refusedUntil, now + min(spread.next(), interval))
    }

    /// The connection is gone.
    mutating func ended(_ now: Int64) {
        if isOnTheWay {
            cutOff += 1
            if cutOff >= 2 { refusedUntil = now + StatusTurn.refusedFor }
        }
        (isAsked, document, isOnTheWay, due) = (false, nil, false, .max)
    }

    /// Whether the owner is to be asked for a document now; true once.
    mutating func mustAsk(_ now: Int64) -> Bool {
        guard now >= due, !isAsked, !isOnTheWay else { return false }
        isAsked = true
        return true
    }

    /// The owner has given one. A longer one than is taken is left out.
    mutating func given(_ bytes: [UInt8], _ now: Int64) {
        guard isAsked else { return }
        if bytes.count > StatusTurn.bytesLimit { return later(now) }
        document = bytes
    }

    /// What is to be sent now; nil: nothing. It is on its way then, until one of the following.
    mutating func take() -> [UInt8]? {
        guard let document else { return nil }
        (self.document, isOnTheWay) = (nil, true)
        return document
    }

    /// It has arrived.
    mutating func arrived(_ now: Int64) {
        cutOff = 0
        later(now)
    }

    /// The platform does not take it.
    mutating func refused(_ now: Int64) {
        refusedUntil = now + StatusTurn.refusedFor
        later(now)
    }

    /// It did not work, this time. *Units*: seconds that the platform asked for.
    mutating func failed(_ now: Int64, seconds: Int? = nil) {
        later(now)
        due = max(due, now + Int64(seconds ?? 0) * 1_000_000_000)
    }

    private mutating func later(_ now: Int64) {
        (isAsked, document, isOnTheWay) = (false, nil, false)
        due = max(refusedUntil, now + interval)
    }
}
