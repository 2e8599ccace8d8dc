import ArgumentParser
import Deploy
import Glibc
import Lifeline
import Linux

/// How people or programs follow a push to a fleet.
protocol FleetView: AnyObject {
    func tell(_ event: FleetEvent)
    /// What changes by itself, a few times a second.
    func draw()
    /// Nothing more comes: what was shown for a while is taken away.
    func close()
    /// What waits for a descriptor, or for somebody who wants to leave.
    func waiter() throws -> (_ descriptor: Int32, _ milliseconds: Int32) -> LiveScreen.Event
}

/// The view that a push has; what was told before there is one is in the plan.
final class FleetViewBox {
    var view: (any FleetView)?

    func tell(_ event: FleetEvent) { view?.tell(event) }
    func draw() { view?.draw() }
    func close() { view?.close() }
    func waiter() throws -> (Int32, Int32) -> LiveScreen.Event { try view?.waiter() ?? SignalWait.make() }
}

/// Waiting where there is no screen: signals that mean that somebody wants to leave.
enum SignalWait {
    static func make() throws -> (Int32, Int32) -> LiveScreen.Event {
        let signals: SignalDescriptor
        do throws(SystemError) { signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP]) } catch {
            Terminal.error("\(error)")
            throw ExitCode(1)
        }
        return { descriptor, milliseconds in
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&waiting, 2, milliseconds)
            return signals.next() == nil ? .none : .quit
        }
    }
}

/// One line for each board at its end, for logs.
final class FleetLineView: FleetView {
    private let boards: [FleetBoard]
    private let width: Int

    init(_ boards: [FleetBoard]) {
        self.boards = boards
        width = boards.reduce(0) { max($0, Terminal.width($1.name)) }
    }

    func tell(_ event: FleetEvent) {
        switch event {
        case .stage(let stage): Output.line(Terminal.paint("\(stage.name.rawValue): \(Terminal.plural(stage.boards.count, "board"))", .bold))
        case .begun: break
        case .step(let board, .warning(let text)): line(board, "‼", .yellow, text)
        case .step: break
        case .ended(let board, let result):
            line(board, result.outcome == .confirmed ? "√" : "×", result.outcome == .confirmed ? .green : .red, result.sentence)
        case .watching: Output.line("the canaries are watched before the others follow")
        case .stopped(let stop):
            let rest = stop == .asked ? "; boards under way are seen to their end, once more leaves them to their guards" : ""
            Output.line(Terminal.paint("no further board is begun: \(Terminal.plain(FleetSummary.why(stop, boards)))\(rest)", .red))
        }
    }

    private func line(_ board: Int, _ mark: String, _ colour: Terminal.Colour, _ text: String) {
        Output.line("  \(Terminal.paint(mark, colour)) \(Terminal.pad(boards[board].name, width))  \(Terminal.plain(text))")
    }

    func draw() {}
    func close() {}
    func waiter() throws -> (Int32, Int32) -> LiveScreen.Event { try SignalWait.make() }
}

/// Events as they come, one JSON document a line.
final class FleetJSONView: FleetView {
    private let boards: [FleetBoard]

    init(_ boards: [FleetBoard]) { self.boards = boards }

    func tell(_ event: FleetEvent) {
        switch event {
        case .stage(let stage):
            write("stage") {
                $0.member("stage", stage.name.rawValue)
                $0.member("boards", stage.boards.count)
            }
        case .begun(let board): write("board") { $0.member("board", self.boards[board].name) }
        case .step(let board, let event): Output.raw(PushView.json(event, board: boards[board].name))
        case .ended(let board, let result): Output.raw(PushView.json(result, board: boards[board].name))
        case .watching: write("watching") { _ in }
        case .stopped(let stop): write("stopped") { $0.member("why", FleetSummary.why(stop, self.boards)) }
        }
    }

    private func write(_ name: String, _ body: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", name)
        body(&json)
        json.endObject()
        json.endLine()
        Output.raw(json.text)
    }

    func draw() {}
    func close() {}
    func waiter() throws -> (Int32, Int32) -> LiveScreen.Event { try SignalWait.make() }
}
