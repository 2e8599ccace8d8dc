import Diagnosis
import Journal
import Lifeline

/// How far back a false alarm's episode is looked for among the alerts: so many pages of so many.
private let falseAlarmPages = 8
private let falseAlarmPage: UInt64 = 32

/// What became of a decision.
package enum DecisionAnswer: Equatable, Sendable {
    /// It is durable and in force, at this place of the journal.
    case taken(Sequence64)
    /// Why it is not taken; nothing was journalled.
    case refused(String)
}

extension Gateway {
    /// Takes a person's decision: checked, durable before the answer, in the order of the readings.
    ///
    /// - Throws: the store's failure; the decision is then not in force. Should the commit be there all the same, the next start says so.
    package func decide(_ decision: Decision, sources: [any Source]) throws(JournalError) -> DecisionAnswer {
        guard !storage.isRefusing else { throw storage.problem ?? .other("the store refuses") }
        try resumeReplay()
        var decision = decision
        decision.made = time.now
        decision = completed(decision)
        if let objection = diagnosisObjection(to: decision) { return .refused(objection) }
        appendDecision(decision)
        try commit(sources)
        return .taken(judgedSequence)
    }

    /// A decision with what the journal must remember of it: a false alarm's place and its worst value, from the detectors while the episode stands, else from
    /// the newest alerts.
    ///
    /// *Memory*: `falseAlarmPage` alerts.
    func completed(_ decision: Decision) -> Decision {
        var completed = diagnosisCompleted(decision)
        guard decision.act == .falseAlarm, completed.value == nil || completed.asset.isEmpty else { return completed }
        // Where the store cannot be read now, the decision goes without.
        var end = (try? journal.latestAlerts(limit: 1))?.first?.position ?? 0
        for _ in 0..<falseAlarmPages where end > 0 {
            let start = end > falseAlarmPage ? end - falseAlarmPage : 0
            let page = (try? journal.alerts(after: start, limit: Int(falseAlarmPage))) ?? []
            if let record = page.last(where: { $0.episode == decision.episode && !$0.isHandling }) {
                if completed.asset.isEmpty {
                    let asset = record.subject.split(separator: "/", maxSplits: 1).last.map { String($0) } ?? ""
                    (completed.asset, completed.rule, completed.sensor) = (asset, record.rule, record.sensor)
                }
                completed.value = JSONValue(record.body)?.find(["data", "bamai", "evidence", "worst"]).number
                break
            }
            end = start
        }
        return completed
    }
}
