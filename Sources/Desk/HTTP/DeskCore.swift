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
    private let waiting = Mutex(0)
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
    }

    /// The wall clock now.
    package var now: Timestamp { clock() }

    /// Ends what waits; the store finishes what it was asked.
    package func stop() async {
        feed.finish()
        await store.stop()
        try? await hashing.shutdownGracefully()
    }

    /// Why events are not taken now.
    package enum IngestFailure: Error, Equatable {
        /// Too many wait already. *Units*: seconds after which to come back.
        case behind(Int)
    }

    /// Takes events that a gateway is known to have sent: durable when this returns.
    ///
    /// - Throws: `IngestFailure`, or the store's failure; nothing is taken then.
    package func ingest(_ events: [IncomingEvent], via: String) async throws -> IngestResult {
        let isBehind = waiting.withLock { waiting in
            if waiting >= settings.ingestBacklog { return true }
            waiting += 1
            return false
        }
        if isBehind {
            counters.add("bamai_desk_events_deferred_total")
            // Spread, so that a thousand gateways do not come back in one wave.
            throw IngestFailure.behind(Int.random(in: 2...10))
        }
        defer { waiting.withLock { $0 -= 1 } }
        let now = now
        let result = try await store.run { store throws(DatabaseError) in try store.ingest(events, via: via, now: now) }
        tell(result, via)
        return result
    }

    /// The same for a thread that may block, such as the broker's: it waits in its own queue and is never told to come back.
    @discardableResult
    func ingestBlocking(_ events: [IncomingEvent], via: String) throws -> IngestResult {
        let now = now
        let result = try store.wait { store throws(DatabaseError) in try store.ingest(events, via: via, now: now) }
        tell(result, via)
        return result
    }

    private func tell(_ result: IngestResult, _ via: String) {
        counters.add("bamai_desk_events_total", via, key: "via", by: result.taken)
        counters.add("bamai_desk_events_known_total", via, key: "via", by: result.known)
        for episode in result.changed { feed.tell(.episode(episode)) }
    }

    /// Events that wait for the store.
    package var backlog: Int { waiting.withLock { $0 } }

    /// Does what a person asks for, and tells pages and gateways.
    package func handle(_ request: HandlingRequest, episode: Int64, by actor: Actor) async throws -> Result<HandlingOutcome, HandlingRefusal> {
        let now = now
        let result = try await store.run { store throws(DatabaseError) in try store.handle(request, episode: episode, by: actor, now: now) }
        if case .success(let outcome) = result {
            counters.add("bamai_desk_actions_total", request.act.rawValue, key: "act")
            feed.tell(.episode(episode))
            if let decision = outcome.decision { feed.tell(.decision(decision.gateway)) }
        }
        return result
    }

    /// Hashes or verifies a password without holding a thread of the server.
    func hash<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws -> T { try await hashing.runIfActive(body) }

    /// Lets go of what is too old, at once and then each day, until the task is cancelled.
    package func keepUp(logger: Logger) async {
        while !Task.isCancelled {
            let now = now
            let before = now.before(hours: settings.keepDays * 24)
            do {
                let gone = try await store.run { store throws(DatabaseError) in try store.prune(before: before, now: now) }
                if gone > 0 { logger.notice("\(gone) episodes went: done, over, and older than \(settings.keepDays) days") }
            } catch {
                logger.error("old episodes could not be removed: \(error)")
            }
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

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
