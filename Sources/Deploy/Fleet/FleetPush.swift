import Lifeline
import Linux

/// A board of a fleet, with all that a push to it needs.
package struct FleetBoard: Sendable {
    package var name: String
    package var connector: any BoardConnector & Sendable
    package var site: SiteFileCollection
    /// The repository's revision that its site was read at.
    package var source: String
    /// What was pushed before is known by this: the hash of its files.
    package var hash: String
    package var isCanary: Bool

    package init(name: String, connector: any BoardConnector & Sendable, site: SiteFileCollection, source: String, hash: String, isCanary: Bool) {
        (self.name, self.connector, self.site, self.source) = (name, connector, site, source)
        (self.hash, self.isCanary) = (hash, isCanary)
    }
}

/// How a fleet's push goes on. Boards are indices.
package enum FleetEvent: Equatable, Sendable {
    case stage(FleetStage)
    case begun(Int)
    case step(Int, PushEvent)
    case ended(Int, PushResult)
    /// The canaries are watched before the others follow.
    case watching
    case stopped(FleetRollout.Stop)
}

/// One push to many boards: each through the same code as a push to one, on a thread of its own, so many at a time, stage after stage.
///
/// *Isolation*: one thread, which waits for `descriptor` and then takes a `turn`. It never blocks but for the record's durability.
package final class FleetPush {
    /// *Limits*: boards at a time. Each has a thread and two connections of three descriptors.
    package static let parallelLimit = 64
    package static let descriptorsEach = 10
    /// *Units*: bytes. A push parses lines of half a megabyte.
    static let stack = 2 << 20

    private enum Message: Sendable {
        case step(Int, PushEvent)
        case ended(Int, PushResult)
        /// A canary was asked again; nil: it is as it was.
        case looked(Int, PushResult?)
    }

    package let boards: [FleetBoard]
    package private(set) var rollout: FleetRollout
    private let order: PushOrder
    private let parallel: Int
    private let record: FleetRecord?
    private let watch: CanaryWatch
    private let mailbox: Mailbox<Message>
    private let now: () -> Timestamp
    private let tell: (FleetEvent) -> Void
    private var toldStage = -1
    private var isStopTold = false
    private var isFinished = false
    private var takesUp: [Int: [String]] = [:]
    private var underWay = 0

    /// - Parameters:
    ///   - order: who, and how patiently; name and nonce are each board's own.
    ///   - parallel: boards at a time. *Range*: 1…`parallelLimit`.
    ///   - allowance: how many boards beyond the canaries may fail.
    ///   - record: what earlier runs have done and this one does; nil for a dry run, which has no stages either: every board is asked, whatever the others say.
    ///   - watch: *Units*: nanoseconds for which the canaries are watched before the others follow. *Range*: 0 (not at all) and above.
    ///   - tell: takes each event.
    package init(
        _ boards: [FleetBoard], order: PushOrder, parallel: Int, allowance: FailureAllowance, record: FleetRecord?, watch: Int64 = 0,
        now: @escaping () -> Timestamp, tell: @escaping (FleetEvent) -> Void
    ) throws(SystemError) {
        (self.boards, self.order, self.parallel, self.record) = (boards, order, parallel, record)
        self.watch = CanaryWatch(length: watch, monotonic: Clocks.monotonicNanoseconds)
        (self.now, self.tell) = (now, tell)
        mailbox = try Mailbox()
        var before: Set<Int> = []
        for (index, board) in boards.enumerated() {
            guard let entry = record?.entries[board.name], entry.hash == board.hash else { continue }
            if entry.outcome == nil || entry.outcome == .unknown { takesUp[index] = entry.nonces }
            if entry.outcome == .confirmed { before.insert(index) }
        }
        guard record != nil else {
            rollout = FleetRollout([FleetStage(name: .rest, boards: Array(boards.indices))], allowed: boards.count)
            return
        }
        let stages = FleetStage.plan(canaries: boards.map(\.isCanary))
        // The canaries are asked again: on probation one may have gone back since.
        for stage in stages where stage.name == .canary { before.subtract(stage.boards) }
        rollout = FleetRollout(stages, allowed: allowance.boards(of: boards.count), before: before)
    }

    /// Readable when a turn is due.
    package var descriptor: Int32 { mailbox.descriptor }

    /// Whether nothing is under way and nothing will be begun.
    package var isOver: Bool { rollout.isOver }

    /// Boards under way.
    package var pending: [Int] { rollout.states.indices.filter { rollout.states[$0] == .underWay } }

    /// No further board is begun. What is under way is seen to its end.
    package func stop() {
        rollout.stop(.asked)
        tellStop()
    }

    /// Takes what the threads have told and begins what may be begun. To be called once at first, too.
    package func turn() {
        for message in mailbox.take() {
            switch message {
            case .step(let board, let event): tell(.step(board, event))
            case .ended(let board, let result): end(board, result)
            case .looked(let board, let result): looked(board, result)
            }
        }
        while mayBegin(), underWay < parallel, let board = rollout.next() { begin(board) }
        tellStop()
        if isOver, !isFinished {
            isFinished = true
            // Where a board is left the next run goes on; otherwise it begins afresh.
            if rollout.stop == nil, rollout.failed.isEmpty { note { (record) throws(FleetRecord.Failure) in try record.finish(now: self.now()) } }
        }
    }

    /// Whether boards may be begun now: not while the canaries are watched.
    private func mayBegin() -> Bool {
        guard record != nil, rollout.stop == nil, rollout.stage == 1, toldStage < 1, rollout.stages[0].name == .canary else { return true }
        let canaries = rollout.stages[0].boards
        switch watch.step(canaries) {
        case .over: return true
        case .wait: return false
        case .begin: tell(.watching)
        case .ask: canaries.forEach(look)
        }
        return false
    }

    private func look(_ canary: Int) {
        let board = boards[canary]
        let mailbox = mailbox
        do throws(SystemError) {
            try NativeThread(name: "look", stack: FleetPush.stack) { mailbox.send(.looked(canary, CanaryWatch.objection(board))) }.detach()
        } catch {
            mailbox.send(.looked(canary, PushResult(.unknown, "No thread to ask \(board.name): \(error).", runs: 0)))
        }
    }

    private func looked(_ canary: Int, _ result: PushResult?) {
        watch.heard(canary)
        guard let result else { return }
        rollout.lose(canary, result)
        note { (record) throws(FleetRecord.Failure) in try record.end(self.boards[canary].name, result, now: self.now()) }
        tell(.ended(canary, result))
        tellStop()
    }

    private func begin(_ index: Int) {
        if toldStage != rollout.stage, record != nil {
            toldStage = rollout.stage
            tell(.stage(rollout.stages[rollout.stage]))
        }
        let board = boards[index]
        var order = order
        order.name = board.name
        order.nonce = PushOrder.freshNonce()
        order.takesUp = takesUp[index] ?? []
        let nonce = order.nonce
        guard note({ (record) throws(FleetRecord.Failure) in try record.begin(board.name, hash: board.hash, nonce: nonce, now: self.now()) }) else {
            return rollout.putBack(index)
        }
        underWay += 1
        tell(.begun(index))
        let mailbox = mailbox
        let made = now()
        do throws(SystemError) {
            try NativeThread(name: "push", stack: FleetPush.stack) { [order] in
                let push = Push(order, through: board.connector, tell: { mailbox.send(.step(index, $0)) })
                mailbox.send(.ended(index, push.run(board.site, source: board.source, now: made)))
            }.detach()
        } catch {
            end(index, PushResult(.refused, "No thread for \(board.name): \(error). Nothing was changed.", runs: 0))
        }
    }

    private func end(_ index: Int, _ result: PushResult) {
        underWay -= 1
        rollout.end(index, result)
        note { (record) throws(FleetRecord.Failure) in try record.end(self.boards[index].name, result, now: self.now()) }
        tell(.ended(index, result))
        tellStop()
    }

    @discardableResult
    private func note(_ body: (FleetRecord) throws(FleetRecord.Failure) -> Void) -> Bool {
        guard let record else { return true }
        do throws(FleetRecord.Failure) {
            try body(record)
            return true
        } catch {
            rollout.stop(.record(error.text))
            return false
        }
    }

    private func tellStop() {
        guard !isStopTold, let stop = rollout.stop else { return }
        isStopTold = true
        tell(.stopped(stop))
    }
}
