/// What a gateway tells its platform of a decision that came from there: that it is in force, or why it is not.
///
/// It goes up among the alerts, and like them it is a function of the journal: the same decision gives the same id, however often it is told.
package struct HandlingEcho: Equatable, Sendable {
    /// What became of the decision.
    package enum Outcome: Equatable, Sendable {
        case applied(Decision)
        /// The decision's id, why it is not in force in a word and in a sentence, and the episode that it was about, where that could be read.
        case refused(id: String, cause: String, reason: String, episode: String)
    }

    package var outcome: Outcome
    package var gateway: String
    /// `manhole/MH-17`, or the gateway itself where the decision names nothing that it knows.
    package var subject: String
    /// When it was taken or refused.
    package var made: Timestamp
    /// The entry that the decision stands at; of a refusal the newest one.
    package var sequence: Sequence64

    package init(_ outcome: Outcome, gateway: String, subject: String?, made: Timestamp, sequence: Sequence64) {
        self.outcome = outcome
        self.gateway = gateway
        self.subject = subject ?? "gateway/" + gateway
        self.made = made
        self.sequence = sequence
    }

    /// `applied` or `refused`.
    package var name: String { if case .applied = outcome { "applied" } else { "refused" } }

    package var episode: String {
        switch outcome {
        case .applied(let decision): decision.episode
        case .refused(_, _, _, let episode): episode
        }
    }

    /// `gw7-handling-5f0c2b9a01234567`: derived from the gateway, the decision's id and the outcome, and from nothing else.
    package var id: String {
        var hash = StableHash()
        hash.combine(gateway)
        switch outcome {
        case .applied(let decision): hash.combine(decision.id)
        case .refused(let id, _, _, _): hash.combine(id)
        }
        hash.combine(name)
        let digits = String(hash.value, radix: 16)
        return "\(gateway)-handling-" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// A CloudEvents 1.0 document of type `cn.bamai.handling.applied` or `….refused`. *Range*: below 6 KiB.
    package func cloudEvent(utcOffsetSeconds: Int) -> [UInt8] {
        let time = CivilTime.rfc3339(made, offsetSeconds: utcOffsetSeconds)
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai.handling." + name)
        json.member("subject", subject)
        json.member("time", time)
        json.member("datacontenttype", "application/json")
        json.member("recordedtime", time)
        json.member("sequence", Alert.padded(sequence))
        if !episode.isEmpty { json.member("correlationid", episode) }
        json.key("data")
        json.beginObject()
        json.member("gateway", gateway)
        json.member("outcome", name)
        switch outcome {
        case .applied(let decision):
            json.key("decision")
            decision.write(to: &json, utcOffsetSeconds: utcOffsetSeconds)
        case .refused(let id, let cause, let reason, _):
            json.key("decision")
            json.beginObject()
            json.member("id", id)
            json.endObject()
            json.member("cause", cause)
            json.member("reason", reason)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
