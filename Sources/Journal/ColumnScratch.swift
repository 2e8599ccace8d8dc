/// Working memory of a codec: 64-bit integers that are allocated once, grow to the largest segment met and are reused.
struct ColumnScratch: ~Copyable {
    private(set) var values: UnsafeMutableBufferPointer<Int64>

    init() {
        values = .allocate(capacity: 128)
        values.initialize(repeating: 0)
    }

    /// Makes room for `count` values. The old ones are lost when the buffer must grow.
    mutating func reserve(_ count: Int) {
        guard count > values.count else { return }
        values.deallocate()
        values = .allocate(capacity: Swift.max(count, 2 * values.count))
        values.initialize(repeating: 0)
    }

    // SAFETY: the buffer is allocated by `init` or `reserve` and has no other owner.
    deinit { values.deallocate() }
}
