import Diagnosis
import Journal
import Lifeline

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
        if let objection = diagnosisObjection(to: decision) { return .refused(objection) }
        appendDecision(completed(decision))
        try commit(sources)
        return .taken(judgedSequence)
    }
}
