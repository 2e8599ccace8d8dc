import GatewayTesting
import Testing

@testable import Decode

@Suite("From topics to devices")
struct RoutingTests {
    static func routes(_ filters: [(broker: Int, filter: String)], _ topic: String, broker: Int = 0) -> [Int] {
        var found: [Int] = []
        Array(topic.utf8).withUnsafeBytes { TopicRouter(filters).routes(broker: broker, topic: $0) { found.append($0) } }
        return found
    }

    static func matches(_ filter: String, _ topic: String) -> Bool { routes([(0, filter)], topic) == [0] }

    @Test(
        "Topic filters match as MQTT says",
        arguments: [
            ("a/b", "a/b", true), ("a/b", "a/c", false), ("a/+", "a/b", true), ("a/+", "a", false), ("a/+", "a/b/c", false), ("a/#", "a/b/c", true),
            ("a/#", "a", true), ("#", "a/b", true), ("#", "$SYS/x", false), ("+/x", "$SYS/x", false), ("+/+", "/x", true), ("/+", "/x", true),
            ("a/+/c", "a//c", true), ("a", "a/", false), ("+", "", true), ("a/+/#", "a/b", true), ("a/+/#", "a", false), ("$SYS/#", "$SYS/x", true),
            ("$SYS/+", "$SYS/x", true), ("+", "/x", false), ("a/#", "a/", true), ("a/#", "ab", false), ("+/b/#", "a/b", true), ("#", "", true),
            ("a/+", "a/$b", true), ("液位/+", "液位/井", true), ("a/+/+/d", "a/b/c/d", true), ("a/#", "/a", false),
        ])
    func filters(filter: String, topic: String, expected: Bool) { #expect(RoutingTests.matches(filter, topic) == expected) }

    /// MQTT 3.1.1 section 4.7 written as plainly as possible.
    static func plainly(_ filter: String, _ topic: String) -> Bool {
        let wanted = filter.split(separator: "/", omittingEmptySubsequences: false)
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        if topic.hasPrefix("$"), wanted[0] == "+" || wanted[0] == "#" { return false }
        for (depth, level) in wanted.enumerated() {
            if level == "#" { return true }
            guard depth < levels.count else { return false }
            if level != "+" && level != levels[depth] { return false }
        }
        return wanted.count == levels.count
    }

    private static func random(_ generator: inout SeededGenerator, _ words: [String], wild: Bool) -> String {
        var levels: [String] = []
        for _ in 0...generator.below(4) { levels.append(words[generator.below(words.count)]) }
        if wild && generator.below(3) == 0 { levels.append("#") }
        return levels.joined(separator: "/")
    }

    @Test("A tree of filters agrees with the plain reading of the standard", arguments: 0..<40)
    func differential(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var filters: [(broker: Int, filter: String)] = []
        for _ in 0..<60 {
            filters.append((generator.below(2), RoutingTests.random(&generator, ["a", "b", "cc", "+", "", "$x", "+"], wild: true)))
        }
        for _ in 0..<200 {
            let topic = RoutingTests.random(&generator, ["a", "b", "cc", "", "$x", "d"], wild: false)
            let broker = generator.below(2)
            let expected = filters.indices.filter { filters[$0].broker == broker && RoutingTests.plainly(filters[$0].filter, topic) }
            #expect(RoutingTests.routes(filters, topic, broker: broker).sorted() == expected, "seed \(seed), topic \(topic)")
        }
    }

    @Test("A thousand exact topics are told apart, and several devices may share one")
    func exact() {
        var filters = (0..<1000).map { (broker: 0, filter: "site/\($0)/data") }
        filters.append((broker: 0, filter: "site/7/data"))
        filters.append((broker: 1, filter: "site/8/data"))
        let router = TopicRouter(filters)
        func routes(_ topic: String, _ broker: Int = 0) -> [Int] {
            var found: [Int] = []
            Array(topic.utf8).withUnsafeBytes { router.routes(broker: broker, topic: $0) { found.append($0) } }
            return found
        }
        for index in 0..<1000 where index != 7 { #expect(routes("site/\(index)/data") == [index]) }
        #expect(routes("site/7/data") == [7, 1000])
        #expect(routes("site/8/data", 1) == [1001])
        #expect(routes("site/9/data", 1).isEmpty)
        #expect(routes("site/1000/data").isEmpty)
        #expect(routes("").isEmpty)
    }

    @Test("A topic of sixty thousand levels is a topic like any other")
    func deep() {
        let topic = String(repeating: "/", count: 60_000)
        #expect(RoutingTests.routes([(0, "#"), (0, "+/+"), (0, "a/#")], topic) == [0])
        #expect(RoutingTests.routes([(0, "+/+/#")], topic) == [0])
    }

    @Test(
        "A filter that another one covers needs no subscription",
        arguments: [
            (["a/b", "a/b"], ["a/b"]), (["a/b", "a/+"], ["a/+"]), (["a/+", "a/#"], ["a/#"]), (["a", "a/#"], ["a/#"]),
            (["a/+", "+/b"], ["a/+", "+/b"]),
            (["#", "$SYS/#", "x"], ["#", "$SYS/#"]), (["a/+/c", "a/#", "b"], ["a/#", "b"]), (["+/+", "a/#"], ["+/+", "a/#"]),
            (["a/+", "a/b/c"], ["a/+", "a/b/c"]),
            (["application/+/device/+/event/+", "application/1/device/+/event/up"], ["application/+/device/+/event/+"]), ([], []),
        ])
    func subscriptions(filters: [String], expected: [String]) { #expect(TopicRouter.subscriptions(filters) == expected) }

    @Test("Leaving covered filters out loses no topic", arguments: 0..<40)
    func covering(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 1000)
        let filters = (0..<20).map { _ in RoutingTests.random(&generator, ["a", "b", "+", "", "$x"], wild: true) }
        let kept = TopicRouter.subscriptions(filters)
        for _ in 0..<300 {
            let topic = RoutingTests.random(&generator, ["a", "b", "c", "", "$x"], wild: false)
            let before = filters.contains { RoutingTests.plainly($0, topic) }
            #expect(kept.contains { RoutingTests.plainly($0, topic) } == before, "seed \(seed), topic \(topic)")
        }
        #expect(Set(kept).isSubset(of: Set(filters)) && Set(kept).count == kept.count)
    }
}
