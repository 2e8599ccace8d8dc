import GatewayTesting
import Testing

@testable import Journal

/// The walk alone, on a table whose pages are ranges of keys.
@Suite("A walk through a damaged table")
struct SalvageWalkTests {
    /// Rows by key; reading a key of a broken range fails, and so does a seek that would go on into one.
    private struct Table {
        var rows: [UInt64]
        var broken: [ClosedRange<UInt64>]
        var seeks = 0

        /// As a tree does: the page of the key is read, and the next when it has no such row.
        mutating func seek(_ key: UInt64) -> UInt64?? {
            seeks += 1
            let row = rows.first { $0 >= key }
            let isBroken = broken.contains { range in range.contains(key) || (row.map { key < range.lowerBound && range.lowerBound <= $0 } ?? false) }
            return isBroken ? nil : .some(row)
        }
    }

    private func walk(_ table: inout Table, below end: UInt64) -> [UInt64] {
        var walk = SalvageWalk(from: 1, below: end)
        var found: [UInt64] = []
        while let key = walk.key, table.seeks < 100_000 {
            switch table.seek(key) {
            case .none: walk.noteUnreadable()
            case .some(.none): walk.noteReadable(isLast: true)
            case .some(.some(let row)) where walk.isReading:
                found.append(row)
                walk.take(upTo: row + 1)
            case .some(.some): walk.noteReadable()
            }
        }
        return found
    }

    @Test("finds every row of a whole table, one seek each")
    func whole() {
        var table = Table(rows: [1, 5, 6, 1000], broken: [])
        #expect(walk(&table, below: 2000) == [1, 5, 6, 1000])
        #expect(table.seeks == 5)
    }

    @Test("finds the rows on both sides of a broken page, wherever it is", arguments: 0..<50)
    func broken(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let first = 1 + UInt64(random.below(50_000))
        let last = first + UInt64(random.below(20_000))
        var table = Table(rows: (1...1000).map { $0 * 73 }, broken: [first...last])
        let found = walk(&table, below: 1 << 40)
        // The row before the range is reached only from its own key; after a seek past it, the next page is asked.
        let expected = table.rows.filter { $0 < first || $0 > last }
        #expect(Set(expected).subtracting(found).isEmpty)
        #expect(found == found.sorted())
        #expect(table.seeks < 1200)
    }

    @Test("ends when nothing can be read, after a few seeks")
    func nothing() {
        var table = Table(rows: [5], broken: [0...UInt64.max])
        #expect(walk(&table, below: 1 << 53).isEmpty)
        #expect(table.seeks < 120)
        var empty = Table(rows: [], broken: [])
        #expect(walk(&empty, below: UInt64(Int64.max)).isEmpty)
    }
}
