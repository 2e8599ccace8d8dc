import Lifeline

/// From a topic to the routes that listen to it, without making a text.
struct TopicRouter {
    private struct Exact {
        var broker: Int
        var topic: Lexicon.Text
        var routes: [Int]
    }

    private var lexicon = Lexicon()
    private var exact: [Exact] = []
    private let index: HashIndex
    /// One tree a broker, in the order of `treeBrokers`: a site has one or two.
    private var treeBrokers: [Int] = []
    private var trees: [TopicTree] = []

    /// - Parameter filters: one a route: the broker and the MQTT topic filter.
    init(_ filters: [(broker: Int, filter: String)]) {
        var known: [String: Int] = [:]
        var wild: [Int: [(filter: String, route: Int)]] = [:]
        var hashes: [UInt64] = []
        for (route, entry) in filters.enumerated() {
            if TopicRouter.isWild(entry.filter) {
                wild[entry.broker, default: []].append((entry.filter, route))
                continue
            }
            let key = "\(entry.broker)\u{0}\(entry.filter)"
            if let place = known[key] {
                exact[place].routes.append(route)
            } else {
                known[key] = exact.count
                exact.append(Exact(broker: entry.broker, topic: lexicon.text(entry.filter), routes: [route]))
                hashes.append(Array(entry.filter.utf8).withUnsafeBytes { TopicRouter.hash(entry.broker, $0) })
            }
        }
        index = HashIndex(hashes)
        treeBrokers = wild.keys.sorted()
        trees = treeBrokers.map { TopicTree(wild[$0] ?? []) }
    }

    private static func isWild(_ filter: String) -> Bool { filter.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") } }

    private static func hash(_ broker: Int, _ topic: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        hash.combine(UInt8(truncatingIfNeeded: broker))
        hash.combine(topic)
        return hash.value
    }

    /// Calls `body` with each route that the topic reaches: exact topics first, then filters.
    func routes(broker: Int, topic: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        index.entries(TopicRouter.hash(broker, topic)) { place in
            guard exact[place].broker == broker, lexicon.equals(exact[place].topic, topic) else { return }
            for route in exact[place].routes { body(route) }
        }
        for place in treeBrokers.indices where treeBrokers[place] == broker { trees[place].matches(topic, body) }
    }

    /// The filters that need a subscription: each once, without those that another one covers (`a/+` covers `a/b`), in their order.
    ///
    /// A broker may send one copy of a message for each subscription that overlaps (MQTT 3.1.1 section 3.3.5): a covered filter would only double
    /// the traffic.
    static func subscriptions(_ filters: [String]) -> [String] {
        var seen: Set<String> = []
        let distinct = filters.filter { seen.insert($0).inserted }
        let tree = TopicTree(distinct.enumerated().map { ($1, $0) })
        return distinct.enumerated().filter { place, filter in
            var isCovered = false
            Array(filter.utf8).withUnsafeBytes { bytes in tree.matches(bytes, asFilter: true) { if $0 != place { isCovered = true } } }
            return !isCovered
        }.map(\.element)
    }
}
