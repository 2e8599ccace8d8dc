import Lifeline

/// The reading end of a journal. A SQLite journal gives any number of them, each on its own read-only connection.
///
/// Every call may throw `.damaged` when it meets a broken page; who holds the writing end then does as `JournalWriter` says.
/// *Isolation*: one thread per reader.
package protocol JournalReader: AnyObject {
    /// The newest reading's sequence; 0 when there is none. After damage the newest that may have been given out.
    func lastSequence() throws(JournalError) -> Sequence64
    /// The oldest reading still held; 0 when there is none.
    func firstSequence() throws(JournalError) -> Sequence64
    /// Calls `body` for each reading from `sequence` on, in order, until it returns false or the journal ends. A gap (retention, a damaged segment)
    /// is stepped over: the sequences given tell.
    func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError)
    /// At most `limit` alerts after `position`, oldest first.
    func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord]
    /// The newest `limit` alerts, newest first.
    func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord]
    func cursor(_ lane: Lane) throws(JournalError) -> UInt64
    /// How the clock stood, in the order of sequences; at most `ClockMark.limit`.
    func clockMarks() throws(JournalError) -> [ClockMark]
    /// The decisions after `sequence`, in the order of sequences; those that cannot be read are left out. Held are the newest `DecisionRecord.limit`, and
    /// more where no checkpoint covers them.
    func decisions(after sequence: Sequence64) throws(JournalError) -> [DecisionRecord]
    /// Every series by number.
    func seriesKeys() throws(JournalError) -> [SeriesID: String]
    /// The newest `limit` rejected messages, newest first.
    func rejected(limit: Int) throws(JournalError) -> [RejectedMessage]
    /// The newest `limit` messages that the platform will never take, newest first.
    func deadLetters(limit: Int) throws(JournalError) -> [DeadLetter]
    func figures() throws(JournalError) -> JournalFigures
    /// True while readings of a damaged predecessor are still being copied into their old places. The readings lane must wait, or it would pass
    /// them by; when it ends, ask for the lane's cursor anew. The alerts lane need not wait.
    var isSalvaging: Bool { get throws(JournalError) }
}

extension JournalReader {
    /// False: most journals have no damaged predecessor.
    package var isSalvaging: Bool { get throws(JournalError) { false } }
}

/// The writing end: there is exactly one for a journal.
///
/// When any call of this or of a reader throws `.damaged`, or `JournalCheck` complains, the file is broken and no call repairs it: close the writer
/// and all readers, open it again with `knownDamage` (see `SQLiteJournal.open`), and open new readers. What was not committed is asked of the
/// brokers again. *Isolation*: the intake thread.
package protocol JournalWriter: JournalReader {
    /// What happened to the file when it was opened that a person should know; nil when nothing did.
    var openingNote: String? { get }
    /// What age may take. May be set at any time, and counts from the next `maintain` on.
    var retention: RetentionPolicy { get set }
    /// The number of a series, given at first sight and durable with the next commit.
    func series(forKey key: String) throws(JournalError) -> SeriesID
    /// Makes the batch durable. Returns the sequence of its first reading (the next free one when it holds none). After a throw nothing of the
    /// batch is in the journal and the writer is usable again.
    func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64
    func checkpoint() throws(JournalError) -> Checkpoint?
    /// The receipts of the newest messages, oldest first, at most `limit`.
    func recentReceipts(limit: Int) throws(JournalError) -> [UInt64]
    /// Retention, salvage and WAL work; call it when nothing else is to be done. Returns true while more remains.
    ///
    /// `now` is the wall clock where it can be trusted; nil: nothing is dropped for its age.
    func maintain(now: Timestamp?) throws(JournalError) -> Bool
    /// Folds the WAL into the file and closes. The writer must not be used again.
    func close()
}

extension JournalWriter {
    /// `maintain` without a clock: space and number only.
    package func maintain() throws(JournalError) -> Bool { try maintain(now: nil) }
}
