import Lifeline

/// From a topic to the routes that listen to it, without making a text.
///
/// Exact topics are found by a hash table over their bytes; filters with wildcards are tried one by one (a site has a handful).
struct TopicRouter {
    private struct Exact {
        var broker: Int
        var topic: [UInt8]
        var routes: [Int]
    }

    private struct Wild {
        var broker: Int
        var filter: [UInt8]
        var route: Int
    }

    private var exact: [Exact] = []
    private var wild: [Wild] = []
    /// Open addressing: index into `exact`, −1 empty. The size is a power of two, at most half full.
    private var table: [Int32] = []

    /// - Parameter filters: one a route: the broker and the MQTT topic filter.
    init(_ filters: [(broker: Int, filter: String)]) {
        var known: [String: Int] = [:]
        for (route, entry) in filters.enumerated() {
            let bytes = Array(entry.filter.utf8)
            if bytes.contains(UInt8(ascii: "+")) || bytes.contains(UInt8(ascii: "#")) {
                wild.append(Wild(broker: entry.broker, filter: bytes, route: route))
                continue
            }
            let key = "\(entry.broker)\u{0}\(entry.filter)"
            if let place = known[key] {
                exact[place].routes.append(route)
            } else {
                known[key] = exact.count
                exact.append(Exact(broker: entry.broker, topic: bytes, routes: [route]))
            }
        }
        var size = 8
        while size < exact.count * 2 { size *= 2 }
        table = Array(repeating: -1, count: size)
        for (place, entry) in exact.enumerated() {
            var slot = entry.topic.withUnsafeBytes { TopicRouter.hash(entry.broker, $0) } & (size - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = Int32(place)
        }
    }

    private static func hash(_ broker: Int, _ topic: UnsafeRawBufferPointer) -> Int {
        var hash = StableHash()
        hash.combine(UInt8(truncatingIfNeeded: broker))
        hash.combine(topic)
        return Int(truncatingIfNeeded: hash.value & 0x7fff_ffff_ffff_ffff)
    }

    /// Calls `body` with each route that the topic reaches.
    func routes(broker: Int, topic: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        var slot = TopicRouter.hash(broker, topic) & (table.count - 1)
        while table[slot] >= 0 {
            let place = Int(table[slot])
            if exact[place].broker == broker, exact[place].topic.count == topic.count, exact[place].topic.withUnsafeBytes({ $0.elementsEqual(topic) })
            {
                for route in exact[place].routes { body(route) }
                break
            }
            slot = (slot + 1) & (table.count - 1)
        }
        for entry in wild where entry.broker == broker && TopicRouter.matches(entry.filter, topic) { body(entry.route) }
    }

    /// Whether a topic matches a filter. *Source*: MQTT 3.1.1 section 4.7: `+` is one level, `#` the rest and its parent, and topics that begin with
    /// `$` match no leading wildcard.
    static func matches(_ filter: [UInt8], _ topic: UnsafeRawBufferPointer) -> Bool {
        let slash = UInt8(ascii: "/")
        if topic.first == UInt8(ascii: "$"), filter.first == UInt8(ascii: "+") || filter.first == UInt8(ascii: "#") { return false }
        var f = 0
        var t = 0
        while true {
            if f < filter.count, filter[f] == UInt8(ascii: "#") { return true }
            var fEnd = f
            while fEnd < filter.count, filter[fEnd] != slash { fEnd += 1 }
            var tEnd = t
            while tEnd < topic.count, topic[tEnd] != slash { tEnd += 1 }
            let isPlus = fEnd - f == 1 && filter[f] == UInt8(ascii: "+")
            if !isPlus {
                guard fEnd - f == tEnd - t else { return false }
                for offset in 0..<(fEnd - f) where filter[f + offset] != topic[t + offset] { return false }
            }
            switch (fEnd < filter.count, tEnd < topic.count) {
            case (false, false): return true
            case (true, false): return fEnd + 2 == filter.count && filter[fEnd + 1] == UInt8(ascii: "#")
            case (false, true): return false
            case (true, true):
                f = fEnd + 1
                t = tEnd + 1
            }
        }
    }
}
