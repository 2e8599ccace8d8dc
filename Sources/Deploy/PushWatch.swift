import Glibc
import Lifeline
import Linux

/// A push from the moment that its board may have been armed: the board decides, and this finds out what.
///
/// A lost connection is made anew until the board has answered or must have decided long ago.
final class PushWatch {
    private let order: PushOrder
    private let connector: any BoardConnector
    private let from: Int
    private let to: Int
    private let tell: (PushEvent) -> Void
    /// *Units*: nanoseconds, monotonic. A board that is still at it then is left to itself.
    private var end: Int64 = 0
    private var isHealthy = false
    private var isReverting = false

    private static let undecided = "it goes on talking and has not decided"

    /// *Units*: nanoseconds between two attempts to reach a board.
    static let retryInterval: Int64 = 2_000_000_000

    init(order: PushOrder, connector: any BoardConnector, from: Int, to: Int, tell: @escaping (PushEvent) -> Void) {
        (self.order, self.connector, self.from, self.to, self.tell) = (order, connector, from, to, tell)
    }

    private var token: String { "\(to)-\(order.nonce)" }

    /// Until when a board that has heard no confirmation is through with reverting, the first way back included.
    private var latest: Int64 { 3 * order.patience.health + order.patience.confirm + order.margin }

    func run(_ first: BoardConnection) -> PushResult {
        end = Clocks.monotonicNanoseconds() + latest
        var connection: BoardConnection? = first
        var lastWord = "the connection was lost"
        tell(.begun(.health))
        while Clocks.monotonicNanoseconds() < end {
            do throws(LinkFailure) {
                let current: BoardConnection
                if let connection {
                    current = connection
                } else {
                    current = try connector.connect(isFresh: true)
                    try current.send("watch")
                    connection = current
                }
                if let result = try follow(current) { return result }
            } catch {
                connection = nil
                if error.text != lastWord { tell(.progress(isHealthy ? .confirm : .health, "\(error.text); trying to reach the board again")) }
                lastWord = error.text
                Guard.sleep(PushWatch.retryInterval)
            }
        }
        let what = lastWord == PushWatch.undecided ? "has not decided in time" : "cannot be reached (\(lastWord))"
        let sentence =
            "Unknown: \(order.name) \(what). The board decides by itself: without a confirmation generation \(from) runs again "
            + "within \((order.patience.health + order.patience.confirm) / 1_000_000_000) s. Ask it: bamai history \(order.name); or confirm: bamai confirm \(order.name) \(token)"
        tell(.failed(isHealthy ? .confirm : .health, lastWord))
        return PushResult(.unknown, sentence, runs: 0)
    }

    /// Follows the board's words until there is a result. nil: the connection said nothing of use, and another one is needed.
    private func follow(_ connection: BoardConnection) throws(LinkFailure) -> PushResult? {
        while true {
            // A board whose guard dies again and again goes on talking; its words are no reason to wait for ever.
            let now = Clocks.monotonicNanoseconds()
            guard now < end else { throw .lost(PushWatch.undecided) }
            let (name, message) = try connection.receive(patience: max(BoardConnection.briefest, min(end - now, BoardConnection.patience)))
            guard name == "phase", let change = ChangeReport(message["change"]) else {
                if name == "refused" { return neverBegan("the connection was lost before the board had armed the change") }
                continue
            }
            guard change.nonce == order.nonce else { return neverBegan("the connection was lost before the board had armed the change") }
            if let result = take(change) { return result }
        }
    }

    private func neverBegan(_ why: String) -> PushResult {
        tell(.failed(.arm, why))
        return PushResult(.refused, "Refused: \(why). Generation \(from) still runs on \(order.name).", runs: from)
    }

    private func take(_ change: ChangeReport) -> PushResult? {
        switch change.phase {
        case .armed, .switching: return nil
        case .watching:
            if !change.cause.isEmpty { tell(.progress(.health, change.cause)) }
            return nil
        case .waiting:
            if !isHealthy {
                isHealthy = true
                tell(.done(.health, "the daemon runs it, what was connected is connected, the journal takes and gives back"))
                tell(.begun(.confirm))
            }
            return confirm()
        case .probation, .kept: return confirmed(change)
        case .reverting, .settling:
            if !isReverting {
                isReverting = true
                tell(.failed(isHealthy ? .confirm : .health, change.cause))
                tell(.begun(.revert))
            }
            return nil
        case .reverted:
            if !isReverting { tell(.failed(isHealthy ? .confirm : .health, change.cause)) }
            tell(.done(.revert, "generation \(change.runs) runs again"))
            return PushResult(
                .revertedHealthy, "Taken back: \(change.cause). Generation \(change.runs) runs on \(order.name) as before.", runs: change.runs)
        case .stranded:
            tell(.failed(.revert, "no generation was healthy"))
            return PushResult(
                .revertedUnhealthy,
                "Taken back: \(change.cause). Generation \(change.runs) is in place on \(order.name), but it is not healthy either: go and look (bamai status there).",
                runs: change.runs)
        }
    }

    /// Says over a connection of its own that the board can still be reached. nil: it could not be said, and the board is watched further.
    private func confirm() -> PushResult? {
        do throws(LinkFailure) {
            let connection = try connector.connect(isFresh: true)
            try connection.send("confirm") { $0.member("token", token) }
            let (name, message) = try connection.receive()
            guard name == "confirmation", let change = ChangeReport(message["change"]) else {
                tell(.progress(.confirm, message["why"].list.first?.text ?? "the board does not take the confirmation"))
                return nil
            }
            return message["answer"].text == "taken" ? confirmed(change) : nil
        } catch {
            tell(.progress(.confirm, error.text))
            return nil
        }
    }

    private func confirmed(_ change: ChangeReport) -> PushResult {
        tell(.done(.confirm, "over a connection of its own"))
        let probation = change.phase == .kept ? "" : ", on probation for \(PushWatch.length(change.probation)): a crash loop takes it back to \(from)"
        return PushResult(.confirmed, "Generation \(to) runs on \(order.name)\(probation).", runs: to)
    }

    private static func length(_ seconds: Int64) -> String { seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s" }
}

extension Guard {
    /// Waits on this thread. *Units*: nanoseconds.
    package static func sleep(_ nanoseconds: Int64) {
        var left = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = timespec()
        while nanosleep(&left, &rest) != 0 && errno == EINTR { left = rest }
    }
}
