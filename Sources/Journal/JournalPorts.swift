import Lifeline

/// The reading end of a journal. A SQLite journal gives any number of them, each on its own read-only connection.
///
/// *Isolation*: one thread per reader.
package protocol JournalReader: AnyObject {
    /// The newest reading's sequence; 0 when there is none.
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
    /// Every series by number.
    func seriesKeys() throws(JournalError) -> [SeriesID: String]
    /// The newest `limit` rejected messages, newest first.
    func rejected(limit: Int) throws(JournalError) -> [RejectedMessage]
    func figures() throws(JournalError) -> JournalFigures
}

/// The writing end: there is exactly one for a journal.
///
/// *Isolation*: the intake thread.
package protocol JournalWriter: JournalReader {
    /// What happened to the file when it was opened that a person should know; nil when nothing did.
    var openingNote: String? { get }
    /// The number of a series, given at first sight and durable with the next commit.
    func series(forKey key: String) throws(JournalError) -> SeriesID
    /// Makes the batch durable. Returns the sequence of its first reading (the next free one when it holds none). After a throw nothing of the
    /// batch is in the journal and the writer is usable again.
    func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64
    func checkpoint() throws(JournalError) -> Checkpoint?
    /// The receipts of the newest messages, oldest first, at most `limit`.
    func recentReceipts(limit: Int) throws(JournalError) -> [UInt64]
    /// Retention and WAL work; call it when nothing else is to be done. Returns true while more remains.
    func maintain() throws(JournalError) -> Bool
    /// Folds the WAL into the file and closes. The writer must not be used again.
    func close()
}
