import Lifeline

/// A reader of a journal file: it answers every question of `JournalReader` through its `JournalQueries`.
package protocol JournalFileReader: JournalReader {
    /// The prepared questions. *Throws*: `.other` after the file was closed.
    func queries() throws(JournalError) -> JournalQueries
}

extension JournalFileReader {
    /// See `JournalReader`, here and below.
    package func lastSequence() throws(JournalError) -> Sequence64 { try queries().lastSequence() }
    /// See `JournalReader`.
    package func firstSequence() throws(JournalError) -> Sequence64 { try queries().firstSequence() }
    /// See `JournalReader`.
    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        try queries().readings(from: sequence, body)
    }
    /// See `JournalReader`.
    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try queries().alerts(after: position, limit: limit)
    }
    /// See `JournalReader`.
    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { try queries().latestAlerts(limit: limit) }
    /// See `JournalReader`.
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try queries().cursor(lane) }
    /// See `JournalReader`.
    package func clockMarks() throws(JournalError) -> [ClockMark] { try queries().clockMarks() }
    /// See `JournalReader`.
    package func decisions(after sequence: Sequence64) throws(JournalError) -> [DecisionRecord] { try queries().decisions(after: sequence) }
    /// See `JournalReader`.
    package func seriesKeys() throws(JournalError) -> [SeriesID: String] { try queries().seriesKeys() }
    /// See `JournalReader`.
    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { try queries().rejected(limit: limit) }
    /// See `JournalReader`.
    package func deadLetters(limit: Int) throws(JournalError) -> [DeadLetter] { try queries().deadLetters(limit: limit) }
    /// See `JournalReader`.
    package func figures() throws(JournalError) -> JournalFigures { try queries().figures() }
    /// See `JournalReader`.
    package var isSalvaging: Bool { get throws(JournalError) { try queries().isSalvaging() } }
}
