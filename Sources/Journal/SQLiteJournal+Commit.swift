import Lifeline

extension SQLiteJournal {
    /// One transaction, one `fdatasync`, one segment row for each `readingsPerSegment` readings.
    ///
    /// *Throws*: `.full` (call `maintain` until it returns false, then try again), `.medium`, `.damaged`, `.busy`; `.other` for a batch beyond the
    /// limits of this type. *Complexity*: no allocation for each reading.
    package func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64 {
        let store = try store()
        guard !batch.isEmpty || !pendingSeries.isEmpty else { return nextSequence }
        try check(batch)
        let first = nextSequence
        var position = nextPosition
        do throws(JournalError) {
            try store.transaction { () throws(JournalError) in
                for (id, key) in pendingSeries {
                    store.insertSeries.bind(1, Int64(id.rawValue))
                    store.insertSeries.bind(2, key)
                    try store.insertSeries.execute()
                }
                if !batch.readings.isEmpty { try insertSegments(batch.readings, store) }
                if !batch.receipts.isEmpty { try insert(receipts: batch.receipts, store) }
                if !batch.rejected.isEmpty { try insert(rejected: batch.rejected, store) }
                for alert in batch.alerts where try insert(alert, at: position, store) { position += 1 }
                for (lane, position) in batch.cursors {
                    store.setCursor.bind(1, lane.rawValue)
                    store.setCursor.bind(2, position)
                    try store.setCursor.execute()
                }
                if let checkpoint = batch.checkpoint { try set(checkpoint, store) }
                if !batch.clock.isEmpty { try insert(marks: batch.clock, store) }
                if !batch.decisions.isEmpty { try insert(decisions: batch.decisions, store) }
                if !batch.deadLetters.isEmpty { try insert(deadLetters: batch.deadLetters, store) }
            }
        } catch {
            if case .full = error { noteFull(store) }
            throw error
        }
        accept(batch, position)
        // Only where nobody calls `maintain`: a commit should not pay for a checkpoint.
        if Int64(store.connection.walFrames) * store.pageSize > 4 * Self.walBytes { _ = try? store.connection.checkpoint(.passive) }
        return first
    }

    private func check(_ batch: CommitBatch) throws(JournalError) {
        guard batch.readings.count <= Self.readingsPerCommitLimit else { throw .other("a batch of \(batch.readings.count) readings") }
        guard batch.receipts.count <= Self.readingsPerCommitLimit else { throw .other("a batch of \(batch.receipts.count) receipts") }
        guard batch.alerts.count <= Self.alertsPerCommitLimit else { throw .other("a batch of \(batch.alerts.count) alerts") }
        for alert in batch.alerts where alert.body.count > Self.alertBytesLimit { throw .other("an alert of \(alert.body.count) bytes") }
        for decision in batch.decisions {
            guard decision.body.count <= DecisionRecord.bytesLimit else { throw .other("a decision of \(decision.body.count) bytes") }
            guard decision.sequence < UInt64(batch.readings.count) else { throw .other("a decision without an entry") }
        }
        if let checkpoint = batch.checkpoint, checkpoint.body.count > Self.checkpointBytesLimit {
            throw .other("a checkpoint of \(checkpoint.body.count) bytes")
        }
    }

    /// The batch is durable: what is kept in memory follows.
    private func accept(_ batch: CommitBatch, _ position: UInt64) {
        pendingSeries.removeAll(keepingCapacity: true)
        commits += 1
        if !batch.readings.isEmpty {
            nextSequence += UInt64(batch.readings.count)
            ordinal += UInt64(Self.segments(of: batch.readings.count))
        }
        alertsHeld += position - nextPosition
        nextPosition = position
        receiptsHeld += UInt64(batch.receipts.count)
        for (lane, position) in batch.cursors { cursors[lane] = position }
        if let checkpoint = batch.checkpoint {
            checkpointOrdinal += 1
            checkpointSequence = checkpoint.sequence
        }
    }

    private static func segments(of readings: Int) -> Int { (readings + readingsPerSegment - 1) / readingsPerSegment }

    private func insertSegments(_ readings: [Reading], _ store: JournalStore) throws(JournalError) {
        for number in 0..<Self.segments(of: readings.count) {
            let start = number * Self.readingsPerSegment
            try insertSegment(readings[start..<min(readings.count, start + Self.readingsPerSegment)], number, store)
        }
    }

    private func insertSegment(_ readings: ArraySlice<Reading>, _ number: Int, _ store: JournalStore) throws(JournalError) {
        encoder.encode(readings)
        let statement = store.insertSegment
        statement.bind(1, nextSequence + UInt64(readings.startIndex))
        statement.bind(2, Int64(readings.count))
        statement.bind(3, ordinal + UInt64(number) + 1)
        statement.bind(4, commits + 1)
        statement.bind(5, encoder.receivedRange.lowerBound.microseconds)
        statement.bind(6, encoder.receivedRange.upperBound.microseconds)
        try statement.execute(binding: encoder.bytes, at: 7)
    }

    private func insert(receipts: [UInt64], _ store: JournalStore) throws(JournalError) {
        ReceiptCodec.encode(receipts, into: &receiptBytes, scratch: &receiptSteps)
        store.insertReceipts.bind(1, Int64(receipts.count))
        try store.insertReceipts.execute(binding: receiptBytes, at: 2)
    }

    private func insert(rejected: [RejectedMessage], _ store: JournalStore) throws(JournalError) {
        // Those before would fall out of the ring at once.
        for message in rejected.suffix(Self.rejectedLimit) {
            let statement = store.insertRejected
            statement.bind(1, message.received.microseconds)
            statement.bind(2, Self.cut(message.broker))
            statement.bind(3, Self.cut(message.topic))
            statement.bind(4, Self.cut(message.cause))
            try statement.execute(binding: Array(message.sample.prefix(RejectedMessage.sampleLimit)), at: 5)
        }
        store.trimRejected.bind(1, Int64(Self.rejectedLimit))
        try store.trimRejected.execute()
    }

