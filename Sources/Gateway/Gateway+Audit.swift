import Journal
import Lifeline

extension Gateway {
    /// Makes changes of the board durable, each once, and has them forwarded with the alerts.
    ///
    /// - Throws: the store's failure; nothing is recorded then.
    package func record(_ entries: [AuditEntry]) throws(JournalError) {
        guard !storage.isRefusing else { throw storage.problem ?? .other("the store refuses") }
        let gateway = configuration.plan.gateway
        var batch = CommitBatch()
        for entry in entries.prefix(Gateway.alertsPerCommit) {
            batch.alerts.append(
                AlertRecord(
                    id: entry.id, episode: entry.id, kind: AlertRecord.auditKind, level: 0, subject: "gateway/" + gateway, sensor: "",
                    rule: entry.act,
                    sequence: judgedSequence, recorded: entry.made,
                    body: entry.cloudEvent(gateway: gateway, sequence: judgedSequence, utcOffsetSeconds: configuration.plan.utcOffsetSeconds)))
        }
        guard !batch.isEmpty else { return }
        _ = try journal.commit(batch)
    }
}
