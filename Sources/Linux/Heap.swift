internal import CLinux

/// The C library's heap, kept small on a small board.
package enum Heap {
    /// *Units*: bytes. Blocks from this size on are mapped by themselves and go back when they are freed. Left to itself the C library moves this limit up
    /// to the largest block that was ever freed, and from then on keeps blocks of that size: a checkpoint an hour would hold its megabytes for good.
    private static let mappedFrom: Int32 = 512 << 10
    /// *Units*: bytes that may lie free at the heap's end: what a batch takes and leaves again.
    private static let slack: Int32 = 1 << 20

    /// One heap for all threads: they hardly allocate at the same time, and each further one keeps memory for itself. To be called before any thread starts.
    package static func keepSmall() {
        _ = mallopt(M_ARENA_MAX, 1)
        _ = mallopt(M_MMAP_THRESHOLD, mappedFrom)
        _ = mallopt(M_TRIM_THRESHOLD, slack)
    }

    /// Gives what is free back to the system.
    package static func trim() { _ = malloc_trim(0) }
}
