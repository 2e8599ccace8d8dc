import Foundation
import GatewayTesting
import Lifeline
import Testing

@Suite("Written JSON")
struct JSONWriterTests {
    /// What an independent parser reads.
    static func read(_ writer: JSONWriter) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(writer.bytes), options: [.fragmentsAllowed])
    }

    @Test("Commas stand between, never before or after, however deep")
    func commas() {
        var json = JSONWriter()
        json.beginArray()
        json.beginArray()
        json.endArray()
        json.beginObject()
        json.key("a")
        json.beginObject()
        json.endObject()
        json.member("b", 1)
        json.key("c")
        json.raw("[1,2]")
        json.key("d")
        json.raw(Array("null".utf8))
        json.endObject()
        json.value("x")
        json.value(true)
        json.null()
        json.endArray()
        #expect(json.text == "[[],{\"a\":{},\"b\":1,\"c\":[1,2],\"d\":null},\"x\",true,null]")
    }

    @Test("One document a line")
    func lines() {
        var json = JSONWriter()
        for number in 0..<3 {
            json.beginObject()
            json.member("n", number)
            json.endObject()
            json.endLine()
        }
        #expect(json.text == "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n")
    }

    @Test("Every character survives, as a value and as a name")
    func characters() throws {
        var all = ""
        for code in (0...0x2ff).map(UInt32.init) + [0x2028, 0x2029, 0x7a97, 0xfeff, 0xfffd, 0x1f6b0, 0x10ffff] {
            if let scalar = Unicode.Scalar(code) { all.unicodeScalars.append(scalar) }
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("k" + all, all)
        json.endObject()
        let object = try #require(try JSONWriterTests.read(json) as? [String: String])
        #expect(object.count == 1)
        #expect(Array(try #require(object["k" + all]).unicodeScalars) == Array(all.unicodeScalars))
        #expect(!json.bytes.contains { $0 < 0x20 || $0 == 0x7f }, "no control character stands in the text itself")
    }

    @Test("The shortest text reads back as the same number", arguments: 0..<20)
    func shortest(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var numbers = [
            0, 0.1, -0.25, 1e15, 1e15 - 1, -1e15, 1_234_567_890_123_456, 9_007_199_254_740_994, 0x1p54, 0x1p54 - 2, 9_007_199_254_740_992,
            .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-7, 123_456.789,
        ]
        for _ in 0..<300 {
            let number = Double(bitPattern: generator.next())
            if number.isFinite { numbers.append(number) }
        }
        for number in numbers {
            let text = JSONWriter.shortest(number)
            #expect(Double(text) == number, "seed \(seed): \(text)")
            #expect(!text.hasSuffix(".0") && !text.contains("+.") && text.utf8.count <= 25)
            var json = JSONWriter()
            json.value(number)
            #expect(try JSONDecoder().decode(Double.self, from: Data(json.bytes)) == number, "seed \(seed): \(text)")
        }
    }

    @Test("What is not finite is null, everywhere")
    func notFinite() {
        var json = JSONWriter()
        json.beginArray()
        for number in [Double.nan, .infinity, -.infinity] {
            json.value(number)
            json.rounded(number)
        }
        json.endArray()
        #expect(json.text == "[null,null,null,null,null,null]")
        #expect(JSONWriter.threeDecimals(.infinity) == "–")
    }

    @Test("Integers of every width")
    func integers() {
        var json = JSONWriter()
        json.beginArray()
        json.value(UInt64.max)
        json.value(Int64.min)
        json.value(UInt8(7))
        json.endArray()
        #expect(json.text == "[18446744073709551615,-9223372036854775808,7]")
    }

    @Test("Six digits are within half a unit of the sixth digit", arguments: 0..<20)
    func sixDigits(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<500 {
            var number = 1 + generator.unit() * 9
            let exponent = generator.below(22) - 8
            for _ in 0..<exponent.magnitude { number = exponent < 0 ? number / 10 : number * 10 }
            if generator.below(2) == 0 { number = -number }
            let text = JSONWriter.sixDigits(number)
            let back = try #require(Double(text))
            #expect(abs(back - number) <= abs(number) * 5.000001e-6, "seed \(seed): \(number) as \(text)")
            let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
            if number.magnitude < 1e6 { #expect(digits.count <= 6, "seed \(seed): \(number) as \(text)") }
        }
    }

    @Test(
        "Six digits where rounding carries",
        arguments: [
            (999_999.4, "999999"), (999_999.6, "1000000"), (0.9999996, "1"), (9.999996, "10"), (0.00999999999, "0.01"), (1_234_567.8, "1234568"),
            (-0.5, "-0.5"),
            (100_000, "100000"), (0.1 + 0.2, "0.3"), (99.99995, "100"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func carries(number: Double, text: String) { #expect(JSONWriter.sixDigits(number) == text) }

    @Test("Three decimals for people")
    func threeDecimals() {
        for (number, text) in [
            (0.0004, "0"), (1.23456, "1.235"), (-1.23456, "-1.235"), (999_999.9996, "1000000"), (12, "12"), (2_000_000.5, "2000001"),
        ] {
            #expect(JSONWriter.threeDecimals(number) == text)
        }
    }
}
