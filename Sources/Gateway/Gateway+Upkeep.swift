import Journal
import Lifeline

extension Gateway {
    /// Receipts that a source takes over from a journal: more than a broker may have in flight.
    package static let receiptsRemembered = 8192

    /// Checkpoints, cursors and retention, when the line has nothing else to do.
    ///
    /// - Throws: the store's failure; nothing acknowledged is lost by it.
    package func upkeep(_ sources: [any Source]) throws(JournalError) {
        guard !storage.isRefusing, isIdle else { return }
        if checkpointIsDue {
            try writeCheckpoint()
            _ = try maintain()
        } else if cursorsAreOld {
            try commit(sources)
        } else if upkeepIsDue {
            _ = try maintain()
        }
    }

    /// Opens the journal of a gateway whose store stays broken anew, and lets a new gateway go on from its checkpoint.
    ///
    /// An open descriptor of a file that was unplugged, remounted or damaged is of no more use. The old gateway is: its journal is closed, and when this
    /// throws it waits for the next attempt.
    ///
    /// - Parameters:
    ///   - sources: they learn what the journal remembers: a commit whose sync failed was taken back here, and may be there all the same.
    ///   - exists: whether there is a file. Where a card is not mounted there is an empty folder, and a journal begun in it would be out of sight as soon
    ///     as the card is back.
    ///   - damage: what a check has found: the file is set aside without another look.
    ///   - open: opens the file, and sets it aside when it is damaged. Its parameters are those of `SQLiteJournal.open`.
    package static func reopened(
        after old: Gateway, sources: [any Source], exists: Bool, damage: String? = nil,
        open: (_ checkedAtOpenBytes: Int64, _ knownDamage: String?) throws(JournalError) -> any JournalWriter
    ) throws(JournalError) -> Gateway {
        old.journal.close()
        do throws(JournalError) {
            guard exists else { throw .medium("\(old.configuration.journal.path) is gone; a restart of bamaid would begin a new one") }
            let journal = try open(old.storage.isDamaged ? .max : SQLiteJournal.checkedAtOpenBytes, damage ?? old.storage.persistentDamage)
            let last = try journal.lastSequence()
            guard journal.openingNote != nil || last >= old.judgedSequence else {
                journal.close()
                throw .medium("\(old.configuration.journal.path) is an older journal than the one that was open; a restart would go on with it")
            }
            let made = try Gateway(configuration: old.configuration, journal: journal, time: old.time)
            made.takesOver(old)
            made.onAlert = old.onAlert
            let receipts = try journal.recentReceipts(limit: Gateway.receiptsRemembered)
            for source in sources { source.restore(receipts: receipts) }
            return made
        } catch {
            old.noteReopening(error)
            throw error
        }
    }
}
