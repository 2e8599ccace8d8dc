import Lifeline
import Linux
import Logging
import NIOPosix
import Synchronization

/// The desk without its doors: the store, who listens, what is counted.
///
/// *Isolation*: any task.
package final class DeskCore: Sendable {
    package let settings: DeskSettings
    package let store: StoreQueue
    package let feed = LiveFeed()
    package let counters = DeskCounters()
    /// Failures to log in, by name and by address.
    let byName = AttemptLimiter(limit: 5, seconds: 900)
    let byAddress = AttemptLimiter(limit: 30, seconds: 900)
    /// Wrong tokens of gateways and programs, by address.
    let byToken = AttemptLimiter(limit: 50, seconds: 300)
    /// Hashing takes memory and time: two at once and no more.
    private let hashing = NIOThreadPool(numberOfThreads: 2)
    /// 1 while a broker lets us in, 0 while none does, −1 where the desk has none.
    let broker = Atomic(-1)
    /// Documents are read on a thread of their own: a thousand gateways at once leave the server's threads to people.
    private let reading = NIOThreadPool(numberOfThreads: 1)
    /// Requests of gateways that wait for the store.
    private let incoming = Mutex(Incoming())
    /// What stands around every list; counted anew when it is old for what it costs.
    private let around = Remembered<Surroundings>()
    /// What the fleet page shows beside the gateways themselves.
    private let unrest = Remembered<Unrest>()
    private let sums = Remembered<DeskStore.Figures>()
    /// The store has reached its limit with nothing left that may go.
    private let full = Atomic(false)
    package let started: Timestamp
    private let clock: @Sendable () -> Timestamp

    /// - Parameter clock: the wall clock; tests bring their own.
    package init(
        settings: DeskSettings, store: sending DeskStore,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp(microseconds: Clocks.wallMicroseconds()) }
    ) {
        self.settings = settings
        self.store = StoreQueue(store)
        self.clock = clock
        started = clock()
        hashing.start()
        reading.start()
    }

    /// The wall clock now.
    package var now: Timestamp { clock() }

    /// Ends what waits; the store finishes what it was asked.
    package func stop() async {
        feed.finish()
        await store.stop()
        try? await hashing.shutdownGracefully()
        try? await reading.shutdownGracefully()
    }

    // MARK: - What gateways send

    fileprivate struct Request: Sendable {
        var events: [IncomingEvent]
        var via: String
        var answer: CheckedContinuation<IngestResult, any Error>
    }

    fileprivate struct Incoming {
        var requests: [Request] = []
        /// Of those that were let in and are not answered. *Units*: requests, bytes.
        var (count, bytes) = (0, 0)
    }

    /// Why events are not taken now.
    package enum IngestFailure: Error, Equatable {
        /// Too many wait already. *Units*: seconds after which to come back.
        case behind(Int)
        /// The store is at its limit, and nothing that is left may go.
        case full
    }

    /// Lets a request in, for as long as `body` takes, where there is room for it.
    ///
    /// - Parameter bytes: that it has, or may have.
    /// - Throws: `IngestFailure`; what `body` throws.
    func admitted<T>(bytes: Int, _ body: () async throws -> T) async throws -> T {
        guard !isFull else {
            counters.add("bamai_desk_refused_total", "store_full")
            throw IngestFailure.full
        }
        let isBehind = incoming.withLock { incoming in
            if incoming.count >= settings.ingestBacklog || incoming.bytes + bytes > settings.ingestBacklogBytes { return true }
            incoming.count += 1
            incoming.bytes += bytes
            return false
        }
        if isBehind {
            counters.add("bamai_desk_requests_deferred_total")
            // Spread, so that a thousand gateways do not come back in one wave.
            throw IngestFailure.behind(Int.random(in: 2...10))
        }
        defer {
            incoming.withLock { incoming in
                incoming.count -= 1
                incoming.bytes -= bytes
            }
        }
        return try await body()
    }

    /// Reads documents without holding a thread of the server.
    func read<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws -> T { try await reading.runIfActive(body) }

    /// Takes events that a gateway is known to have sent: durable when this returns. Requests that come close together share one transaction.
    ///
    /// - Throws: the store's failure; nothing is taken then.
    package func ingest(_ events: [IncomingEvent], via: String) async throws -> IngestResult {
        let result = try await withCheckedThrowingContinuation { answer in
            incoming.withLock { $0.requests.append(Request(events: events, via: via, answer: answer)) }
            store.submit { [self] store in
                takeWaiting(store)
            } refused: { [self] error in
                for request in incoming.withLock({ $0.takeAll() }) { request.answer.resume(throwing: error) }
            }
        }
        tell(result, via)
        return result
    }

    /// Takes what waits, as much as fits one transaction. On the store's thread; called as often as requests come, so most calls find nothing left.
    private func takeWaiting(_ store: DeskStore) {
        let requests = incoming.withLock { $0.take(events: DeskCore.commitLimit) }
        guard let first = requests.first else { return }
        let now = now
        do throws(DatabaseError) {
            let results = try store.ingest(requests.map(\.events), via: first.via, now: now)
            for (request, result) in zip(requests, results) { request.answer.resume(returning: result) }
        } catch {
            // One of them may be at fault: each has a transaction of its own then.
            guard case .failed = error, requests.count > 1 else {
                for request in requests { request.answer.resume(throwing: error) }
                return
            }
            for request in requests {
                request.answer.resume(
                    with: Result { () throws(DatabaseError) in try store.ingest(request.events, via: request.via, now: now) }.mapError {
                        $0 as any Error
                    })
            }
        }
    }

    /// Events of one transaction: people's own acts wait no longer than it takes.
    static let commitLimit = 250

    /// The same for a thread that may block, such as the broker's: it waits in its own queue and is never told to come back.
    @discardableResult
    func take(_ delivery: DeskStore.Delivery) throws -> IngestResult {
        if isFull && !delivery.events.isEmpty {
            counters.add("bamai_desk_refused_total", "store_full")
            throw DatabaseError.unavailable("the store is at its limit and everything in it is open: close alerts, or raise --max-store")
        }
        let now = now
        let result = try store.wait(isUrgent: false) { store throws(DatabaseError) in try store.take(delivery, now: now) }
        tell(result, "mqtt")
        counters.add("bamai_desk_refused_total", EventRefusal.unknownGateway.rawValue, by: result.unknown)
        counters.add("bamai_desk_status_total", by: delivery.states.count)
        return result
    }

    private func tell(_ result: IngestResult, _ via: String) {
        counters.add("bamai_desk_events_total", via, key: "via", by: result.taken)
        counters.add("bamai_desk_events_known_total", via, key: "via", by: result.known)
        feed.tell(episodes: result.changed)
    }

    /// Requests of gateways that have been let in and are not answered.
    package var backlog: Int { incoming.withLock { $0.count } }

    /// The store has reached its limit with nothing left that may go.
    package internal(set) var isFull: Bool {
        get { full.load(ordering: .relaxed) }
        set { full.store(newValue, ordering: .relaxed) }
    }

    // MARK: - What people see and do

    /// What stands around every list of alerts.
    struct Surroundings: Sendable {
        var open: [Level: Int64]
        var gateways: [String]
    }

    /// At most ten times as old as it takes to count: however many pages are open, a tenth of one thread counts.
    func surroundings() async throws -> Surroundings {
        try await around.value {
            try await store.read(.page) { store throws(DatabaseError) in
                Surroundings(open: try store.openByLevel(), gateways: try store.gatewayIDs())
            }
        }
    }

    /// How much there is.
    func figures() async throws -> DeskStore.Figures {
        try await sums.value { try await store.read(.report) { store throws(DatabaseError) in try store.figures() } }
    }

    /// Who stirs up how many alarms.
    struct Unrest: Sendable {
        /// Episodes of the last 24 hours, by gateway.
        var rates: [String: Int64]
        /// The worst points of the last 30 days.
        var worst: [PeriodReport.Point]
    }

    func fleetUnrest() async throws -> Unrest {
        let now = now
        return try await unrest.value {
            try await store.read(.report) { store throws(DatabaseError) in
                Unrest(
                    rates: try store.episodesByGateway(since: now.before(hours: 24)),
                    worst: try store.worstPoints(since: now.before(hours: 720), until: now))
            }
        }
    }

    /// Does what a person asks for, and tells pages and gateways.
    package func handle(_ request: HandlingRequest, episode: Int64, by actor: Actor) async throws -> Result<HandlingOutcome, HandlingRefusal> {
        let now = now
        let result = try await store.run { store throws(DatabaseError) in try store.handle(request, episode: episode, by: actor, now: now) }
        if case .success(let outcome) = result {
            counters.add("bamai_desk_actions_total", request.act.rawValue, key: "act")
            // Whoever did it sees what it did.
            around.forget()
            feed.tell(episodes: [episode])
            if let decision = outcome.decision { feed.decided(decision.gateway) }
        }
        return result
    }

    /// Hashes or verifies a password without holding a thread of the server.
    func hash<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws -> T { try await hashing.runIfActive(body) }

    /// The link for the first account, where nobody can log in yet; good for three days, once.
    package func setupLink() async throws -> String? {
        let (token, now) = (Token.make(), now)
        let isNeeded = try await store.run { store throws(DatabaseError) in
            if try store.hasAccounts() { return false }
            try store.openSetup(token: token, now: now)
            return true
        }
        return isNeeded ? "/setup/\(token)" : nil
    }
}

extension DeskCore.Incoming {
    fileprivate mutating func takeAll() -> [DeskCore.Request] {
        defer { requests = [] }
        return requests
    }

    /// The oldest that one transaction takes: of one way, and no more events than so many, but at least one request.
    fileprivate mutating func take(events most: Int) -> [DeskCore.Request] {
        var (end, events) = (0, 0)
        while end < requests.count, end == 0 || (events + requests[end].events.count <= most && requests[end].via == requests[0].via) {
            events += requests[end].events.count
            end += 1
        }
        defer { requests.removeFirst(end) }
        return Array(requests[..<end])
    }
}