    private func insert(marks: [ClockMark], _ store: JournalStore) throws(JournalError) {
        for mark in marks {
            let statement = store.insertMark
            statement.bind(1, nextSequence + mark.sequence)
            statement.bind(2, Self.cut(mark.boot))
            statement.bind(3, mark.offset)
            if let isSynchronised = mark.isSynchronised { statement.bind(4, Int64(isSynchronised ? 1 : 0)) }
            try statement.execute()
        }
        store.trimMarks.bind(1, Int64(ClockMark.limit))
        try store.trimMarks.execute()
    }

    private func insert(decisions: [DecisionRecord], _ store: JournalStore) throws(JournalError) {
        for decision in decisions {
            store.insertDecision.bind(1, nextSequence + decision.sequence)
            store.insertDecision.bind(2, Int64(decision.body.withUnsafeBytes { CRC32C.shared.checksum($0) }))
            try store.insertDecision.execute(binding: decision.body, at: 3)
        }
        store.trimDecisions.bind(1, Int64(DecisionRecord.limit))
        try store.trimDecisions.execute()
    }

    private func insert(deadLetters: [DeadLetter], _ store: JournalStore) throws(JournalError) {
        for letter in deadLetters.suffix(DeadLetter.limit) {
            let statement = store.insertDeadLetter
            statement.bind(1, letter.made.microseconds)
            statement.bind(2, letter.lane.rawValue)
            statement.bind(3, letter.position)
            statement.bind(4, Self.cut(letter.event))
            statement.bind(5, Self.cut(letter.cause))
            statement.bind(6, Self.cut(letter.reason))
            try statement.execute()
        }
        store.trimDeadLetters.bind(1, Int64(DeadLetter.limit))
        try store.trimDeadLetters.execute()
        try store.set(.deadLetters, try store.queries.counter(.deadLetters) &+ UInt64(deadLetters.count))
    }

    /// A text of a stranger, at most as long as a sample.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > RejectedMessage.sampleLimit else { return text }
        // A character cut in two becomes U+FFFD.
        return String(decoding: text.utf8.prefix(RejectedMessage.sampleLimit - 3), as: UTF8.self)
    }

    /// Returns false when an alert of this id is there already.
    private func insert(_ alert: AlertRecord, at position: UInt64, _ store: JournalStore) throws(JournalError) -> Bool {
        bind(alert, at: position, store.insertAlert)
        try store.insertAlert.execute(binding: alert.body, at: SQLiteJournal.alertBodyParameter)
        return store.connection.changes == 1
    }

    /// The parameter of an alert's body in `JournalStore.insertAlert`.
    static let alertBodyParameter: Int32 = 12

    /// Binds all but the body.
    func bind(_ alert: AlertRecord, at position: UInt64, _ statement: SQLiteStatement) {
        statement.bind(1, position)
        statement.bind(2, alert.id)
        statement.bind(3, alert.episode)
        statement.bind(4, alert.kind)
        statement.bind(5, Int64(alert.level))
        statement.bind(6, alert.subject)
        statement.bind(7, alert.sensor)
        statement.bind(8, alert.rule)
        statement.bind(9, alert.sequence)
        statement.bind(10, alert.recorded.microseconds)
        statement.bind(11, Int64(alert.body.withUnsafeBytes { CRC32C.shared.checksum($0) }))
    }

    /// The two newest checkpoints are kept: should one be unreadable, the one before costs only a longer replay.
    private func set(_ checkpoint: Checkpoint, _ store: JournalStore) throws(JournalError) {
        let statement = store.setCheckpoint
        statement.bind(1, Int64((checkpointOrdinal + 1) % 2))
        statement.bind(2, checkpointOrdinal + 1)
        statement.bind(3, checkpoint.sequence)
        statement.bind(4, checkpoint.revision)
        statement.bind(5, Int64(checkpoint.body.withUnsafeBytes { CRC32C.shared.checksum($0) }))
        try statement.execute(binding: checkpoint.body, at: 6)
    }

    /// The newest checkpoint whose checksum fits its body.
    package func checkpoint() throws(JournalError) -> Checkpoint? {
        let store = try store()
        var slots: [Int64] = []
        do {
            defer { store.checkpointSlots.reset() }
            while try store.checkpointSlots.step() { slots.append(store.checkpointSlots.integer(0)) }
        }
        let statement = store.checkpointIn
        for slot in slots {
            defer { statement.reset() }
            statement.bind(1, slot)
            guard try statement.step() else { continue }
            let body = statement.bytes(3)
            guard Int64(body.withUnsafeBytes { CRC32C.shared.checksum($0) }) == statement.integer(2) else { continue }
            return Checkpoint(sequence: statement.unsigned(0), revision: statement.text(1), body: body)
        }
        return nil
    }

    package func recentReceipts(limit: Int) throws(JournalError) -> [UInt64] {
        let statement = try store().receiptsNewest
        defer { statement.reset() }
        let wanted = min(max(0, limit), Self.receiptLimit)
        var newestFirst: [UInt64] = []
        while newestFirst.count < wanted, try statement.step() {
            // A row that is none has nothing to tell a redelivery by; that is no reason not to start.
            let receipts = statement.withBytes(2) { try? ReceiptCodec.decode($0, count: statement.unsigned(1)) } ?? []
            newestFirst += receipts.suffix(wanted - newestFirst.count).reversed()
        }
        return newestFirst.reversed()
    }
}
