/// What of one lane is on its way, and how far everything is acknowledged.
///
/// Acknowledgements may come in any order; the cursor is the last position before which nothing is missing.
struct LaneQueue {
    private struct Entry {
        var position: UInt64
        var identifier: Int32
        var event: String
        var isAcknowledged: Bool
    }

    private var entries: [Entry] = []
    /// Everything up to here is acknowledged.
    private(set) var acknowledged: UInt64
    /// Everything up to here is on its way or acknowledged.
    private(set) var sent: UInt64
    /// Messages on their way.
    private(set) var inFlight = 0

    init(acknowledged: UInt64) {
        self.acknowledged = acknowledged
        sent = acknowledged
    }

    /// A message that ends at `position` is on its way. `event` is its id.
    mutating func send(_ identifier: Int32, position: UInt64, event: String = "") {
        entries.append(Entry(position: position, identifier: identifier, event: event, isAcknowledged: false))
        sent = position
        inFlight += 1
    }

    /// Everything up to `position` needs no message.
    mutating func skip(to position: UInt64) {
        entries.append(Entry(position: position, identifier: -1, event: "", isAcknowledged: true))
        sent = position
        advance()
    }

    /// Returns whether the identifier was one of this lane's.
    mutating func acknowledge(_ identifier: Int32) -> Bool {
        guard let place = entries.firstIndex(where: { $0.identifier == identifier && !$0.isAcknowledged }) else { return false }
        entries[place].isAcknowledged = true
        inFlight -= 1
        advance()
        return true
    }

    /// What a message on its way is about; nil when the identifier is none of this lane's.
    func message(_ identifier: Int32) -> (position: UInt64, event: String)? {
        entries.first { $0.identifier == identifier && !$0.isAcknowledged }.map { ($0.position, $0.event) }
    }

    /// The connection is gone: what was on its way is sent again.
    mutating func rewind() {
        entries.removeAll()
        sent = acknowledged
        inFlight = 0
    }

    private mutating func advance() {
        var done = 0
        while done < entries.count, entries[done].isAcknowledged {
            acknowledged = entries[done].position
            done += 1
        }
        entries.removeFirst(done)
    }
}
