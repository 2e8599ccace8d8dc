import HTTP
import Lifeline
import MQTT

/// Asks a platform by HTTPS for decisions: one long poll after the other, each from the number of the newest that is durable here.
///
/// `GET {path}?gateway=gw7&after=41&wait=30` is answered with a JSON array of decisions that have a greater `sequence`, in its order, or, after at most
/// `wait` seconds, with an empty one or 204.
struct DecisionPoll {
    /// What an answer means for its owner.
    enum Step: Equatable {
        /// To be offered to the gateway, and answered before the next poll.
        case offers([DecisionOffer])
        /// The platform is there and has none.
        case nothing
        /// It has no such path: it makes no decisions.
        case refused
        case failed(String)
    }

    /// *Units*: seconds for which the platform may hold a poll.
    static let waitSeconds = 30
    /// *Units*: bytes of one answer.
    static let answerLimit = 256 << 10
    /// *Units*: nanoseconds between the beginnings of two polls that brought nothing: a platform that does not wait is not asked all the time.
    static let spacing: Int64 = 5_000_000_000
    /// A platform that has no such path may have one later. *Units*: nanoseconds.
    static let refusedFor: Int64 = 3_600_000_000_000

    private let path: String
    private let gateway: String
    private var backoff: Backoff
    private var started: Int64 = 0
    private var after: UInt64 = 0
    private var nextAt: Int64 = 0
    /// Offers were made and are not answered yet.
    private var isAnswerDue = false
    var request: HTTPClient.Identifier?

    init(path: String, gateway: String, seed: UInt64) {
        self.path = path
        self.gateway = gateway
        backoff = Backoff(base: 1, ceiling: 300, seed: seed)
    }

    func isDue(_ now: Int64) -> Bool { request == nil && !isAnswerDue && now >= nextAt }
    /// *Units*: monotonic nanoseconds; `.max`: not before something happens.
    var due: Int64 { request == nil && !isAnswerDue ? nextAt : .max }

    /// The next poll, from the newest durable number on.
    mutating func begin(after number: UInt64, _ now: Int64) -> HTTPRequest {
        // Should it not come about, it is tried again after a second.
        (started, after, nextAt) = (now, number, now + 1_000_000_000)
        return HTTPRequest(
            path: "\(path)?gateway=\(gateway)&after=\(number)&wait=\(DecisionPoll.waitSeconds)",
            headers: [HTTPRequest.Header(name: "Accept", value: "application/json")], answerLimit: DecisionPoll.answerLimit, isWhole: true,
            patienceMilliseconds: DecisionPoll.waitSeconds * 1000)
    }

    /// The gateway has answered: the offers are durable, or they are not.
    mutating func answered(_ areDurable: Bool, _ now: Int64) {
        isAnswerDue = false
        nextAt = areDurable ? now : now + backoff.next()
    }

    mutating func ended(_ outcome: HTTPOutcome, _ now: Int64) -> Step {
        request = nil
        guard case .answer(let answer) = outcome else {
            nextAt = now + backoff.next()
            guard case .failure(let words) = outcome else { return .nothing }
            return .failed(words)
        }
        switch answer.status {
        case 200: return take(answer.body, now)
        case 204:
            backoff.reset()
            nextAt = max(now, started + DecisionPoll.spacing)
            return .nothing
        case 404, 405, 410, 501:
            nextAt = now + DecisionPoll.refusedFor
            return .refused
        default:
            let own = backoff.next()
            nextAt = now + (answer.retryAfter.map { Int64(min($0, HTTPSVerdict.longestRetryAfter)) * 1_000_000_000 + own % 1_000_000_000 } ?? own)
            return .failed("decisions: the platform answers \(answer.status)")
        }
    }

    private mutating func take(_ body: [UInt8], _ now: Int64) -> Step {
        guard let items = DecisionList.items(body, limit: DecisionOffer.limit) else {
            nextAt = now + backoff.next()
            return .failed("decisions: the platform's answer is no list")
        }
        if items.isEmpty {
            backoff.reset()
            nextAt = max(now, started + DecisionPoll.spacing)
            return .nothing
        }
        let offers = items.map { item in
            DecisionOffer(bytes: Array(item.prefix(DecisionOffer.bytesKept)), number: UInt64(max(0, JSONValue(item)?["sequence"].count ?? 0)))
        }
        // Without a greater number the same would come again at once, for ever.
        guard offers.contains(where: { $0.number > after }) else {
            nextAt = now + backoff.next()
            return .failed("decisions: the platform's list has no sequence above \(after)")
        }
        backoff.reset()
        isAnswerDue = true
        return .offers(offers)
    }
}
