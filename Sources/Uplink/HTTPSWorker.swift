import HTTP
import Journal
import Lifeline
import Linux
import Site

/// The uplink's thread by HTTPS: the journal's feed, the link, and what is told of them.
final class HTTPSWorker {
    private let feed: UplinkFeed
    private let port: UplinkPort
    private let link: HTTPSLink
    private let window: Int
    private var openAt: Int64 = 0
    private var countAt: Int64 = 0
    private var opening: Int64?
    private var hasWorked = false
    /// What does not work now, and why, by the lane that it was noticed in.
    private var failures: [Lane: String] = [:]
    /// nil: the platform makes no decisions.
    private var poll: DecisionPoll?
    /// nil: the platform gets no status.
    private var statusTurn: StatusTurn?
    /// Of the status that is on its way.
    private var statusRequest: HTTPClient.Identifier?

    init(setting: UplinkSetting, window: Int, feed: UplinkFeed, link: HTTPSLink) {
        self.feed = feed
        port = feed.port
        self.link = link
        self.window = window
        statusTurn = setting.statusTurn
        poll = setting.platform.decisionsTopic.map { DecisionPoll(path: $0, gateway: setting.gateway, seed: setting.seed &+ 7) }
    }

    func run() {
        port.update { $0.state = .idle }
        statusTurn?.began(Clocks.monotonicNanoseconds())
        while !port.isStopping { turn() }
        let deadline = Clocks.monotonicNanoseconds() + UplinkWorker.farewell
        while link.isBusy && Clocks.monotonicNanoseconds() < deadline {
            link.wait(for: port.wake.descriptor, milliseconds: 50)
            port.wake.drain()
            act(link.takeOutcomes())
        }
        feed.report()
    }

    private func turn() {
        let now = Clocks.monotonicNanoseconds()
        link.now = now
        if now >= openAt, feed.open() != nil { openAt = now + 1_000_000_000 }
        if let opening, now >= opening { feed.forwarder.wake() }
        if feed.forwarder.isHungry, feed.fill(to: link, window: window) != nil { openAt = now + 1_000_000_000 }
        act(link.send())
        ask(now)
        sendStatus(now)
        if now >= countAt {
            countAt = now + UplinkWorker.countInterval
            feed.count()
        }
        feed.report()
        opening = link.nextOpening
        link.wait(for: port.wake.descriptor, milliseconds: patience(now))
        link.now = Clocks.monotonicNanoseconds()
        port.wake.drain()
        feed.forwarder.wake()
        act(link.takeOutcomes())
    }

    /// How long nothing has to be done unless something happens.
    private func patience(_ now: Int64) -> Int32 {
        if feed.forwarder.canGoOn(window: window) && link.isOpen(.alerts) { return 0 }
        let next = min(opening ?? .max, poll?.due ?? .max)
        return Int32(clamping: max(1, min(1000, (next - now) / 1_000_000)))
    }

    private func act(_ outcomes: [HTTPSLink.Outcome]) {
        for outcome in outcomes {
            switch outcome {
            case .accepted(let lane, let identifiers):
                for identifier in identifiers { feed.acknowledge(identifier) }
                works(lane)
            case .refused(let lane, let identifier, let cause, let reason):
                feed.forwarder.refuse(identifier, cause: cause, reason: reason)
                works(lane)
            case .failed(let lane, let words):
                feed.forwarder.rewind(lane)
                fails(lane, words)
            case .other(let identifier, let outcome):
                if identifier == poll?.request {
                    heard(outcome)
                } else if identifier == statusRequest {
                    statusEnded(outcome)
                }
            }
        }
        if !outcomes.isEmpty { feed.tell() }
    }

    // MARK: - Decisions

    private func ask(_ now: Int64) {
        if let areDurable = port.takeAnswer() { poll?.answered(areDurable, now) }
        guard poll?.isDue(now) == true, let number = try? feed.reader?.cursor(.decisions) else { return }
        guard let request = poll?.begin(after: number, now) else { return }
        poll?.request = link.start(request)
    }

    private func heard(_ outcome: HTTPOutcome) {
        switch poll?.ended(outcome, link.now) {
        case .offers(let offers):
            port.offer(offers)
            listens()
        case .nothing: listens()
        case .refused:
            // It has answered, all the same.
            works(.decisions)
            port.update { $0.decisions = .refused }
        case .failed(let words): fails(.decisions, words)
        case nil: break
        }
    }

    private func listens() {
        port.update { $0.decisions = .listening }
        works(.decisions)
    }

    // MARK: - The gateway's own status

    /// Where it is due, and no alert waits.
    private func sendStatus(_ now: Int64) {
        if statusTurn?.mustAsk(now) == true { port.askForStatus() }
        if let document = port.takeStatus() { statusTurn?.given(document, now) }
        guard let path = statusTurn?.topic, link.isOpen(.alerts), !feed.forwarder.hasAlerts, let document = statusTurn?.take() else { return }
        statusRequest = link.start(
            HTTPRequest(path: path, body: document, headers: [HTTPRequest.Header(name: "Content-Type", value: "application/json")]))
        if statusRequest == nil { statusTurn?.failed(now) }
    }

    /// Whatever comes of it says nothing of alerts: their own requests do.
    private func statusEnded(_ outcome: HTTPOutcome) {
        statusRequest = nil
        guard case .answer(let answer) = outcome else {
            statusTurn?.failed(link.now)
            return
        }
        switch answer.status {
        case 200...299:
            statusTurn?.arrived(link.now)
            port.update {
                $0.statusSent += 1
                $0.isStatusRefused = false
            }
        case 408, 425, 429, 500, 502...599:
            statusTurn?.failed(link.now, seconds: answer.retryAfter.map { min($0, HTTPSVerdict.longestRetryAfter) })
        default:
            statusTurn?.refused(link.now)
            port.update { $0.isStatusRefused = true }
        }
    }

    // MARK: - State

    private func fails(_ lane: Lane, _ words: String) {
        failures[lane] = words
        port.update {
            $0.state = .waiting
            $0.lastError = words
        }
    }

    /// The platform has answered, and knows what it was asked.
    private func works(_ lane: Lane) {
        let isBack = failures.removeValue(forKey: lane) != nil && failures.isEmpty && hasWorked
        hasWorked = hasWorked || failures.isEmpty
        // What goes wrong on another lane is still what people must know.
        let words = failures[.alerts] ?? failures.first?.value
        port.update {
            $0.state = words == nil ? .connected : .waiting
            $0.lastError = words
            if isBack { $0.reconnects += 1 }
        }
        if isBack && statusRequest == nil { statusTurn?.began(link.now) }
    }
}
