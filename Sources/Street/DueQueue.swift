/// Devices by the time they speak next: a binary heap, equal times in the order of blocks and sources.
struct DueQueue: Sendable {
    struct Entry: Comparable, Sendable {
        var due: Int64
        var block: Int
        var source: Int

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.block, left.source) < (right.due, right.block, right.source) }
    }

    private var heap: [Entry] = []

    var count: Int { heap.count }
    /// Precondition: not empty; a street never is.
    var first: Entry { heap[0] }

    mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Gives the first entry its next time and its new place.
    mutating func replaceFirst(due: Int64) {
        heap[0].due = due
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
