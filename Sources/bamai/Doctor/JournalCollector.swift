import Doctor
import Gateway
import Glibc
import Journal
import Lifeline
import Linux

/// What a journal says of itself, read beside its gateway or without one.
struct JournalCollector: Sendable {
    var path: String
    var hasPlatform: Bool
    /// Entries that are looked through for the newest reading of a sensor; ticks of the gateway's own lie between.
    private static let depth: UInt64 = 20_000

    struct Facts: Sendable {
        var file: Answer<StorageFacts.JournalFile>
        var clock: Answer<TimeFacts.JournalClock>
        var newestReading: Answer<Int64?>
        var oldestAlert: Answer<Int64?>
        var oldestReading: Answer<Int64?>

        static func unknown(_ reason: Ignorance) -> Facts {
            Facts(
                file: .unknown(reason), clock: .unknown(reason), newestReading: .unknown(reason), oldestAlert: .unknown(reason),
                oldestReading: .unknown(reason))
        }
    }

    func facts() -> Facts {
        guard access(path, F_OK) == 0 else { return .unknown(SystemFile.ignorance(path)) }
        guard access(path, R_OK) == 0 else { return .unknown(SystemFile.ignorance(path)) }
        do throws(JournalError) {
            return try read(try SQLiteJournalReader.inspect(path: path))
        } catch {
            return .unknown(.failed(error.sentence))
        }
    }

    private func read(_ reader: SQLiteJournalReader) throws(JournalError) -> Facts {
        let figures = try reader.figures()
        let (first, last) = (try reader.firstSequence(), try reader.lastSequence())
        var span: Int64 = 0
        if first > 0, let begin = try received(first, reader), let end = try received(last, reader) { span = max(0, end - begin) }
        let now = Clocks.wallMicroseconds() / 1_000_000
        var starts: [UInt64: Int64] = [:]
        let marks = try reader.clockMarks()
        for mark in marks { starts[max(mark.sequence, first)] = try received(max(mark.sequence, first), reader) }
        let clock = TimeFacts.JournalClock(marks: marks, boot: Clocks.bootID(), first: first, last: last) { starts[$0] }
        let newest = try newestReading(reader, first, last)
        var (oldestAlert, oldestReading): (Int64?, Int64?) = (nil, nil)
        if hasPlatform {
            oldestAlert = try reader.alerts(after: try reader.cursor(.alerts), limit: 1).first.map {
                max(0, now - $0.recorded.microseconds / 1_000_000)
            }
            let cursor = try reader.cursor(.readings)
            if cursor < last { oldestReading = try received(max(cursor + 1, first), reader).map { max(0, now - $0) } }
        }
        return Facts(
            file: .known(
                StorageFacts.JournalFile(
                    bytes: figures.bytes, maxBytes: figures.maxBytes, span: span, lostForRoom: figures.dropped.unforwardedBySpace,
                    damagedSegments: figures.damagedSegments, isSalvaging: figures.salvage != nil)),
            clock: .known(clock), newestReading: .known(newest.map { max(0, now - $0) }), oldestAlert: .known(oldestAlert),
            oldestReading: .known(oldestReading))
    }

    /// *Units*: seconds since 1970 when the entry, or the next one that is there, was received.
    private func received(_ sequence: UInt64, _ reader: SQLiteJournalReader) throws(JournalError) -> Int64? {
        var moment: Int64?
        try reader.readings(from: sequence) { _, reading in
            moment = reading.received.microseconds / 1_000_000
            return false
        }
        return moment
    }

    private func newestReading(_ reader: SQLiteJournalReader, _ first: UInt64, _ last: UInt64) throws(JournalError) -> Int64? {
        guard first > 0 else { return nil }
        let start = last > first + JournalCollector.depth ? last - JournalCollector.depth : first
        var newest: Int64?
        try reader.readings(from: start) { _, reading in
            if reading.series != .tick { newest = reading.received.microseconds / 1_000_000 }
            return true
        }
        return newest
    }
}

/// The check of the journal's structure, for as long as there is time.
struct IntegrityCollector {
    private let check: JournalCheck
    private let call: Bounded<Answer<StorageFacts.Integrity>>

    init(path: String) {
        let check = JournalCheck(path: path)
        self.check = check
        call = Bounded("doctor-check") {
            guard access(path, R_OK) == 0 else { return .unknown(SystemFile.ignorance(path)) }
            switch check.inspect() {
            case .whole: return .known(.whole)
            case .damaged(let words): return .known(.damaged(words))
            case .cancelled: return .known(.unfinished)
            case .impossible(let error): return .unknown(.failed(error.sentence))
            }
        }
    }

    func answer(until deadline: Int64) -> Answer<StorageFacts.Integrity> {
        if let answer = call.value(until: deadline) { return answer }
        // An interrupted statement ends at once; the second wait is for that.
        check.cancel()
        return call.value(until: deadline + 500_000_000) ?? .known(.unfinished)
    }
}
