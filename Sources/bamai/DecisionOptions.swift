import ArgumentParser
import Lifeline
import Score

/// What every decision needs: why, who, and the gateway that takes it.
struct DecisionOptions: ParsableArguments {
    @Option(name: .long, help: "Why; it stands in the journal.")
    var reason: String

    @Option(name: .long, help: "Who decides; it stands in the journal.")
    var by: String

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "The gateway's answer as JSON.")
    var json = false

    /// *Units*: milliseconds. A commit to a slow card may take seconds, and the gateway answers after it.
    private static let patience: Int64 = 10_000

    /// Sends a decision and shows the answer. `length` is sent as seconds, so that the gateway's clock counts.
    func send(_ act: Decision.Act, asset: String? = nil, rule: String? = nil, sensor: String? = nil, episode: String? = nil, end: DecisionEnd? = nil)
        throws
    {
        var request = JSONWriter(reserving: 512)
        request.beginObject()
        request.member("act", act.rawValue)
        for (name, id) in [("asset", asset), ("rule", rule), ("sensor", sensor), ("episode", episode)] {
            if let id { request.member(name, id) }
        }
        if let length = end?.length { request.member("for_s", length.seconds) }
        if let until = end?.until { request.member("until", until) }
        request.member("reason", reason)
        request.member("by", by)
        request.endObject()
        let answer = try ControlLine.ask("decide " + request.text, at: place.path(), within: DecisionOptions.patience)
        if let error = answer.value["error"].text {
            Terminal.error(Terminal.plain(error))
            throw ExitCode(1)
        }
        if json { return Output.line(answer.text) }
        let decision = answer.value["decision"]
        let until = decision["until"].text.map { ", until \(Terminal.plain(DecisionOptions.minutes($0)))" } ?? ""
        Output.line("\(Terminal.paint("√", .green)) \(ShelfView.words(decision))\(until); in the journal at \(answer.value["taken"].count)")
    }

    /// `2026-01-02 18:00` of an RFC 3339 text.
    static func minutes(_ text: String) -> String { text.prefix(16).split(separator: "T").joined(separator: " ") }
}

/// Until when a shelf or a maintenance lasts.
struct DecisionEnd: ParsableArguments {
    @Option(name: .customLong("for"), help: "For how long, such as 4h or 30min.")
    var length: Span?

    @Option(name: .long, help: "Until when, such as 2026-01-02T18:00 (the site's local time where no offset is given).")
    var until: String?

    func require() throws {
        guard (length == nil) != (until == nil) else { throw ValidationError("say either --for or --until") }
    }
}

extension ControlLine {
    /// One request and its answer; ends the program with code 3 where none comes.
    static func ask(_ request: String, at path: String, within patience: Int64) throws -> (value: JSONValue, text: String) {
        let line = try ControlLine(path)
        line.send(request)
        guard let answer = line.next(within: patience) else {
            Terminal.error("a gateway listens, but does not answer within \(patience / 1000) s")
            throw ExitCode(3)
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let value = JSONValue(answer), !value["schema"].isNull || !value["error"].isNull || !value["taken"].isNull else {
            Terminal.error("what listens there is no gateway: \(Terminal.cut(Terminal.plain(text), 80))")
            throw ExitCode(3)
        }
        return (value, text)
    }
}
