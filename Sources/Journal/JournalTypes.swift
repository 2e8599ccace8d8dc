import Lifeline

/// What went wrong in the store. Values, not surprises: the gateway has a stated behaviour for each.
package enum JournalError: Error, Equatable, Sendable {
    /// The page cap or the file system is full.
    case full(String)
    /// The medium refuses writes or reads (I/O error, read-only remount).
    case medium(String)
    /// The file is no database, or a structure in it is broken.
    case damaged(String)
    /// Written by a newer Bamai.
    case tooNew(found: Int, known: Int)
    /// Another process holds the writing end.
    case busy(String)
    /// Anything else SQLite may say, in its words.
    case other(String)
}

/// What the uplink has been told is acknowledged, per lane.
package enum Lane: String, CaseIterable, Sendable {
    case alerts, readings
    /// The way down: the platform's own number of the newest decision that was taken or answered. Only a platform that numbers them moves it.
    case decisions
}

/// A message that the platform will never take: stepped over, so that the lane goes on, and told of.
package struct DeadLetter: Equatable, Sendable {
    /// When the journal took note of it.
    package var made: Timestamp
    package var lane: Lane
    /// The lane's position that it stood at: an alert's, or the last entry of a message of readings.
    package var position: UInt64
    /// The event's id: the alert's, or the readings' first and last entry.
    package var event: String
    /// `http-422`, `mqtt-0x95`, `too-large`.
    package var cause: String
    /// The platform's own words, as far as it had some; at most `reasonLimit` bytes.
    package var reason: String

    /// Those that are kept; the oldest fall out, and are still counted.
    package static let limit = 256
    /// *Units*: bytes.
    package static let reasonLimit = 512

    package init(made: Timestamp = .distantPast, lane: Lane, position: UInt64, event: String, cause: String, reason: String = "") {
        self.made = made
        self.lane = lane
        self.position = position
        self.event = event
        self.cause = cause
        self.reason = reason
    }
}

/// An alert as the journal keeps it: rendered once, sent as often as needed.
package struct AlertRecord: Equatable, Sendable {
    /// 1, 2, 3 … in the order of raising; what the alerts lane's cursor counts. 0 before it is committed.
    package var position: UInt64
    /// Unique: a second insertion of the same id is ignored.
    package var id: String
    package var episode: String
    package var kind: String
    package var level: UInt8
    /// `manhole/MH-17`.
    package var subject: String
    package var sensor: String
    package var rule: String
    /// The entry that caused it: by it the gateway's own times are put right (`ClockCorrection`).
    package var sequence: Sequence64
    /// Recorded time of the reading that caused it.
    package var recorded: Timestamp
    /// The CloudEvents document. Empty: the row is there and its document can no longer be read.
    package var body: [UInt8]

    package init(
        position: UInt64 = 0, id: String, episode: String, kind: String, level: UInt8, subject: String, sensor: String, rule: String,
        sequence: Sequence64 = 0, recorded: Timestamp, body: [UInt8]
    ) {
        self.position = position
        self.id = id
        self.episode = episode
        self.kind = kind
        self.level = level
        self.subject = subject
        self.sensor = sensor
        self.rule = rule
        self.sequence = sequence
        self.recorded = recorded
        self.body = body
    }
}

extension AlertRecord {
    /// What the kind of a record begins with that is no alert: the answer to a decision of the platform's, which goes up the same way.
    package static let handling = "handling."
    package var isHandling: Bool { kind.hasPrefix(AlertRecord.handling) }
    /// The kind of records that are no alerts but changes of the board, kept and told with the alerts: in the same order, under the same promises.
    package static let auditKind = "audit"

    /// Whether it is the record of a change, and no alert.
    package var isAudit: Bool { kind == AlertRecord.auditKind }
}

/// The state of everything that judges, after the reading `sequence`.
package struct Checkpoint: Equatable, Sendable {
    package var sequence: Sequence64
    /// The revision of the configuration it was made under.
    package var revision: String
    package var body: [UInt8]

    package init(sequence: Sequence64, revision: String, body: [UInt8]) {
        self.sequence = sequence
        self.revision = revision
        self.body = body
    }
}

/// A message that could not be read, kept for the maintainer (a bounded ring).
package struct RejectedMessage: Equatable, Sendable {
    package var received: Timestamp
    package var broker: String
    package var topic: String
    /// The decoder's cause, such as `not-json`.
    package var cause: String
    /// The first bytes; at most `RejectedMessage.sampleLimit`.
    package var sample: [UInt8]

    package static let sampleLimit = 512

    package init(received: Timestamp, broker: String, topic: String, cause: String, sample: [UInt8]) {
        self.received = received
        self.broker = broker
        self.topic = topic
        self.cause = cause
        self.sample = sample
    }
}

/// What a person has decided, at the place in the journal where it takes effect.
package struct DecisionRecord: Equatable, Sendable {
    /// The entry that it belongs to. In a batch: the index of that entry in the batch's readings.
    package var sequence: Sequence64
    /// See `Decision.bytes`.
    package var body: [UInt8]

    /// The newest that are kept in any case; those that no checkpoint covers are kept beyond it.
    package static let limit = 4096
    /// *Units*: bytes of one body.
    package static let bytesLimit = 4096

    package init(sequence: Sequence64, body: [UInt8]) {
        self.sequence = sequence
        self.body = body
    }
}

/// All that one COMMIT makes durable, together or not at all.
package struct CommitBatch: Sendable {
    package var readings: [Reading] = []
    /// One receipt for each QoS 1 message in the batch: by it a redelivery is known after a crash (see `JournalWriter.recentReceipts`).
    package var receipts: [UInt64] = []
    package var rejected: [RejectedMessage] = []
    package var alerts: [AlertRecord] = []
    /// Lane positions acknowledged by the platform.
    package var cursors: [Lane: UInt64] = [:]
    package var checkpoint: Checkpoint?
    /// How the clock stood from a reading of this batch on; the newest `ClockMark.limit` are kept in the file.
    package var clock: [ClockMark] = []
    /// Each belongs to a reading of this batch, in ascending order.
    package var decisions: [DecisionRecord] = []
    /// What the platform will never take; the newest `DeadLetter.limit` are kept in the file.
    package var deadLetters: [DeadLetter] = []

    package init() {}

    package var isEmpty: Bool {
        readings.isEmpty && receipts.isEmpty && rejected.isEmpty && alerts.isEmpty && cursors.isEmpty && checkpoint == nil && clock.isEmpty
            && decisions.isEmpty && deadLetters.isEmpty
    }

    /// Empties the batch and keeps its memory for the next one.
    package mutating func removeAll() {
        readings.removeAll(keepingCapacity: true)
        receipts.removeAll(keepingCapacity: true)
        rejected.removeAll(keepingCapacity: true)
        alerts.removeAll(keepingCapacity: true)
        cursors.removeAll(keepingCapacity: true)
        checkpoint = nil
        clock.removeAll(keepingCapacity: true)
        decisions.removeAll(keepingCapacity: true)
        deadLetters.removeAll(keepingCapacity: true)
    }
}
