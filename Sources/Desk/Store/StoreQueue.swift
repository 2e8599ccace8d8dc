import Dispatch
import NIOPosix
import Synchronization

/// The one thread that the store is used on: database calls block, and may take as long as a disk does.
///
/// *Isolation*: any task may ask; what they ask is done in turn.
package final class StoreQueue: Sendable {
    private let pool: NIOThreadPool
    private let box: Box

    /// The store lives on the pool's only thread; nobody else touches it.
    private final class Box: @unchecked Sendable {
        let store: DeskStore
        init(_ store: DeskStore) { self.store = store }
    }

    /// Takes the store over: whoever made it does not use it any more.
    package init(_ store: sending DeskStore) {
        box = Box(store)
        pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
    }

    /// Does something with the store and waits for what comes of it, without holding a thread of the server.
    package func run<T: Sendable>(_ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) async throws -> T {
        try await pool.runIfActive { [box] in try body(box.store) }
    }

    /// The same for a thread that may block. Never on a thread of the server.
    package func wait<T: Sendable>(_ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T) throws -> T {
        let answer = Answer<T>()
        pool.submit { [box] state in
            answer.give(
                Result { () throws(any Error) in
                    guard case .active = state else { throw DatabaseError.unavailable("the desk is stopping") }
                    return try body(box.store)
                })
        }
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
    package func stop() async { try? await pool.shutdownGracefully() }
}
