import Decode
import Diagnosis
import Journal
import Lifeline
import Uplink

/// Why a decision from the platform is not in force.
package enum DecisionRefusal: String, CaseIterable, Sendable {
    /// No JSON document, or one that says no known act, or has no id by which a second copy would be known.
    case malformed
    /// It is for another gateway.
    case foreign
    /// It came too late, by its own word.
    case expired
    /// It does not say who, why, or about what.
    case incomplete
    /// No such episode, asset, rule or sensor here.
    case unknownAlert = "unknown_alert"
    /// An entrapment ends only by a competent person at the lift.
    case notCompetent = "not_competent"
    /// It is understood, and cannot be done now.
    case notApplicable = "not_applicable"
}

/// What has been counted of decisions from the platform since the daemon started.
package struct PlatformDecisionFigures: Equatable, Sendable {
    package var taken: UInt64 = 0
    /// Copies of what stands in the journal already.
    package var duplicates: UInt64 = 0
    package var refused: [DecisionRefusal: UInt64] = [:]
    /// Refusals that the platform was not told of one by one, because there were too many.
    package var unanswered: UInt64 = 0
    package init() {}
}

/// The newest ids of decisions that are in the journal, so that each is taken once however often it comes.
///
/// *Limit*: twice `DecisionRecord.limit`; the journal itself keeps fewer.
struct KnownDecisions {
    private var ids: Set<String> = []
    private var order: [String] = []

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func insert(_ id: String) {
        guard !id.isEmpty, ids.insert(id).inserted else { return }
        order.append(id)
        guard order.count > 2 * DecisionRecord.limit else { return }
        for old in order.prefix(DecisionRecord.limit) { ids.remove(old) }
        order.removeFirst(DecisionRecord.limit)
    }
}

/// How many refusals the platform is told of one by one: a person decides a few times a minute, a flood of rubbish must not become a flood of answers.
///
/// *Range*: `perMinute`; beyond, they are counted.
struct RefusalBudget {
    static let perMinute = 60
    private var minute: Int64 = .min
    private var taken = 0

    /// - Parameter monotonicNanoseconds: now.
    mutating func take(_ monotonicNanoseconds: Int64) -> Bool {
        let current = monotonicNanoseconds / 60_000_000_000
        if current != minute { (minute, taken) = (current, 0) }
        taken += 1
        return taken <= RefusalBudget.perMinute
    }
}

extension Gateway {
    /// Takes decisions that came from the platform: each checked, and durable with its answer before this returns, so that they may be acknowledged then.
    ///
    /// A copy of what is known is taken for done. What is not taken is counted, and the platform is told why, among the alerts.
    ///
    /// - Throws: the store's failure. Then none of them may be acknowledged; those that were durable before are known when they come again.
    package func take(_ offers: [DecisionOffer], sources: [any Source]) throws(JournalError) {
        guard !storage.isRefusing else { throw storage.problem ?? .other("the store refuses") }
        try resumeReplay()
        for offer in offers {
            switch offer.bytes.withUnsafeBytes({ self.examined($0) }) {
            case .taken(let decision):
                appendDecision(decision)
                noteNumber(offer.number)
                try commit(sources)
                decisionFigures.taken += 1
            case .duplicate:
                decisionFigures.duplicates += 1
                noteNumber(offer.number)
            case .refused(let cause, let reason, let frame):
                decisionFigures.refused[cause, default: 0] += 1
                refuse(offer, cause, reason, frame)
                noteNumber(offer.number)
            }
        }
        try commit(sources)
    }

    private enum Examined {
        case taken(Decision)
        case duplicate
        case refused(DecisionRefusal, String, DecisionReader.Frame?)
    }

    private func examined(_ bytes: UnsafeRawBufferPointer) -> Examined {
        let (offset, now) = (configuration.plan.utcOffsetSeconds, time.now)
        let reader = DecisionReader()
        if let objection = reader.parse(bytes) { return .refused(.malformed, objection, nil) }
        let frame = reader.frame(utcOffsetSeconds: offset)
        if frame.id.isEmpty { return .refused(.malformed, "id is missing", frame) }
        if knownDecisions.contains(frame.id) { return .duplicate }
        let own = configuration.plan.gateway
        if !frame.gateway.isEmpty && frame.gateway != own { return .refused(.foreign, "this is gateway \(own), not \(frame.gateway)", frame) }
        // While nobody has set the clock, nothing is too late.
        if let expires = frame.expires, expires <= now, time.isSynchronised != false { return .refused(.expired, "it has expired", frame) }
        switch reader.decision(now: now, utcOffsetSeconds: offset) {
        case .refused(let reason): return .refused(.malformed, reason, frame)
        case .decision(let decision):
            if let objection = decision.objection { return .refused(.incomplete, objection, frame) }
            if decision.act == .end && !frame.isCompetent {
                return .refused(.notCompetent, "only a competent person at the place may end it; the platform must vouch for that (competent)", frame)
            }
            let whole = completed(decision)
            guard let objection = diagnosisObjection(to: whole) else { return .taken(whole) }
            return .refused(isUnknown(whole) ? .unknownAlert : .notApplicable, objection, frame)
        }
    }

    /// Tells the platform, within the limit; what has no id to be told by is kept as a sample.
    private func refuse(_ offer: DecisionOffer, _ cause: DecisionRefusal, _ reason: String, _ frame: DecisionReader.Frame?) {
        if cause == .malformed { noteMalformed(offer.bytes, topic: configuration.platform?.decisionsTopic ?? "") }
        guard let frame, !frame.id.isEmpty else { return }
        guard refusals.take(time.monotonicNanoseconds) else {
            decisionFigures.unanswered += 1
            return
        }
        let echo = HandlingEcho(
            .refused(id: frame.id, cause: cause.rawValue, reason: reason, episode: frame.episode), gateway: configuration.plan.gateway, subject: nil,
            made: time.now, sequence: judgedSequence)
        appendEcho(AlertRecord(echo, utcOffsetSeconds: configuration.plan.utcOffsetSeconds))
    }
}

extension AlertRecord {
    /// The record of an echo, which goes up among the alerts.
    init(_ echo: HandlingEcho, utcOffsetSeconds: Int) {
        self.init(
            id: echo.id, episode: echo.episode, kind: AlertRecord.handling + echo.name, level: 0, subject: echo.subject, sensor: "", rule: "",
            sequence: echo.sequence, recorded: echo.made, body: echo.cloudEvent(utcOffsetSeconds: utcOffsetSeconds))
    }
}
