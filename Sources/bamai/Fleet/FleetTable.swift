import Deploy
import Lifeline
import Linux

/// The live table of a push to a fleet: what failed on top, then what is under way, what is through, and what waits.
final class FleetTable: FleetView {
    private struct Row {
        var stage = ""
        /// What it does, or how it ended.
        var text = ""
        var step: PushEvent.Step?
        /// *Units*: nanoseconds of the monotonic clock.
        var begun: Int64 = 0
        var ended: Int64 = 0
    }

    private let push: FleetPush
    private var rows: [Row]
    private var screen: LiveScreen?
    private let begun = Clocks.monotonicNanoseconds()
    private var drawn: Int64 = 0
    private var stop: FleetRollout.Stop?
    private var isWatching = false

    /// *Units*: nanoseconds. Five times a second is as fast as eyes read.
    private static let frame: Int64 = 200_000_000
    private static let barCells = 30

    init(_ push: FleetPush) {
        self.push = push
        rows = [Row](repeating: Row(), count: push.boards.count)
        for stage in push.rollout.stages {
            for board in stage.boards { rows[board].stage = stage.name.rawValue }
        }
    }

    func tell(_ event: FleetEvent) {
        let now = Clocks.monotonicNanoseconds()
        switch event {
        case .stage: isWatching = false
        case .begun(let board): (rows[board].begun, rows[board].step, rows[board].text) = (now, .connect, "")
        case .step(let board, let event):
            switch event {
            case .begun(let step): (rows[board].step, rows[board].text) = (step, "")
            case .progress(let step, let text), .done(let step, let text), .failed(let step, let text):
                (rows[board].step, rows[board].text) = (step, text)
            case .warning: break
            }
        case .ended(let board, let result): (rows[board].ended, rows[board].step, rows[board].text) = (now, nil, result.sentence)
        case .watching: isWatching = true
        case .stopped(let why): stop = why
        }
    }

    func waiter() throws -> (Int32, Int32) -> LiveScreen.Event {
        let screen = try LiveScreen()
        self.screen = screen
        return { descriptor, milliseconds in
            let event = screen.wait(descriptor, milliseconds: milliseconds)
            if event == .resized { self.drawn = 0 }
            return event
        }
    }

    func draw() {
        let now = Clocks.monotonicNanoseconds()
        guard now - drawn >= FleetTable.frame || push.isOver else { return }
        drawn = now
        screen?.draw(lines(Terminal.size, now: now))
    }

    func close() {
        screen?.leave()
        screen = nil
    }

    // MARK: - Layout

    /// The page for a terminal of a size, at most as many lines as it has rows.
    func lines(_ size: (rows: Int, columns: Int), now: Int64) -> [String] {
        let states = push.rollout.states
        var groups: (failed: [Int], underWay: [Int], through: [Int], waiting: [Int]) = ([], [], [], [])
        for (board, state) in states.enumerated() {
            switch state {
            case .underWay: groups.underWay.append(board)
            case .untouched: groups.waiting.append(board)
            case .before: groups.through.append(board)
            case .ended(let result) where result.outcome == .confirmed: groups.through.append(board)
            case .ended: groups.failed.append(board)
            }
        }
        groups.through.sort { (rows[$0].ended, $1) > (rows[$1].ended, $0) }
        let name = min(max(6, push.boards.reduce(0) { max($0, Terminal.width($1.name)) }), max(12, size.columns / 4))
        var lines = head(groups.failed.count, groups.underWay.count, groups.through.count, groups.waiting.count, now)
        let room = max(1, size.rows - lines.count - 1)
        let shown = groups.failed + groups.underWay + groups.through + groups.waiting
        let fits = shown.count <= room ? shown.count : room - 1
        for board in shown.prefix(max(0, fits)) { lines.append(line(board, name, now)) }
        if shown.count > fits { lines.append(Terminal.paint("… \(shown.count - fits) more", .grey)) }
        while lines.count < size.rows - 1 { lines.append("") }
        lines.append(Terminal.paint(foot, .grey))
        return lines.prefix(size.rows).map { Terminal.cut($0, size.columns) }
    }

    private func head(_ failed: Int, _ underWay: Int, _ through: Int, _ waiting: Int, _ now: Int64) -> [String] {
        let count = push.boards.count
        let stages = push.rollout.stages.enumerated().map { index, stage -> String in
            let done = stage.boards.count { if case .ended = push.rollout.states[$0] { true } else { push.rollout.states[$0] == .before } }
            let text = "\(stage.name.rawValue) \(done)/\(stage.boards.count)"
            return index == push.rollout.stage ? Terminal.paint(text, .bold) : done == stage.boards.count ? Terminal.paint(text, .green) : text
        }
        let cells = count == 0 ? 0 : FleetTable.barCells * (through + failed) / count
        let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: FleetTable.barCells - cells)
        let failures = failed == 0 ? "0 failed" : Terminal.paint("\(failed) failed", .red)
        return [
            Terminal.paint("bamai fleet push", .bold) + "  \(Terminal.plural(count, "board"))   " + stages.joined(separator: "  ")
                + "   " + Terminal.duration((now - begun) / 1_000_000_000),
            "\(Terminal.paint(bar, failed == 0 ? .green : .yellow))  \(Terminal.paint("\(through) confirmed", .green)), \(failures), \(underWay) under way, \(waiting) waiting",
            "",
        ]
    }

    private var foot: String {
        guard let stop else { return (isWatching ? "the canaries are watched before the others follow; " : "") + "q or Ctrl-C: begin no further board" }
        let why = Terminal.plain(FleetSummary.why(stop, push.boards))
        return "no further board is begun: \(why)" + (stop == .asked ? "; once more: leave those under way to their guards" : "")
    }

    private func line(_ board: Int, _ width: Int, _ now: Int64) -> String {
        let row = rows[board]
        let name = Terminal.pad(Terminal.cut(push.boards[board].name, width), width)
        let stage = Terminal.paint(Terminal.pad(row.stage, 6), .grey)
        func text(_ mark: String, _ word: String, _ seconds: Int64?, _ text: String) -> String {
            let time = Terminal.padLeft(seconds.map { Terminal.duration($0) } ?? "", 6)
            return "\(mark) \(name)  \(stage)  \(Terminal.pad(word, 10)) \(time)  \(Terminal.plain(text))"
        }
        let taken = ((row.ended > 0 ? row.ended : now) - row.begun) / 1_000_000_000
        switch push.rollout.states[board] {
        case .untouched: return Terminal.paint("· \(name)  \(Terminal.pad(row.stage, 6))  waiting", .grey)
        case .before: return text(Terminal.paint("√", .green), "before", nil, "an earlier run has seen it confirmed")
        case .underWay: return text("…", row.step.flatMap { PushView.words[$0] } ?? "", taken, row.text)
        case .ended(let result):
            let isGood = result.outcome == .confirmed
            return text(Terminal.paint(isGood ? "√" : "×", isGood ? .green : .red), FleetTable.word(result), taken, row.text)
        }
    }

    private static func word(_ result: PushResult) -> String {
        switch result.outcome {
        case .confirmed: "confirmed"
        case .invalid: "wrong"
        case .revertedHealthy: "taken back"
        case .revertedUnhealthy: "unhealthy"
        case .unknown: "unknown"
        case .refused: result.wasReached ? "refused" : "no answer"
        }
    }
}
