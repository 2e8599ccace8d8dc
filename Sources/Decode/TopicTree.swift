import Lifeline

/// Topic filters with wildcards, level by level: a topic visits only the branches that fit it, however many filters there are.
///
/// *Source*: MQTT 3.1.1 section 4.7: `+` is one level, `#` the rest and its parent, and topics that begin with `$` match no leading wildcard.
struct TopicTree {
    private struct Node {
        /// The branch of `+`; −1: none.
        var plus: Int32 = -1
        /// Routes whose filter ends here.
        var here: [Int] = []
        /// Routes whose filter ends with `#` below here.
        var rest: [Int] = []
    }

    private struct Branch {
        var parent: Int32
        var level: Lexicon.Text
        var child: Int32
    }

    private var nodes: [Node] = [Node()]
    private var branches: [Branch] = []
    private var lexicon = Lexicon()
    private var index = HashIndex([])

    /// - Parameter filters: valid filters and their routes.
    init(_ filters: [(filter: String, route: Int)]) {
        var children: [String: Int32] = [:]
        for (filter, route) in filters {
            var node = 0
            let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
            var endsWithRest = false
            for (depth, level) in levels.enumerated() {
                if level == "#" && depth == levels.count - 1 {
                    endsWithRest = true
                } else if level == "+" {
                    if nodes[node].plus < 0 {
                        nodes[node].plus = Int32(nodes.count)
                        nodes.append(Node())
                    }
                    node = Int(nodes[node].plus)
                } else {
                    let key = "\(node)/\(level)"
                    if let child = children[key] {
                        node = Int(child)
                    } else {
                        let child = Int32(nodes.count)
                        children[key] = child
                        branches.append(Branch(parent: Int32(node), level: lexicon.text(String(level)), child: child))
                        nodes.append(Node())
                        node = Int(child)
                    }
                }
            }
            if endsWithRest { nodes[node].rest.append(route) } else { nodes[node].here.append(route) }
        }
        let bytes = lexicon.bytes
        index = HashIndex(
            branches.map { branch in
                bytes.withUnsafeBytes { bytes in
                    let start = Int(branch.level.offset)
                    return TopicTree.hash(branch.parent, UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(branch.level.length))]))
                }
            })
    }

    private static func hash(_ parent: Int32, _ level: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        hash.combine(UInt8(truncatingIfNeeded: parent))
        hash.combine(UInt8(truncatingIfNeeded: parent >> 8))
        hash.combine(UInt8(truncatingIfNeeded: parent >> 16))
        hash.combine(level)
        return hash.value
    }

    /// Calls `body` with each route whose filter matches a topic; with `asFilter`, with each whose filter matches every topic that this filter does.
    ///
    /// *Complexity*: the branches that fit, at most all nodes; the depth is that of the deepest filter, not of the topic.
    func matches(_ topic: UnsafeRawBufferPointer, asFilter: Bool = false, _ body: (Int) -> Void) {
        visit(0, topic, 0, asFilter, isSystem: topic.first == UInt8(ascii: "$"), body)
    }

    /// - Parameter position: where the next level begins; beyond the end: there is none.
    private func visit(_ node: Int, _ topic: UnsafeRawBufferPointer, _ position: Int, _ asFilter: Bool, isSystem: Bool, _ body: (Int) -> Void) {
        let noWildcards = isSystem && position == 0 && node == 0
        if !noWildcards { for route in nodes[node].rest { body(route) } }
        if position > topic.count {
            for route in nodes[node].here { body(route) }
            return
        }
        var end = position
        while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
        let level = UnsafeRawBufferPointer(rebasing: topic[position..<end])
        let sign = asFilter && level.count == 1 ? level[0] : 0
        if sign == UInt8(ascii: "#") { return }
        if nodes[node].plus >= 0 && !noWildcards { visit(Int(nodes[node].plus), topic, end + 1, asFilter, isSystem: isSystem, body) }
        if sign == UInt8(ascii: "+") { return }
        index.entries(TopicTree.hash(Int32(node), level)) { entry in
            let branch = branches[entry]
            guard branch.parent == Int32(node), lexicon.equals(branch.level, level) else { return }
            visit(Int(branch.child), topic, end + 1, asFilter, isSystem: isSystem, body)
        }
    }
}
