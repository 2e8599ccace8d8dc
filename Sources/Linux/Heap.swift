internal import CLinux

/// The C library's heap, kept small on a small board.
package enum Heap {
    /// One heap for all threads: they hardly allocate at the same time, and each further one keeps memory for itself. To be called before any thread starts.
    package static func shareAmongThreads() { _ = mallopt(M_ARENA_MAX, 1) }

    /// Gives what is free back to the system.
    package static func trim() { _ = malloc_trim(0) }
}
