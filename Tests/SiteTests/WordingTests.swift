import GatewayTesting
import Testing

@testable import Site

@Suite struct WordingTests {
    @Test func aSwapAMissAndASlipAreNear() {
        let known = ["address", "asset", "broker", "late_after"]
        #expect(Wording.nearest(to: "adress", among: known) == "address")
        #expect(Wording.nearest(to: "brokre", among: known) == "broker")
        #expect(Wording.nearest(to: "Late-After", among: known) == "late_after")
        #expect(Wording.nearest(to: "zebra", among: known) == nil)
        #expect(Wording.nearest(to: "", among: known) == nil)
        #expect(Wording.nearest(to: String(repeating: "a", count: 5000), among: known) == nil)
    }

    @Test func theDistanceIsAMetricOnShortTexts() {
        var random = SeededGenerator(seed: 7)
        func word() -> [Unicode.Scalar] {
            (0..<Int.random(in: 0...6, using: &random)).map { _ in "abc".unicodeScalars.randomElement(using: &random)! }
        }
        for _ in 0..<2000 {
            let (a, b) = (word(), word())
            let distance = Wording.editDistance(a, b)
            #expect(distance == Wording.editDistance(b, a))
            #expect((distance == 0) == (a == b))
            #expect(distance <= max(a.count, b.count) && distance >= abs(a.count - b.count))
        }
        #expect(Wording.editDistance(Array("ab".unicodeScalars), Array("ba".unicodeScalars)) == 1)
    }

    @Test func quotedTextsStayOnOneShortLine() {
        let quoted = Wording.quote("a\n\u{1b}[31m\u{202e}" + String(repeating: "x", count: 1000))
        #expect(!quoted.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e })
        #expect(quoted.unicodeScalars.count < 100)
    }

    @Test func aLongListIsCut() {
        #expect(Wording.list(["a"]) == "a")
        #expect(Wording.list(["a", "b", "c"]) == "a, b or c")
        #expect(Wording.list((0..<40).map { "n\($0)" }).hasSuffix("n11 … (28 more)"))
    }
}
