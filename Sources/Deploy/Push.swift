import Glibc
import Lifeline
import Linux

/// How a push went, and what runs now.
package struct PushResult: Equatable, Sendable {
    /// The end of a push; the raw value is the exit code.
    package enum Outcome: Int32, CaseIterable, Sendable {
        /// The new generation runs and was confirmed; or it ran already; or the push was a dry run that would have been taken.
        case confirmed = 0
        /// The configuration is wrong.
        case invalid = 2
        /// The former generation runs, and is as well as it was before.
        case revertedHealthy = 3
        /// A former generation is in place, and none was healthy.
        case revertedUnhealthy = 4
        /// Nobody here knows: the board decides.
        case unknown = 5
        /// Nothing was changed.
        case refused = 6
    }

    package var outcome: Outcome
    /// Which generation runs, and why.
    package var sentence: String
    /// The generation that is in place, as far as is known; 0: not known.
    package var runs: Int
    /// Further reasons, one each.
    package var reasons: [String] = []
    /// Whether the board ever said who it is.
    package var wasReached = true

    package init(_ outcome: Outcome, _ sentence: String, runs: Int, reasons: [String] = []) {
        (self.outcome, self.sentence, self.runs, self.reasons) = (outcome, sentence, runs, reasons)
    }
}

/// How a push goes on.
package enum PushEvent: Equatable, Sendable {
    /// What is being done, in the order of doing.
    package enum Step: String, CaseIterable, Sendable {
        case check, connect, difference, stage, verify, arm, health, confirm, revert
    }

    case begun(Step)
    case done(Step, String)
    case failed(Step, String)
    /// Something to know, that holds nothing up.
    case warning(String)
    /// What a waiting step waits for.
    case progress(Step, String)
}

