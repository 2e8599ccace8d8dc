import Lifeline

/// Reads a decision as programs write it: at the control socket, and from the platform.
///
/// `{"act":"shelve","asset":"MH-17","rule":"cover.tilt","sensor":"","episode":"","until":"2026-01-02T18:00","for_s":3600,"reason":"…","by":"…"}`:
/// ids that are missing are empty; the end is `until` (without an offset: the site's local time) or `for_s`, seconds from now.
///
/// From the platform there come with it: `id`, which is required there; `gateway`, whom it is for; `expires`, after which it is not to be taken any more; and
/// for `end`, `competent: true`, by which the platform vouches that who ends an entrapment is competent and at the lift.
package struct DecisionReader: ~Copyable {
    private let parser = JSONParser()
    private let lexicon: Lexicon
    private let paths: [String: Lexicon.Path]
    private static let names = [
        "act", "asset", "rule", "sensor", "episode", "until", "for_s", "reason", "by", "id", "gateway", "expires", "competent",
    ]
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
        if let objection = parse(bytes) { return .refused(objection) }
        return decision(now: now, utcOffsetSeconds: utcOffsetSeconds)
    }

    /// Takes a document in. Returns what is wrong with it as a whole; nil: `decision` and `frame` may be asked.
    package func parse(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count <= DecisionReader.bytesLimit else { return "a decision has at most \(DecisionReader.bytesLimit) bytes" }
        return parser.parse(bytes).map { "the decision is no JSON document (\($0.rawValue))" }
    }

    /// The decision in the document that was parsed. `now` is when it is taken.
    package func decision(now: Timestamp, utcOffsetSeconds: Int) -> Outcome {
        for name in DecisionReader.names where name != "for_s" && name != "competent" {
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
        var decision = Decision(
            act, asset: text("asset"), rule: text("rule"), sensor: text("sensor"), episode: text("episode"), until: until, reason: text("reason"),
            by: text("by"), made: now)
        decision.id = text("id")
        return .decision(decision)
    }

    /// What a platform says beside a decision, of the document that was read last.
    package struct Frame: Equatable, Sendable {
        /// Empty: it says none, or none that can be kept.
        package var id: String
        /// Empty: whoever gets it.
        package var gateway: String
        /// nil: never. A text that is no time is a time long past.
        package var expires: Timestamp?
        package var isCompetent: Bool
        package var episode: String
    }

    /// See `Frame`; what cannot be read is as if it were not there.
    package func frame(utcOffsetSeconds: Int) -> Frame {
        let expires = value("expires").kind == .text ? text("expires") : ""
        return Frame(
            id: name("id"), gateway: name("gateway"),
            expires: expires.isEmpty ? nil : CivilTime.parse(Array(expires.utf8), defaultOffsetSeconds: utcOffsetSeconds) ?? .distantPast,
            isCompetent: value("competent").isTrue, episode: name("episode"))
    }

    /// A text that can be kept; empty where there is none.
    private func name(_ name: String) -> String {
        guard value(name).kind == .text else { return "" }
        let found = text(name).unicodeScalars
        return found.count <= Decision.idLimit && found.allSatisfy { $0.value >= 32 && $0.value != 0x7f } ? String(found) : ""
    }

    private func value(_ name: String) -> JSONValue { paths[name].map { parser.find($0, in: lexicon) } ?? .absent }

    private func text(_ name: String) -> String { value(name).withText { String(decoding: $0, as: UTF8.self) } }
}
