import Deploy
import Lifeline

/// What came of a push to a fleet: which boards have it, which failed and why, and which were not touched.
struct FleetSummary {
    let push: FleetPush
    /// Boards that are left to their guards: nobody waited for their end.
    let left: [Int]
    let isDry: Bool
    /// Where the next run goes on from; nil where there is nothing to go on from.
    let state: String?

    private var rollout: FleetRollout { push.rollout }

    /// What the program ends with: the worst of all boards.
    var code: Int32 {
        if rollout.worst == .revertedUnhealthy { return rollout.worst.rawValue }
        if !left.isEmpty { return PushResult.Outcome.unknown.rawValue }
        if rollout.worst != .confirmed { return rollout.worst.rawValue }
        switch rollout.stop {
        case .record: return 1
        case .asked: return rollout.untouched.isEmpty ? 0 : 130
        default: return 0
        }
    }

    /// Why no further board was begun; empty where all were.
    static func why(_ stop: FleetRollout.Stop, _ boards: [FleetBoard]) -> String {
        switch stop {
        case .canary(let board): "the canary \(boards[board].name) failed"
        case .failures(let count, let allowed): "\(count) boards failed, \(allowed) may"
        case .asked: "you asked"
        case .record(let text): text
        }
    }

    /// *Units*: columns.
    private static let width = 120

    func show() {
        for (board, result) in rollout.failed {
            let name = push.boards[board].name
            let text = result.sentence.hasPrefix(name + " ") ? result.sentence : "\(name): \(result.sentence)"
            Output.line("  \(Terminal.paint("×", .red)) \(Terminal.plain(text))")
            for reason in result.reasons { Output.line("      \(Terminal.plain(reason))") }
        }
        for board in left {
            Output.line("  ? \(push.boards[board].name): left under way; its guard decides, and the same command looks after it")
        }
        let untouched = rollout.untouched.map { push.boards[$0].name }
        if !untouched.isEmpty {
            let words = "not touched (\(untouched.count)): " + untouched.joined(separator: ", ")
            for line in Terminal.wrap(words, FleetSummary.width) { Output.line("  " + line) }
        }
        let count = "\(rollout.confirmed) of \(Terminal.plural(push.boards.count, "board"))"
        var sentence = isDry ? "Dry run: \(count) would take it." : "\(count) confirmed."
        if let stop = rollout.stop { sentence += " Stopped: \(FleetSummary.why(stop, push.boards))." }
        if !isDry, code != 0, let state { sentence += " The same command goes on from here (\(state))." }
        Output.line(Terminal.paint(Terminal.plain(sentence), code == 0 ? .bold : .red))
    }

    /// One line.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", "summary")
        json.member("code", code)
        json.member("boards", push.boards.count)
        json.member("confirmed", rollout.confirmed)
        json.member("stopped", rollout.stop.map { FleetSummary.why($0, push.boards) } ?? "")
        func names(_ key: String, _ boards: [Int]) {
            json.key(key)
            json.beginArray()
            for board in boards { json.value(push.boards[board].name) }
            json.endArray()
        }
        names("failed", rollout.failed.map(\.board))
        names("left", left)
        names("untouched", rollout.untouched)
        json.member("state", state ?? "")
        json.endObject()
        json.endLine()
        return json.text
    }
}
