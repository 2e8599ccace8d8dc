import Deploy
import Lifeline
import Linux
import Site

/// What a push to a fleet is going to do, before it does it.
struct FleetPlan {
    let push: FleetPush
    let inventory: String
    let parallel: Int
    /// Boards beyond the canaries that may fail.
    let allowed: Int
    let record: FleetRecord?

    /// Names of a stage that are shown; the rest is a number.
    private static let nameLimit = 6

    private var before: [Int] { push.rollout.states.indices.filter { push.rollout.states[$0] == .before } }

    /// Boards whose push an earlier run has begun and not seen to its end.
    private var tornOff: Int {
        push.boards.count { board in
            record?.entries[board.name].map { $0.hash == board.hash && ($0.outcome == nil || $0.outcome == .unknown) } ?? false
        }
    }

    func show() {
        let rollout = push.rollout
        let manner = record == nil ? "dry run, \(parallel) at a time" : "\(parallel) at a time, \(allowed) may fail"
        Output.line(Terminal.paint("\(Terminal.plural(push.boards.count, "board")) of \(inventory), \(manner)", .bold))
        if let begun = record?.begun {
            let moment = CivilTime.rfc3339(Timestamp(microseconds: begun), offsetSeconds: 0)
            let torn = tornOff == 0 ? "" : ", \(tornOff) torn off"
            Output.line("  goes on with what was begun at \(moment.prefix(10)) \(moment.dropFirst(11).prefix(8)) UTC: \(before.count) through\(torn)")
        }
        if record != nil {
            for stage in rollout.stages {
                let names = stage.boards.prefix(FleetPlan.nameLimit).map { push.boards[$0].name }
                let rest = stage.boards.count > names.count ? ", and \(stage.boards.count - names.count) more" : ""
                let count = Terminal.padLeft("\(stage.boards.count)", 4)
                Output.line("  \(Terminal.pad(stage.name.rawValue, 6)) \(count)  \(names.joined(separator: ", "))\(rest)")
            }
        }
        let warnings = push.boards.reduce(0) { $0 + $1.site.warnings.count }
        if warnings > 0 {
            Output.line("  \(Terminal.paint("‼", .yellow)) \(Terminal.plural(warnings, "warning")) in the sites: bamai check shows them")
        }
    }

    /// One line.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", "plan")
        json.member("inventory", inventory)
        json.member("boards", push.boards.count)
        json.member("parallel", parallel)
        json.member("may_fail", allowed)
        json.member("dry_run", record == nil)
        json.member("resumed", record?.begun != nil)
        json.key("before")
        json.beginArray()
        for board in before { json.value(push.boards[board].name) }
        json.endArray()
        json.key("stages")
        json.beginArray()
        for stage in push.rollout.stages {
            json.beginObject()
            json.member("stage", stage.name.rawValue)
            json.key("boards")
            json.beginArray()
            for board in stage.boards { json.value(push.boards[board].name) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.text
    }
}
