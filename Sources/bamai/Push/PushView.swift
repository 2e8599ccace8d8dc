import Deploy
import Lifeline

/// A push as people see it: one line a step, and at the end the sentence that says which generation runs.
final class PushView {
    private let isJSON: Bool
    private var isTransient = false

    init(json: Bool) { isJSON = json }

    /// The steps as people read them.
    static let words: [PushEvent.Step: String] = [
        .check: "check", .connect: "connect", .difference: "difference", .stage: "stage", .verify: "verify", .arm: "arm", .health: "health",
        .confirm: "confirm", .revert: "take back",
    ]

    func tell(_ event: PushEvent) {
        if isJSON {
            Output.raw(PushView.json(event))
            return
        }
        switch event {
        case .begun(let step): wait(step, "…")
        case .done(let step, let text): line("√", .green, step, text)
        // The sentence at the end says it in full.
        case .failed(let step, let text): line("×", .red, step, text)
        case .warning(let text):
            clear()
            Output.line("  \(Terminal.paint("‼", .yellow)) \(Terminal.pad("", 11)) \(Terminal.plain(text))")
        case .progress(let step, let text): wait(step, text)
        }
    }

    func end(_ result: PushResult) {
        clear()
        if isJSON {
            Output.raw(PushView.json(result))
            return
        }
        for reason in result.reasons { Output.line("    \(Terminal.plain(reason))") }
        Output.line(Terminal.paint(Terminal.plain(result.sentence), result.outcome == .confirmed ? .bold : .red))
    }

    /// A result as a line of JSON.
    ///
    /// - Parameter board: named where there are several.
    static func json(_ result: PushResult, board: String? = nil) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", "result")
        if let board { json.member("board", board) }
        json.member("outcome", "\(result.outcome)")
        json.member("code", result.outcome.rawValue)
        json.member("reached", result.wasReached)
        json.member("runs", result.runs)
        json.member("sentence", result.sentence)
        json.key("reasons")
        json.beginArray()
        for reason in result.reasons { json.value(reason) }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.text
    }

    /// An event as a line of JSON.
    static func json(_ event: PushEvent, board: String? = nil) -> String {
        let (name, step, text): (String, PushEvent.Step?, String) =
            switch event {
            case .begun(let step): ("begun", step, "")
            case .done(let step, let text): ("done", step, text)
            case .failed(let step, let text): ("failed", step, text)
            case .warning(let text): ("warning", nil, text)
            case .progress(let step, let text): ("progress", step, text)
            }
        var json = JSONWriter()
        json.beginObject()
        json.member("event", name)
        if let board { json.member("board", board) }
        if let step { json.member("step", step.rawValue) }
        if !text.isEmpty { json.member("text", text) }
        json.endObject()
        json.endLine()
        return json.text
    }

    private func line(_ mark: String, _ colour: Terminal.Colour, _ step: PushEvent.Step, _ text: String) {
        clear()
        Output.line("  \(Terminal.paint(mark, colour)) \(Terminal.pad(PushView.words[step] ?? "", 11)) \(Terminal.plain(text))")
    }

    /// What is waited for, on a terminal only: the next line takes its place.
    private func wait(_ step: PushEvent.Step, _ text: String) {
        guard Terminal.isInteractive else {
            if text != "…" { Output.line("  … \(Terminal.pad(PushView.words[step] ?? "", 11)) \(Terminal.plain(text))") }
            return
        }
        clear()
        let shown = "  … \(Terminal.pad(PushView.words[step] ?? "", 11)) \(text == "…" ? "" : Terminal.plain(text))"
        Output.raw(Terminal.cut(shown, Terminal.size.columns - 1))
        isTransient = true
    }

    private func clear() {
        guard isTransient else { return }
        Output.raw("\r\u{1b}[K")
        isTransient = false
    }
}
