/// How the gateway's wall clock stood from one reading on.
///
/// A board without a clock battery starts somewhere in the past and is set right minutes or days later. Rows are never rewritten: these marks say what
/// the wall clock was worth, and times are put right whenever they are read or forwarded.
package struct ClockMark: Equatable, Sendable {
    /// The first reading it holds for. In a `CommitBatch`: that reading's index in the batch.
    package var sequence: Sequence64
    /// Which start of the board (`TimeSource.boot`).
    package var boot: String
    /// *Units*: microseconds: wall clock less the clock that never steps. Only differences within one boot mean something.
    package var offset: Int64
    /// Whether a time service kept the wall clock; nil: nobody could tell.
    package var isSynchronised: Bool?

    package init(sequence: Sequence64, boot: String, offset: Int64, isSynchronised: Bool?) {
        self.sequence = sequence
        self.boot = boot
        self.offset = offset
        self.isSynchronised = isSynchronised
    }

    /// Marks that a journal keeps: years of boots. Beyond it the oldest go, and with them what could be put right of the oldest readings.
    package static let limit = 1000
    /// Steps below this are not told apart from the measuring. *Units*: microseconds. A clock that jumps by a second each minute stays within one mark.
    package static let step: Int64 = 2_000_000

    /// Whether the clock has changed so much since this mark that a new one is needed.
    package func isOver(boot: String, offset: Int64, isSynchronised: Bool?) -> Bool {
        let (difference, overflow) = offset.subtractingReportingOverflow(self.offset)
        return boot != self.boot || isSynchronised != self.isSynchronised || overflow || difference.magnitude >= UInt64(ClockMark.step)
    }
}

/// How far a time of the gateway's own clock can be believed.
package enum ClockTrust: String, Sendable {
    /// The clock was kept by a time service, or nobody could tell.
    case synchronised
    /// The clock was wrong; the same boot learnt later by how much.
    case corrected
    /// The clock was not kept, and this boot never learnt the time (or has not yet).
    case unsynchronised
}

/// Puts the gateway's own times right, from the journal's clock marks. A pure function of them.
package struct ClockCorrection: Sendable {
    private struct Span: Sendable {
        var first: Sequence64
        var correction: Int64
        var trust: ClockTrust
    }

    private var spans: [Span] = []

    /// - Parameter marks: in the order of their sequences.
    package init(_ marks: [ClockMark] = []) {
        // The last synchronised mark of a boot wins over the first: a time service that was wrong at first has had time to notice.
        var truth: [String: Int64] = [:]
        for mark in marks where mark.isSynchronised == true { truth[mark.boot] = mark.offset }
        for mark in marks {
            if mark.isSynchronised != false {
                spans.append(Span(first: mark.sequence, correction: 0, trust: .synchronised))
            } else if let offset = truth[mark.boot] {
                spans.append(Span(first: mark.sequence, correction: offset &- mark.offset, trust: .corrected))
            } else {
                spans.append(Span(first: mark.sequence, correction: 0, trust: .unsynchronised))
            }
        }
    }

    /// What to add to a time of the gateway's clock that stands in the entry `sequence`. *Units*: microseconds. *Complexity*: logarithmic in the marks.
    package func correction(at sequence: Sequence64) -> (microseconds: Int64, trust: ClockTrust) {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].first <= sequence { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (0, .synchronised) }
        return (spans[low - 1].correction, spans[low - 1].trust)
    }

    /// The reading with its times put right: the time of receipt, and the observed one where that is the time of receipt.
    package func corrected(_ reading: Reading, at sequence: Sequence64) -> (reading: Reading, trust: ClockTrust) {
        let (microseconds, trust) = correction(at: sequence)
        guard microseconds != 0 else { return (reading, trust) }
        var result = reading
        result.received = Timestamp(microseconds: reading.received.microseconds &+ microseconds)
        if !reading.flags.isDisjoint(with: [.timeOfReceipt, .clockRefused]) {
            result.observed = Timestamp(microseconds: reading.observed.microseconds &+ microseconds)
        }
        return (result, trust)
    }
}
