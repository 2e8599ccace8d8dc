import NIOPosix
import Synchronization

/// A thread that one connection to the store is used on: database calls block, and may take as long as a disk does.
///
/// What is urgent goes before what is not, however long that has waited; among equals, first come, first served.
final class StoreThread: Sendable {
    /// What somebody wants done. `isActive` is false where the thread ends first.
    private typealias Job = @Sendable (_ store: DeskStore, _ isActive: Bool) -> Void

    private struct Waiting {
        var urgent: [Job] = []
        var bulk: [Job] = []
        /// How far each list is done, so that the first is taken without moving the others.
        var (urgentDone, bulkDone) = (0, 0)

        mutating func next() -> Job? {
            if urgentDone < urgent.count { return Waiting.take(&urgent, &urgentDone) }
            return bulkDone < bulk.count ? Waiting.take(&bulk, &bulkDone) : nil
        }

        private static func take(_ list: inout [Job], _ done: inout Int) -> Job {
            let job = list[done]
            done += 1
            if done == list.count || done >= 256 {
                list.removeFirst(done)
                done = 0
            }
            return job
        }
    }

    /// The store lives on the pool's only thread; nobody else touches it.
    struct Box: @unchecked Sendable {
        let store: DeskStore
    }

    private let box: Box
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Mutex(Waiting())
    /// It only reads: what it is asked sees one state of the store from beginning to end.
    private let isReading: Bool

    /// Takes the store over: whoever made it does not use it any more.
    init(_ box: Box, isReading: Bool = false) {
        self.box = box
        self.isReading = isReading
        pool.start()
    }

    /// Does something with the store and gives on what comes of it.
    ///
    /// - Parameter isUrgent: people wait for it.
    func submit<T: Sendable>(
        isUrgent: Bool, _ body: @escaping @Sendable (DeskStore) throws(DatabaseError) -> T, then: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let isReading = isReading
        let job: Job = { store, isActive in
            guard isActive else { return then(.failure(DatabaseError.unavailable("the desk is stopping"))) }
            do throws(DatabaseError) {
                then(.success(isReading ? try store.snapshot { () throws(DatabaseError) in try body(store) } : try body(store)))
            } catch {
                then(.failure(error))
            }
        }
        waiting.withLock { if isUrgent { $0.urgent.append(job) } else { $0.bulk.append(job) } }
        // As many turns as jobs; which job a turn takes is decided when it comes.
        pool.submit { [self] state in
            guard let job = next() else { return }
            if case .active = state { job(box.store, true) } else { job(box.store, false) }
        }
    }

    private func next() -> Job? { waiting.withLock { $0.next() } }

    /// Lets what was asked finish; nothing more is taken.
    func stop() async { try? await pool.shutdownGracefully() }
}
