import NIOPosix

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

    /// Lets what was asked finish; nothing more is taken.
    package func stop() async { try? await pool.shutdownGracefully() }
}
