import Lifeline

/// Reads a decision as programs write it: at the control socket today, from the review desk tomorrow.
///
/// `{"act":"shelve","asset":"MH-17","rule":"cover.tilt","sensor":"","episode":"","until":"2026-01-02T18:00","for_s":3600,"reason":"…","by":"…"}`:
/// ids that are missing are empty; the end is `until` (without an offset: the site's local time) or `for_s`, seconds from now.
package struct DecisionReader: ~Copyable {
    private let parser = JSONParser()
    private let lexicon: Lexicon
    private let paths: [String: Lexicon.Path]
    private static let names = ["act", "asset", "rule", "sensor", "episode", "until", "for_s", "reason", "by"]
    /// *Units*: bytes of one document.
    package static let bytesLimit = 4096

    package init() {
        var lexicon = Lexicon()
        var paths: [String: Lexicon.Path] = [:]
        for name in DecisionReader.names { paths[name] = lexicon.path([name]) }
        (self.lexicon, self.paths) = (lexicon, paths)
    }

    /// What came of reading: a decision that has still to be checked against the site, or why there is none.
    package enum Outcome: Equatable, Sendable {
        case decision(Decision)
        case refused(String)
    }

    /// Reads one document. `now` is when the decision is taken.
    package func read(_ bytes: UnsafeRawBufferPointer, now: Timestamp, utcOffsetSeconds: Int) -> Outcome {
        guard bytes.count <= DecisionReader.bytesLimit else { return .refused("a decision has at most \(DecisionReader.bytesLimit) bytes") }
        if let cause = parser.parse(bytes) { return .refused("the decision is no JSON document (\(cause.rawValue))") }
        for name in DecisionReader.names where name != "for_s" {
            let kind = value(name).kind
            if kind != .absent && kind != .null && kind != .text { return .refused("\(name) must be a text") }
        }
        let name = text("act")
        guard let act = Decision.Act(rawValue: name) else {
            return .refused("unknown act \"\(name.prefix(40))\"; known: \(Decision.Act.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var until: Timestamp?
        let (written, length) = (text("until"), value("for_s"))
        if !written.isEmpty {
            guard length.isMissing else { return .refused("write until or for_s, not both") }
            guard let moment = CivilTime.parse(Array(written.utf8), defaultOffsetSeconds: utcOffsetSeconds) else {
                return .refused("until is written like 2026-01-02T18:00 or 2026-01-02T18:00:00+08:00")
            }
            until = moment
        } else if !length.isMissing {
            // A century: whoever means more is refused by the site's own limit, and no sum overflows.
            guard length.kind == .number, length.number > 0, length.number <= 3_155_760_000 else {
                return .refused("for_s is a number of seconds above 0")
            }
            until = now.advanced(byMicroseconds: Int64(length.number * 1e6))
        }
        return .decision(
            Decision(
                act, asset: text("asset"), rule: text("rule"), sensor: text("sensor"), episode: text("episode"), until: until, reason: text("reason"),
                by: text("by"), made: now))
    }

    private func value(_ name: String) -> JSONValue { paths[name].map { parser.find($0, in: lexicon) } ?? .absent }

    private func text(_ name: String) -> String { value(name).withText { String(decoding: $0, as: UTF8.self) } }
}
