import Journal
import Lifeline

/// What people have decided, as lines among the alerts.
struct DecisionView {
    let decision: Decision
    /// What the episode or the scope is of: the subject of its alert, or the asset; empty where neither is known.
    let subject: String
    let utcOffsetSeconds: Int

    /// `01-02 11:24:40         handled   manhole/MH-17   acknowledged by Li Wei: on my way`: in the columns of `AlertView.line`.
    func line(_ language: Language) -> String {
        let moment = CivilTime.rfc3339(decision.made, offsetSeconds: utcOffsetSeconds)
        let time = Terminal.paint("\(moment.dropFirst(5).prefix(5)) \(moment.dropFirst(11).prefix(8))", .grey)
        let head = "\(time)         \(Terminal.paint(Terminal.pad("handled", 9), .bold)) \(Terminal.pad(Terminal.plain(subject), 14))  "
        return head + Terminal.plain(sentence(language))
    }

    private func sentence(_ language: Language) -> String {
        let scope = [decision.rule, decision.sensor].filter { !$0.isEmpty }.joined(separator: " ")
        let until = decision.until.map {
            CivilTime.rfc3339($0, offsetSeconds: utcOffsetSeconds).prefix(16).split(separator: "T").joined(separator: " ")
        }
        switch language {
        case .en:
            let what = DecisionView.english[decision.act] ?? decision.act.rawValue
            return what + (scope.isEmpty ? "" : " \(scope)") + (until.map { " until \($0)" } ?? "") + " by \(decision.by): \(decision.reason)"
        case .zh:
            let what = DecisionView.chinese[decision.act] ?? decision.act.rawValue
            return what + (scope.isEmpty ? "" : " \(scope)") + (until.map { "（至 \($0)）" } ?? "") + "，\(decision.by)：\(decision.reason)"
        }
    }

    private static let english: [Decision.Act: String] = [
        .shelve: "shelved", .unshelve: "shelved no longer", .acknowledge: "acknowledged", .end: "ended", .maintain: "in maintenance",
        .resume: "maintenance done", .falseAlarm: "called a false alarm",
    ]
    private static let chinese: [Decision.Act: String] = [
        .shelve: "已搁置", .unshelve: "取消搁置", .acknowledge: "已确认", .end: "已解除", .maintain: "检修中", .resume: "检修结束", .falseAlarm: "判为误报",
    ]
}

/// The decisions of a journal, handed out between its alerts, each once and in the journal's order.
struct DecisionTrail {
    /// The journal's last word that was looked at. *Units*: sequence.
    private var last: Sequence64
    private var waiting: [(sequence: Sequence64, decision: Decision)] = []
    /// Whose episodes are whose: of the newest alerts, at most `limit`.
    private var subjects: [String: String] = [:]
    private static let limit = 4096
    private var utcOffsetSeconds = 0
    private let language: Language

    /// - Parameter after: decisions up to there are not shown.
    init(after: Sequence64, _ language: Language) { (last, self.language) = (after, language) }

    /// Learns what the journal has by now.
    mutating func learn(from reader: SQLiteJournalReader) throws(JournalError) {
        for record in try reader.decisions(after: last) {
            last = max(last, record.sequence)
            if let decision = Decision(bytes: record.body) { waiting.append((record.sequence, decision)) }
        }
    }

    mutating func learn(_ record: AlertRecord) {
        if subjects.count >= DecisionTrail.limit { subjects.removeAll(keepingCapacity: true) }
        subjects[record.episode] = record.subject
        if let offset = DecisionTrail.offset(ofDocument: record.body) { utcOffsetSeconds = offset }
    }

    /// The decisions that stand before an entry; nil: all that wait.
    mutating func lines(before sequence: Sequence64?) -> [String] {
        let count = sequence.map { end in waiting.prefix { $0.sequence < end }.count } ?? waiting.count
        defer { waiting.removeFirst(count) }
        return waiting.prefix(count).map { _, decision in
            let subject = subjects[decision.episode] ?? decision.asset
            return DecisionView(decision: decision, subject: subject, utcOffsetSeconds: utcOffsetSeconds).line(language)
        }
    }

    /// A journal does not say where it is; its documents do: `…+08:00`. *Units*: seconds.
    private static func offset(ofDocument body: [UInt8]) -> Int? {
        guard let text = JSONValue(body)?["recordedtime"].text, text.utf8.count >= 25 else { return nil }
        let tail = Array(text.utf8.suffix(6))
        func number(_ index: Int) -> Int { Int(tail[index] &- 48) }
        guard tail[0] == 43 || tail[0] == 45, tail[3] == 58, [1, 2, 4, 5].allSatisfy({ (48...57).contains(tail[$0]) }) else { return nil }
        let seconds = (number(1) * 10 + number(2)) * 3600 + (number(4) * 10 + number(5)) * 60
        return tail[0] == 45 ? -seconds : seconds
    }
}
