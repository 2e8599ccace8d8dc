import Dispatch
import Synchronization

/// The store as tasks use it: one thread that writes, and others that read, each with a connection of its own, so that no page waits for what gateways send
/// and no gateway's token for a report.
///
/// A database that has one connection only (in memory) does everything on it. *Isolation*: any task may ask.
package final class StoreQueue: Sendable {
    /// Who reads what.
    package enum Reading: Sendable {
        /// One row by its key: sessions, tokens.
        case lookup
        /// What a page shows.
        case page
        /// What goes over many rows: reports, exports, figures.
        case report
    }

    private let writer: StoreThread
    private let readers: [Reading: StoreThread]
    /// The data is a server's, whose files do not shrink by themselves.
    let isServer: Bool

    /// Takes the store over: whoever made it does not use it any more.
    package init(_ store: sending DeskStore) {
        isServer = store.kind == "PostgreSQL"
        let box = StoreThread.Box(store: store)
        var readers: [Reading: StoreThread] = [:]
        for kind in [Reading.lookup, .page, .report] {
            if let other = box.store.reader() { readers[kind] = StoreThread(StoreThread.Box(store: other), isReading: true) }
        }
        self.readers = readers
        writer = StoreThread(box)
    }

    /// Does something with the store and waits for what comes of it, without holding a thread of the server. It may write, and goes before what gateways send.
    package func run<T: Sendable>(_ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) async throws -> T {
        try await StoreQueue.ask(writer, isUrgent: true, body)
    }

    /// The same for what can wait, such as removing what is old: after what people ask for.
    package func runLater<T: Sendable>(_ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) async throws -> T {
        try await StoreQueue.ask(writer, isUrgent: false, body)
    }

    /// Reads one state of the store; `body` must not write.
    package func read<T: Sendable>(_ kind: Reading, _ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) async throws -> T {
        try await StoreQueue.ask(readers[kind] ?? writer, isUrgent: true, body)
    }

    private static func ask<T: Sendable>(
        _ thread: StoreThread, isUrgent: Bool, _ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            thread.submit(isUrgent: isUrgent, body) { continuation.resume(with: $0) }
        }
    }

    /// Does something when people have what they asked for, without waiting for it here.
    func submit(_ body: @escaping @Sendable (DeskStore) -> Void, refused: @escaping @Sendable (any Error) -> Void) {
        writer.submit(isUrgent: false, { store throws(DatabaseError) in body(store) }) { if case .failure(let error) = $0 { refused(error) } }
    }

    /// As `run`, for a thread that may block. Never on a thread of the server.
    ///
    /// - Parameter isUrgent: false: after what people ask for.
    package func wait<T: Sendable>(isUrgent: Bool = true, _ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) throws -> T {
        let answer = Answer<T>()
        writer.submit(isUrgent: isUrgent, body) { answer.give($0) }
        return try answer.take()
    }

    /// One result, from one thread to another.
    private final class Answer<T: Sendable>: Sendable {
        private let value = Mutex<Result<T, any Error>?>(nil)
        private let isThere = DispatchSemaphore(value: 0)

        func give(_ result: Result<T, any Error>) {
            value.withLock { $0 = result }
            isThere.signal()
        }

        func take() throws -> T {
            isThere.wait()
            guard let result = value.withLock({ $0 }) else { throw DatabaseError.failed("no answer of the store") }
            return try result.get()
        }
    }

    /// Lets what was asked finish; nothing more is taken.
    package func stop() async {
        await writer.stop()
        for thread in readers.values { await thread.stop() }
    }
}
