import Synchronization

/// Tells open pages and waiting gateways that something has changed.
///
/// Nobody is waited for: what a page has not been told yet is gathered for it, each episode once, and beyond a bound it is told that everything may have
/// changed. *Isolation*: any thread.
package final class LiveFeed: Sendable {
    private struct State {
        var next = 0
        var isOver = false
        var pages: [Int: PageNews] = [:]
        /// Gateways that wait for a decision, by id.
        var gateways: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
        var waiting = 0
        /// Who wants to know of decisions for whatever gateway.
        var publishers: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())
    /// Pages, and waiting gateways, at once; the next is turned away and comes back later.
    package static let (pageLimit, gatewayLimit) = (2000, 20_000)

    package init() {}

    // MARK: - Pages

    /// A new page's news; nil: there are too many, or the desk stops. It ends with the task that reads its stream.
    package func listen() -> PageListener? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let news = PageNews(continuation)
        let id: Int? = state.withLock { state in
            guard !state.isOver, state.pages.count < LiveFeed.pageLimit else { return nil }
            state.next += 1
            state.pages[state.next] = news
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.pages.removeValue(forKey: id) } }
        return PageListener(news: news, wakes: stream)
    }

    /// Tells every page that these episodes look different.
    package func tell(episodes: [Int64]) {
        guard !episodes.isEmpty else { return }
        for page in state.withLock({ Array($0.pages.values) }) { page.add(episodes) }
    }

    /// Tells every page that the line is still there.
    package func beat() { for page in state.withLock({ Array($0.pages.values) }) { page.wakes.yield() } }

    // MARK: - Decisions

    /// Wakes when a decision is made for a gateway; nil: for any. None where there are too many, or the desk stops.
    package func decisions(of gateway: String?) -> AsyncStream<Void>? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard !state.isOver, state.waiting < LiveFeed.gatewayLimit else { return nil }
            state.next += 1
            if let gateway {
                state.gateways[gateway, default: [:]][state.next] = continuation
                state.waiting += 1
            } else {
                state.publishers[state.next] = continuation
            }
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in self?.forget(id, of: gateway) }
        return stream
    }

    private func forget(_ id: Int, of gateway: String?) {
        state.withLock { state in
            guard let gateway else {
                state.publishers.removeValue(forKey: id)
                return
            }
            guard state.gateways[gateway]?.removeValue(forKey: id) != nil else { return }
            state.waiting -= 1
            if state.gateways[gateway]?.isEmpty == true { state.gateways.removeValue(forKey: gateway) }
        }
    }

    /// A gateway has a new decision.
    package func decided(_ gateway: String) {
        let waiting = state.withLock { Array(($0.gateways[gateway] ?? [:]).values) + Array($0.publishers.values) }
        for each in waiting { each.yield() }
    }

    // MARK: - The end

    /// Open pages, and gateways that wait.
    package var count: Int { state.withLock { $0.pages.count + $0.waiting } }

    /// Ends all streams, and takes no more listeners.
    package func finish() {
        let (pages, waiting) = state.withLock { state in
            state.isOver = true
            return (Array(state.pages.values), state.gateways.values.flatMap(\.values) + Array(state.publishers.values))
        }
        for page in pages { page.wakes.finish() }
        for each in waiting { each.finish() }
    }
}

/// A page that listens. Whoever lets go of it listens no more.
package struct PageListener: Sendable {
    package let news: PageNews
    /// One wake for whatever has come since the last.
    package let wakes: AsyncStream<Void>
}

/// What one page has not been told yet.
///
/// *Memory*: at most `limit` numbers. *Isolation*: any thread tells; one task takes.
package final class PageNews: Sendable {
    /// Episodes that are named one by one.
    package static let limit = 1000

    private struct Waiting {
        var episodes: [Int64] = []
        var named: Set<Int64> = []
        var isEverything = false
    }

    private let waiting = Mutex(Waiting())
    /// Not the stream itself: nothing here may keep it alive.
    let wakes: AsyncStream<Void>.Continuation

    init(_ wakes: AsyncStream<Void>.Continuation) { self.wakes = wakes }

    func add(_ episodes: [Int64]) {
        waiting.withLock { waiting in
            guard !waiting.isEverything else { return }
            for episode in episodes where waiting.named.insert(episode).inserted { waiting.episodes.append(episode) }
            if waiting.episodes.count > PageNews.limit { waiting = Waiting(isEverything: true) }
        }
        wakes.yield()
    }

    /// What a page is told.
    package enum Change: Equatable, Sendable {
        /// These look different; none: nothing has changed, and the line is there.
        case episodes([Int64])
        /// More than is worth naming.
        case everything
    }

    /// What there is to tell, once.
    package func take() -> Change {
        waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.isEverything ? .everything : .episodes(waiting.episodes)
        }
    }
}
