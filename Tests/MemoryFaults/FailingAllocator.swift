import CSQLite
import Glibc

/// SQLite's allocator in this process: the C library's, which refuses when it is told to. *Isolation*: one thread.
enum FailingAllocator {
    enum Mode: CaseIterable {
        /// One allocation fails.
        case once
        /// It and all after it fail, until `disarm`.
        case fromThenOn
    }

    private struct State {
        var mode = Mode.once
        /// Allocations since `arm`.
        var asked = 0
        /// Which of them fails, from 1 on; 0: none.
        var failing = 0
        var refused = 0
    }

    // SAFETY: this process has one thread.
    nonisolated(unsafe) private static var state = State()

    /// Takes the place of SQLite's own allocator. Call it before SQLite is first used.
    static func install() {
        var methods = sqlite3_mem_methods()
        methods.xMalloc = { size in FailingAllocator.allocate(nil, size) }
        methods.xRealloc = { pointer, size in FailingAllocator.allocate(pointer, size) }
        methods.xFree = { pointer in free(pointer.map { $0 - FailingAllocator.headBytes }) }
        methods.xSize = { pointer in pointer.map { ($0 - FailingAllocator.headBytes).load(as: Int32.self) } ?? 0 }
        methods.xRoundup = { size in (size + 7) & ~7 }
        methods.xInit = { _ in SQLITE_OK }
        methods.xShutdown = { _ in }
        precondition(bamai_sqlite_replace_allocator(&methods) == SQLITE_OK && sqlite3_initialize() == SQLITE_OK, "SQLite is in use already")
    }

    /// The allocation number `number` from now on fails.
    static func arm(_ mode: Mode, at number: Int) { state = State(mode: mode, failing: number) }

    /// Nothing fails any more. Returns how many allocations were refused.
    static func disarm() -> Int {
        defer { state = State() }
        return state.refused
    }

    /// SQLite asks for the size of what it holds, so that stands before each allocation. 16 bytes keep it aligned.
    private static let headBytes = 16

    private static func allocate(_ old: UnsafeMutableRawPointer?, _ size: Int32) -> UnsafeMutableRawPointer? {
        guard !refuses(), let head = realloc(old.map { $0 - headBytes }, Int(size) + headBytes) else { return nil }
        head.storeBytes(of: size, as: Int32.self)
        return head + headBytes
    }

    private static func refuses() -> Bool {
        guard state.failing > 0 else { return false }
        state.asked += 1
        guard state.mode == .once ? state.asked == state.failing : state.asked >= state.failing else { return false }
        state.refused += 1
        return true
    }
}
