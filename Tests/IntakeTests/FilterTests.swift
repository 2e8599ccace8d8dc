import Testing

@testable import Intake

@Suite("Topic filters and receipts")
struct FilterTests {
    @Test(
        "A wide filter covers a narrow one",
        arguments: [
            ("a/#", "a/b"), ("a/#", "a"), ("a/#", "a/b/#"), ("#", "a/+/b"), ("+/b", "a/b"), ("a/+/c", "a/b/c"), ("a/+", "a/+"), ("+/#", "a"),
            ("$SYS/#", "$SYS/a"),
        ])
    func covers(_ pair: (String, String)) { #expect(TopicFilter.covers(pair.0, pair.1)) }

    @Test(
        "And none covers what it does not match",
        arguments: [
            ("a/+", "a/#"), ("a/+", "a/b/c"), ("a/b", "a/+"), ("#", "$SYS/a"), ("+/a", "$SYS/a"), ("a/#", "ab"), ("a/b/#", "a"), ("a/+", "a"),
        ])
    func coversNot(_ pair: (String, String)) { #expect(!TopicFilter.covers(pair.0, pair.1)) }

    @Test("Repetitions and covered filters are left out, the rest keeps its order")
    func reduced() {
        #expect(TopicFilter.reduced(["a/b", "c/#", "a/b", "c/d", "e/+/f", "e/x/f", "e/x/g"]) == ["a/b", "c/#", "e/+/f", "e/x/g"])
        #expect(TopicFilter.reduced(["a/+", "a/+"]) == ["a/+"])
        #expect(TopicFilter.reduced([]) == [])
    }

    @Test("A flagged message that is known is dropped once; without a flag it is news; the flag ends the search")
    func receipts() {
        var receipts = Receipts()
        receipts.restore([1, 2, 3])
        receipts.connected(sessionPresent: true)
        #expect(sent(&receipts, 1, true) == true)
        #expect(sent(&receipts, 1, true) == false)
        #expect(receipts.expectsRedeliveries)
        #expect(sent(&receipts, 2, false) == false)
        #expect(!receipts.expectsRedeliveries)
        #expect(sent(&receipts, 3, true) == false)
    }

    @Test("Where the flag is not known, the first stranger ends the search")
    func unknownFlag() {
        var receipts = Receipts()
        receipts.restore([1, 2, 3])
        receipts.connected(sessionPresent: true)
        #expect(sent(&receipts, 1, nil) == true)
        #expect(sent(&receipts, 9, nil) == false)
        #expect(sent(&receipts, 2, nil) == false)
    }

    @Test("A new session knows nothing of the old one's numbers")
    func newSession() {
        var receipts = Receipts()
        receipts.restore([1])
        receipts.connected(sessionPresent: false)
        #expect(sent(&receipts, 1, true) == false)
    }

    @Test("Only the newest are kept")
    func bounded() {
        var receipts = Receipts()
        receipts.restore((1...UInt64(Receipts.capacity)).map { $0 })
        receipts.connected(sessionPresent: false)
        for number in 1...UInt64(Receipts.capacity + 5) {
            #expect(sent(&receipts, number, false) == false)
            receipts.committed()
        }
        receipts.connected(sessionPresent: true)
        #expect(sent(&receipts, 5, true) == false)
        #expect(sent(&receipts, 6, true) == true)
    }
}

/// A macro cannot call a mutating function itself.
private func sent(_ receipts: inout Receipts, _ receipt: UInt64, _ isDuplicate: Bool?) -> Bool {
    receipts.isRedelivery(receipt, isDuplicate: isDuplicate)
}
