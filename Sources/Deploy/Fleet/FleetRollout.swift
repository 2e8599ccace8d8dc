/// Which board of a fleet is pushed to next, and when no further one is: a state machine without a clock, a thread or a file.
package struct FleetRollout: Sendable {
    /// How a board stands.
    package enum State: Equatable, Sendable {
        /// Nothing was sent to it.
        case untouched
        /// An earlier run has pushed the same files to it and seen them confirmed.
        case before
        case underWay
        case ended(PushResult)
    }

    /// Why no further board is begun.
    package enum Stop: Equatable, Sendable {
        /// A canary failed; its index.
        case canary(Int)
        case failures(count: Int, allowed: Int)
        case asked
        /// What was done cannot be written down.
        case record(String)
    }

    package let stages: [FleetStage]
    /// By index.
    package private(set) var states: [State]
    package private(set) var stop: Stop?
    /// The stage that is under way; the number of stages once all are through.
    package private(set) var stage = 0
    private let allowed: Int
    private var failures = 0

    /// - Parameters:
    ///   - stages: each board in exactly one.
    ///   - allowed: so many boards beyond the canaries may fail; one more stops the rest.
    ///   - before: boards that an earlier run is through with.
    package init(_ stages: [FleetStage], allowed: Int, before: Set<Int> = []) {
        self.stages = stages
        self.allowed = allowed
        states = (0..<stages.reduce(0) { $0 + $1.boards.count }).map { before.contains($0) ? .before : .untouched }
        skip()
    }

    /// The next board to begin with, which counts as under way from here on; nil where none may be begun now.
    package mutating func next() -> Int? {
        guard stop == nil, stage < stages.count, let board = stages[stage].boards.first(where: { states[$0] == .untouched }) else { return nil }
        states[board] = .underWay
        return board
    }

    /// Takes in how the push to a board that was under way has ended.
    package mutating func end(_ board: Int, _ result: PushResult) {
        states[board] = .ended(result)
        if result.outcome != .confirmed {
            if stage < stages.count, stages[stage].name == .canary {
                stop = stop ?? .canary(board)
            } else {
                failures += 1
                if failures > allowed { stop = stop ?? .failures(count: failures, allowed: allowed) }
            }
        }
        skip()
    }

    /// A canary that had ended well does not run the new files any more: no further board is begun.
    package mutating func lose(_ canary: Int, _ result: PushResult) {
        states[canary] = .ended(result)
        stop = stop ?? .canary(canary)
    }

    /// No further board is begun; the first reason counts.
    package mutating func stop(_ why: Stop) { stop = stop ?? why }

    /// A board that was to begin could not: as if it had never been taken.
    package mutating func putBack(_ board: Int) { states[board] = .untouched }

    /// Whether nothing is under way and nothing will be begun.
    package var isOver: Bool { !states.contains(.underWay) && (stop != nil || stage == stages.count) }

    /// Boards that nothing was sent to.
    package var untouched: [Int] { states.indices.filter { states[$0] == .untouched } }

    /// Boards whose push did not end well, with its result.
    package var failed: [(board: Int, result: PushResult)] {
        states.enumerated().compactMap { if case .ended(let result) = $1, result.outcome != .confirmed { ($0, result) } else { nil } }
    }

    /// Boards that run the new files, as far as is known.
    package var confirmed: Int { states.count { if case .ended(let result) = $0 { result.outcome == .confirmed } else { $0 == .before } } }

    /// The outcome that tells a script the most: the worst of all boards.
    package var worst: PushResult.Outcome {
        let order: [PushResult.Outcome] = [.revertedUnhealthy, .unknown, .revertedHealthy, .invalid, .refused]
        return order.first { outcome in failed.contains { $0.result.outcome == outcome } } ?? .confirmed
    }

    private mutating func skip() {
        while stage < stages.count, stages[stage].boards.allSatisfy({ isThrough($0) }) { stage += 1 }
    }

    private func isThrough(_ board: Int) -> Bool {
        switch states[board] {
        case .untouched, .underWay: false
        case .before, .ended: true
        }
    }
}
