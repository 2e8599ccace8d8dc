import Synchronization

/// Tells open pages and waiting gateways that something has changed.
///
/// A listener that does not keep up misses news, never blocks; what it then fetches is the present state. *Isolation*: any thread.
package final class LiveFeed: Sendable {
    /// What is told.
    package enum News: Sendable, Equatable {
        /// An episode looks different.
        case episode(Int64)
        /// A gateway has a new decision.
        case decision(String)
        /// Nothing; the line is still there.
        case beat
    }

    private struct State {
        var next = 0
        var isOver = false
        var listeners: [Int: AsyncStream<News>.Continuation] = [:]
    }

    private let state = Mutex(State())
    /// Listeners at once; the next is turned away and comes back later.
    package static let listenerLimit = 2000
    private static let backlog = 64

    package init() {}

    /// A new listener's stream; nil: there are too many, or the desk stops. It ends with the task that reads it.
    package func listen() -> AsyncStream<News>? {
        let (stream, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(LiveFeed.backlog))
        let id: Int? = state.withLock { state in
            guard !state.isOver, state.listeners.count < LiveFeed.listenerLimit else { return nil }
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) } }
        return stream
    }

    /// Listeners there are.
    package var count: Int { state.withLock { $0.listeners.count } }

    /// Tells everybody.
    package func tell(_ news: News) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(news) }
    }

    /// Ends all streams, and takes no more listeners.
    package func finish() {
        let listeners = state.withLock { state in
            state.isOver = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
