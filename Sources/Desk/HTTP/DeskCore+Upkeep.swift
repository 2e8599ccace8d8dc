import Lifeline
import Linux
import Logging

/// What the desk lets go of by itself: by age, and where the store is at its limit.
extension DeskCore {
    /// *Units*: seconds between two looks at the store's size, and between two at its age.
    private static let (sizeInterval, ageInterval): (Int64, Int64) = (5, 86_400)

    /// Keeps the store within its limits until the task is cancelled.
    package func keepUp(logger: Logger) async {
        var nextByAge: Int64 = 0
        while !Task.isCancelled {
            do {
                if Clocks.monotonicNanoseconds() >= nextByAge {
                    nextByAge = Clocks.monotonicNanoseconds() + DeskCore.ageInterval * 1_000_000_000
                    try await pruneByAge(logger)
                }
                try await pruneBySize(logger)
            } catch {
                if Task.isCancelled { return }
                logger.error("old episodes could not be removed: \(error)")
            }
            try? await Task.sleep(for: .seconds(DeskCore.sizeInterval))
        }
    }

    /// Lets go of what is done, over and older than the days that it is kept for.
    func pruneByAge(_ logger: Logger) async throws {
        let now = now
        let before = now.before(hours: settings.keepDays * 24)
        var gone = 0
        while true {
            let count = try await store.runLater { store throws(DatabaseError) in try store.prune(before: before) }
            gone += count
            if count < DeskStore.pruneChunk { break }
        }
        try await store.runLater { store throws(DatabaseError) in try store.sweep(before: before, now: now) }
        counters.add("bamai_desk_episodes_removed_total", "age", by: gone)
        if gone > 0 { logger.notice("\(gone) episodes went: done, over, and older than \(settings.keepDays) days") }
    }

    /// Where more bytes are in use than the limit, the oldest of what is done and over goes, until a twentieth is free. If that is not enough, nothing new is
    /// taken until people have closed something, or the limit is raised: open episodes never go.
    func pruneBySize(_ logger: Logger) async throws {
        guard let limit = settings.storeBytesLimit, let used = try await inUse(), used > limit else {
            if isFull { logger.notice("the store has room again") }
            isFull = false
            return
        }
        var gone = 0
        // PostgreSQL keeps the room of what is gone for what comes: its files say nothing of how much that is, so a twentieth of the episodes goes.
        var quota = store.isServer ? max(DeskStore.pruneChunk, Int(try await episodes() / 20)) : Int.max
        while quota > 0 {
            let count = try await store.runLater { store throws(DatabaseError) in try store.pruneOldest() }
            gone += count
            quota -= count
            if count == 0 { break }
            if !store.isServer, let now = try await inUse(), now <= limit - limit / 20 { break }
        }
        if store.isServer && gone > 0 { try await settle(limit) }
        counters.add("bamai_desk_episodes_removed_total", "size", by: gone)
        if gone > 0 {
            logger.warning("\(gone) episodes went: the store has reached its limit of \(limit >> 20) MiB; they were done, over, and the oldest")
        }
        let after = try await inUse() ?? 0
        let isNowFull = gone == 0 && after > limit
        if isNowFull && !isFull {
            logger.error(
                "the store is full (\(after >> 20) MiB of \(limit >> 20)), and all that is in it is open: close alerts, or raise --max-store")
        }
        isFull = isNowFull
    }

    private static let ceilingName = "store_ceiling"

    /// After rows of a server are gone its files are as large as before, with room inside: they may stay that large.
    private func settle(_ limit: Int64) async throws {
        try await store.runLater { store throws(DatabaseError) in
            try store.giveBack()
            try store.remember(DeskCore.ceilingName, max(limit, try store.bytes() ?? 0))
        }
    }

    /// *Units*: bytes that count against the limit; nil where that cannot be told.
    private func inUse() async throws -> Int64? {
        let (isServer, limit) = (store.isServer, settings.storeBytesLimit ?? 0)
        return try await store.read(.lookup) { store throws(DatabaseError) in
            guard let bytes = try store.bytes() else { return nil }
            guard isServer, let ceiling = try store.remembered(DeskCore.ceilingName), ceiling > limit else { return bytes }
            // Up to the size that it had with room inside, it grows into that room.
            return bytes <= ceiling ? min(bytes, limit) : bytes
        }
    }

    private func episodes() async throws -> Int64 {
        try await store.read(.report) { store throws(DatabaseError) in try store.figures().episodes }
    }
}
