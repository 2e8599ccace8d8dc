internal import CLinux

/// The pages of the program itself and of its libraries.
package enum ProgramPages {
    /// Lets go of code and constants that only the start has needed. What is touched again is mapped again from the page cache, some microseconds a piece;
    /// on a board that is short of memory the rest need not be there at all.
    ///
    /// - Returns: the bytes of the segments that were let go of.
    @discardableResult package static func release() -> Int64 { bamai_release_program_pages() }
}
