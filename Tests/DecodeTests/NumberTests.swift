import GatewayTesting
import Lifeline
import Testing

@testable import Decode

@Suite("Numbers at the edge")
struct NumberTests {
    static func text(_ number: String) -> Double? { Array(number.utf8).withUnsafeBytes { NumberText.parse($0) } }

    @Test("A text gives the same number as Swift's own parser, to the last bit", arguments: 0..<20)
    func exact(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<500 {
            var number = Double(bitPattern: generator.next())
            if !number.isFinite { number = 0.1 }
            #expect(NumberTests.text("\(number)") == number, "seed \(seed)")
            // More digits than a double has, a place for the point, an exponent.
            var digits = String(1 + generator.below(9))
            for _ in 0..<generator.below(30) { digits += String(generator.below(10)) }
            digits += "." + String(generator.below(1_000_000)) + "e" + String(generator.below(600) - 300)
            let expected = try #require(Double(digits))
            #expect(NumberTests.text(digits) == (expected.isFinite ? expected : nil), "seed \(seed): \(digits)")
        }
    }

    @Test(
        "What is a number in a text",
        arguments: [
            ("0", 0), ("-0", 0), ("007", 7), ("1.", 1), (".5", 0.5), ("\t1\r\n", 1), ("+.5", 0.5), ("1e+2", 100), ("1E2", 100), ("1e-400", 0),
            ("-1e-400", 0),
            ("0e999", 0), ("0.000e999", 0), ("179769313486231570000e288", 1.7976931348623157e308),
            ("123456789012345678901234567890", 1.2345678901234568e29),
        ] as [(String, Double)])
    func accepted(text: String, expected: Double) { #expect(NumberTests.text(text) == expected) }

    @Test(
        "What is none",
        arguments: [
            "", " ", "+", "-", ".", "e5", "1e", "1e+", "+-1", "-+1", "++1", "--1", "1 2", "1,5", "1'000", "0x1p3", "0x10", "inf", "-inf", "infinity",
            "nan",
            "NAN(1)", "1f", "1e999", "-1e999", "1.8e308", "१२", "½", "1\u{0}",
        ])
    func refused(text: String) { #expect(NumberTests.text(text) == nil) }

    @Test("A text longer than any number is refused unread")
    func long() {
        #expect(NumberTests.text(String(repeating: "1", count: NumberText.limit)) != nil)
        #expect(NumberTests.text(String(repeating: "1", count: NumberText.limit + 1)) == nil)
        #expect(NumberTests.text(String(repeating: " ", count: 10_000) + "1") == 1)
    }

    @Test(
        "Integers around the ends of 64 bits are the nearest double, wherever they stand",
        arguments: [
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999", "-99999999999999999999", "100000000000000000000", "123456789012345678901234567890",
        ])
    func words(number: String) throws {
        let expected = try #require(Double(number))
        for json in [
            "{\"v\":\(number)}", "{\"x\":[\(number),\(number)],\"v\":\(number)}", "{ \"v\" : \(number) }",
            "{\"s\":\"\(number)\",\"v\":\(number),\"w\":{}}",
        ] {
            let (value, cause) = DecodeFixture.value(json)
            #expect(cause == nil, "\(json)")
            // Digits that no double sees may be cut: at most one unit in the last place.
            #expect(try abs(#require(value) - expected) <= expected.ulp, "\(json)")
        }
    }

    @Test("Three hundred and ten digits are beyond a double, four hundred zeros behind a point are not")
    func digits() {
        let field = FieldBinding(sensor: 0, path: ["v"])
        #expect(DecodeFixture.value("{\"v\":1\(String(repeating: "0", count: 310)),\"w\":1}", field) == (nil, .notANumber))
        #expect(DecodeFixture.value("{\"v\":1\(String(repeating: "0", count: 300)),\"w\":1}", field).0 == 1e300)
        #expect(DecodeFixture.value("{\"v\":0.\(String(repeating: "0", count: 400))1,\"w\":1e999}", field) == (0, nil))
        #expect(DecodeFixture.value("{\"w\":-1e99999999999999999999,\"v\":2}", field) == (2, nil))
    }

    @Test(
        "A number too large does not make JSON of what is none",
        arguments: [
            "{1e999:0}", "{\"v\":1e999", "{\"v\":01e999}", "{\"v\":1e999e}", "{\"v\":+1e999}", "{\"v\":1e999 2}", "{\"v\":\"1e999}", "{\"v\":1e999}}",
            "[1e999 1]",
            "{99999999999999999999:0}", "{\"v\":.1e999}", "{\"v\":1.e999}", "1e999x", "{\"v\":\"\\\"1e999}",
        ])
    func stillNoJSON(json: String) { #expect(DecodeFixture.value(json) == (nil, .notJSON)) }

    @Test("Texts that look like numbers too large are left alone")
    func textsAreLeft() {
        let field = FieldBinding(sensor: 0, path: ["v"], codes: ["a\"1e999": 5, "99999999999999999999": 6])
        #expect(DecodeFixture.value("{\"w\":1e999,\"v\":\"a\\\"1e999\"}", field) == (5, nil))
        #expect(DecodeFixture.value("{\"w\":1e999,\"v\":\"99999999999999999999\"}", field) == (6, nil))
    }

    @Test("A lateness that no clock can measure is never, a negative or unknown one is at once")
    func lateness() {
        for (seconds, expected) in [(Double.infinity, false), (1e300, false), (.nan, true), (-5, true), (0, true)] {
            let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])], time: ["t"], lateAfter: seconds)
            let (readings, _) = DecodeFixture.run(plan, Array("{\"v\":1,\"t\":\"2026-01-02T03:04:04Z\"}".utf8))
            #expect(readings.first?.flags == (expected ? .late : []), "\(seconds)")
        }
    }

    @Test("The places of the causes are those of the list")
    func places() {
        for (place, cause) in RejectCause.allCases.enumerated() { #expect(cause.place == place) }
        #expect(Set(RejectCause.allCases.map(\.rawValue)).count == RejectCause.allCases.count)
        #expect(RejectCause.notJSON.countsAsMalformed && !RejectCause.unmatchedTopic.countsAsMalformed)
    }
}