/// What a push is to do.
package struct PushOrder: Sendable {
    /// Who, for the board's audit.
    package var by: String
    /// How people call the board: `pump-07`.
    package var name: String
    /// Stops before anything runs: staged, checked on the board, taken away again.
    package var isDry = false
    /// The hash (or its beginning) of the generation that must be in place; nil: the one that the difference was shown against.
    package var expect: String?
    /// A generation that was edited by hand on the board is replaced; otherwise that is a reason to refuse.
    package var replacesDrift = false
    package var patience = Transaction.Patience()
    /// *Units*: nanoseconds. How much longer than its own deadlines a board is waited for that cannot be reached.
    package var margin: Int64 = 60_000_000_000
    /// Sixteen hexadecimal digits, another one each time.
    package var nonce: String
    /// The nonces of earlier pushes of the same files that were interrupted: where the change of one is still open on the board, that one is followed and
    /// confirmed, and no other is begun.
    package var takesUp: [String] = []

    package init(by: String, name: String, nonce: String = PushOrder.freshNonce()) { (self.by, self.name, self.nonce) = (by, name, nonce) }

    /// From the system's generator: a token that was not seen cannot be said.
    package static func freshNonce() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// One push to one board, from the difference to the confirmation over a connection of its own.
///
/// Blocks its thread; every wait in it has a deadline. Events are told as they happen.
///
/// *Isolation*: one thread; several boards need several of these.
package final class Push {
    let order: PushOrder
    private let connector: any BoardConnector
    private let tell: (PushEvent) -> Void
    private let agree: (BoardReport, SiteDifference) -> Bool
    private var report: BoardReport?

    /// - Parameters:
    ///   - agree: asked once the difference is known and before anything is sent; false ends the push with nothing changed.
    ///   - tell: takes each event.
    package init(
        _ order: PushOrder, through connector: any BoardConnector, agree: @escaping (BoardReport, SiteDifference) -> Bool = { _, _ in true },
        tell: @escaping (PushEvent) -> Void = { _ in }
    ) {
        (self.order, self.connector, self.agree, self.tell) = (order, connector, agree, tell)
        // A connection that ends while we write is an answer like any other.
        signal(SIGPIPE, SIG_IGN)
    }

    // MARK: - Entries

    /// Pushes a site.
    package func run(_ site: SiteFileCollection, source: String, now: Timestamp) -> PushResult {
        guard
            let manifest = Manifest(
                site.contents, site: site.site, revision: site.configuration.revision, created: now.microseconds, by: order.by, source: source)
        else {
            let limits = "at most \(Manifest.fileLimit) files and \(Manifest.byteLimit >> 20) MiB, names of printable ASCII without spaces"
            return failed(
                .check, limits, PushResult(.invalid, "The site's files cannot be carried: \(limits). Nothing was changed.", runs: 0))
        }
        return guarded { () throws(LinkFailure) -> PushResult in
            let connection = try self.reach()
            let board = self.report!
            if let refusal = self.refusal(board, gateway: site.configuration.plan.gateway) { return refusal }
            let difference = SiteDifference(new: manifest, old: board.manifest)
            self.tell(.done(.difference, self.words(difference, board, manifest)))
            if let change = board.change, change.isUndecided, self.order.takesUp.contains(change.nonce) { return try self.takeUp(change, connection) }
            // What waits to be confirmed runs too, but not for long.
            let isSettled = board.change.map { !$0.isUndecided } ?? true
            if difference.files.isEmpty, board.manifest?.site == manifest.site, board.runningRevision == manifest.revision, isSettled {
                return PushResult(
                    .confirmed, "Generation \(board.generation) runs on \(self.order.name) already: nothing to push.", runs: board.generation)
            }
            guard self.agree(board, difference) else {
                return PushResult(.refused, "Nothing was changed on \(self.order.name).", runs: board.generation)
            }
            if let refusal = try self.begin(connection, board) { return refusal }
            self.tell(.begun(.stage))
            let payload = manifest.files.flatMap { site.contents[$0.path]! }
            try connection.send("stage", payload: payload) { json in
                json.key("manifest")
                json.raw(manifest.json.dropLast())
            }
            let (name, message) = try connection.receive()
            guard name == "staged" else { return self.refused(.stage, message, board) }
            let number = Int(message["generation"].count)
            self.tell(.done(.stage, "generation \(number), \(manifest.files.count) files, \((payload.count + 1023) >> 10) KiB"))
            return try self.change(to: number, connection, board)
        }
    }

    /// Goes back to a generation that the board still has; nil: the youngest confirmed one before that which runs.
    package func rollBack(to wanted: Int?) -> PushResult {
        guarded { () throws(LinkFailure) -> PushResult in
            let connection = try self.reach()
            let board = self.report!
            if let refusal = self.refusal(board, gateway: board.adopted?.gateway ?? "") { return refusal }
            try connection.send("history")
            let (_, message) = try connection.receive()
            let entries = message["entries"].list.compactMap { HistoryEntry($0) }
            let whole = Set(message["generations"].list.filter { ($0["flaw"].text ?? "").isEmpty }.map { Int($0["number"].count) })
            let good = Set(entries.filter { [.adopted, .confirmed, .kept].contains($0.event) }.map(\.generation))
            guard let number = wanted ?? good.intersection(whole).filter({ $0 < board.generation }).max() else {
                return PushResult(
                    .refused, "There is no older confirmed generation on \(self.order.name). Nothing was changed.", runs: board.generation)
            }
            guard whole.contains(number) else {
                return PushResult(
                    .refused, "There is no whole generation \(number) on \(self.order.name). Nothing was changed.", runs: board.generation)
            }
            if number == board.generation, board.manifest?.revision == board.runningRevision {
                return PushResult(.confirmed, "Generation \(number) runs on \(self.order.name) already.", runs: number)
            }
            self.tell(.done(.difference, "from generation \(board.generation) back to \(number)"))
            guard self.agree(board, SiteDifference(files: [])) else {
                return PushResult(.refused, "Nothing was changed on \(self.order.name).", runs: board.generation)
            }
            if let refusal = try self.begin(connection, board) { return refusal }
            return try self.change(to: number, connection, board)
        }
    }

    // MARK: - Until the board is armed

    /// Before `arm` was sent a failure of the connection means that nothing was changed.
    private func guarded(_ body: () throws(LinkFailure) -> PushResult) -> PushResult {
        do throws(LinkFailure) {
            return try body()
        } catch {
            let step: PushEvent.Step = report == nil ? .connect : .stage
            let was = report.map { "generation \($0.generation) still runs" } ?? "nothing was changed"
            var result = PushResult(
                .refused, "\(order.name) cannot be reached: \(error.text). As far as this push goes, \(was).", runs: report?.generation ?? 0)
            result.wasReached = report != nil
            return failed(step, "no connection", result)
        }
    }

    private func reach() throws(LinkFailure) -> BoardConnection {
        tell(.begun(.connect))
        let connection = try connector.connect(isFresh: false)
        try connection.send("identify")
        let (_, message) = try connection.receive()
        let report = BoardReport(message)
        self.report = report
        let device = [report.model, report.serial.isEmpty ? "" : "serial \(report.serial)"].filter { !$0.isEmpty }.joined(separator: ", ")
        let gateway = report.adopted?.gateway ?? report.runningGateway
        tell(.done(.connect, "gateway \(gateway.isEmpty ? "unknown" : gateway)\(device.isEmpty ? "" : ", " + device)"))
        return connection
    }

    private func refusal(_ board: BoardReport, gateway: String) -> PushResult? {
        var why = board.objection(gateway: gateway)
        if why == nil, !board.flaw.isEmpty, !order.replacesDrift {
            why =
                "generation \(board.generation) was changed on the board (\(board.flaw)); take that into the repository, or push with --replace-drift"
        }
        guard let why else {
            if board.daemonVersion.isEmpty { tell(.warning("no daemon answers on \(order.name)")) }
            if let manifest = board.manifest, !board.runningRevision.isEmpty, board.runningRevision != manifest.revision {
                tell(
                    .warning(
                        "the daemon runs revision \(board.runningRevision.prefix(8)), generation \(board.generation) is \(manifest.revision.prefix(8))"
                    ))
            }
            return nil
        }
        return failed(.connect, "refused", PushResult(.refused, "Refused: \(why). Nothing was changed.", runs: board.generation))
    }

    private func words(_ difference: SiteDifference, _ board: BoardReport, _ manifest: Manifest) -> String {
        let runs =
            board.runningRevision.isEmpty ? "nothing runs" : board.runningRevision == board.manifest?.revision ? "which runs" : "which does not run"
        return "\(difference.sentence); on disk generation \(board.generation), \(runs)"
    }

    private func begin(_ connection: BoardConnection, _ board: BoardReport) throws(LinkFailure) -> PushResult? {
        try connection.send("begin") { $0.member("by", order.by) }
        let (name, message) = try connection.receive()
        return name == "begun" ? nil : refused(.stage, message, board)
    }

    private func refused(_ step: PushEvent.Step, _ message: JSONValue, _ board: BoardReport) -> PushResult {
        let reasons = message["why"].list.compactMap(\.text)
        let isInvalid = message["invalid"].flag == true
        let first = reasons.first ?? "the board gives no reason"
        let outcome: PushResult.Outcome = isInvalid ? .invalid : .refused
        let word = isInvalid ? "The board finds the configuration wrong" : "Refused"
        return failed(
            step, isInvalid ? "invalid" : "refused",
            PushResult(
                outcome, "\(word): \(first). Generation \(board.generation) still runs on \(order.name).", runs: board.generation,
                reasons: Array(reasons.dropFirst())))
    }

    /// The step's line says that, the result's sentence why and what follows from it.
    private func failed(_ step: PushEvent.Step, _ why: String, _ result: PushResult) -> PushResult {
        tell(.failed(step, why))
        return result
    }

    /// Goes on with a change of ours that somebody was torn away from.
    private func takeUp(_ change: ChangeReport, _ connection: BoardConnection) throws(LinkFailure) -> PushResult {
        tell(.done(.arm, "an earlier push has armed generation \(change.to), which is \(change.phase.rawValue) for \(change.age) s: taken up again"))
        try connection.send("watch")
        var order = order
        order.nonce = change.nonce
        return PushWatch(order: order, connector: connector, from: change.from, to: change.to, tell: tell).run(connection)
    }

    /// Checked on the board, armed, watched, confirmed.
    private func change(to number: Int, _ connection: BoardConnection, _ board: BoardReport) throws(LinkFailure) -> PushResult {
        tell(.begun(.verify))
        try connection.send("verify") { $0.member("generation", number) }
        let (name, message) = try connection.receive()
        guard name == "verified" else { return refused(.verify, message, board) }
        for warning in message["warnings"].list.compactMap(\.text) { tell(.warning(warning)) }
        tell(.done(.verify, "the board reads it, its secrets are set, \(board.freeBytes >> 20) MiB are free"))
        if order.isDry {
            return PushResult(
                .confirmed, "Dry run: \(order.name) would take this as generation \(number). Generation \(board.generation) still runs.",
                runs: board.generation)
        }
        tell(.begun(.arm))
        let expect = order.expect ?? board.manifest?.hash ?? ""
        do throws(LinkFailure) {
            try connection.send("arm") { json in
                json.member("generation", number)
                json.member("expect", expect)
                json.member("nonce", order.nonce)
                json.member("health_ms", order.patience.health / 1_000_000)
                json.member("confirm_ms", order.patience.confirm / 1_000_000)
                json.member("probation_ms", order.patience.probation / 1_000_000)
            }
            let (name, message) = try connection.receive(patience: 90_000_000_000)
            guard name == "armed" else { return refused(.arm, message, board) }
            tell(.done(.arm, "a guard on the board runs the change from here on"))
        } catch {
            // It may have been armed all the same.
            tell(.warning("the connection was lost while the board was armed: \(error.text)"))
        }
        return PushWatch(order: order, connector: connector, from: board.generation, to: number, tell: tell).run(connection)
    }
}

extension SiteDifference {
    init(files: [File]) { self.files = files }
}
