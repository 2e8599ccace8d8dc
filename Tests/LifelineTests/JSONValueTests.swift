import GatewayTesting
import Testing

@testable import Lifeline

@Suite("JSON, read whole")
struct JSONValueTests {
    private func read(_ text: String) -> JSONValue? { JSONValue(Array(text.utf8)) }

    @Test("Every number is the nearest to its text", arguments: 0..<20 as Range<UInt64>)
    func numbers(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var text = Bool.random(using: &generator) ? "-" : ""
            for _ in 0..<Int.random(in: 1...17, using: &generator) { text += String(Int.random(in: 0...9, using: &generator)) }
            if Bool.random(using: &generator) {
                text += "."
                for _ in 0..<Int.random(in: 1...17, using: &generator) { text += String(Int.random(in: 0...9, using: &generator)) }
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { text += "e\(Int.random(in: -30...30, using: &generator))" }
            let expected = try #require(Double(text))
            #expect(read(text)?.number?.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test(
        "What is a document",
        arguments: [
            ("-0", .number(-0.0)), (" [ ] ", .list([])), ("{}", .object([:])), ("[1,2.5,-3e2]", .list([.number(1), .number(2.5), .number(-300)])),
            (#""""#, .text("")), (#""abc""#, .text("abc")), (#""a\"b\\c\/d\n\t""#, .text("a\"b\\c/d\n\t")), (#""\u4e95\ud83d\ude00""#, .text("井😀")),
            (#""\ud83dx""#, .text("\u{fffd}x")), (#""井盖""#, .text("井盖")), (#"{"a":1,"a":2}"#, .object(["a": .number(1)])),
            (#"{"a":{"b":[true,false,null]}}"#, .object(["a": .object(["b": .list([.flag(true), .flag(false), .null])])])),
        ] as [(String, JSONValue)])
    func documents(text: String, value: JSONValue) { #expect(read(text) == value) }

    @Test(
        "What is none",
        arguments: [
            "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "\"a", "\"\\", "\"\\u12", "\"\\x\"", "\"a\nb\"", "tru", "nul", "1..2", "--1", "1-2", "1e",
            "-", "{\"a\":1}x", "1e999", "[]]",
        ])
    func none(text: String) { #expect(read(text) == nil) }

    @Test("Cut anywhere it is none, and deeper than the limit it is none")
    func cut() {
        let text = Array(#"{"a":[1,2.5,{"b":"x\"y"},true,null],"c":"井"}"#.utf8)
        #expect(JSONValue(text) != nil)
        for end in 0..<text.count { #expect(JSONValue(text[..<end]) == nil, "\(end)") }
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(read(nested(JSONValue.depthLimit)) != nil && read(nested(JSONValue.depthLimit + 1)) == nil)
    }
}
