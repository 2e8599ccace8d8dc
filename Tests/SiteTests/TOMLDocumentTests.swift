import Testing

@testable import Site

@Suite struct TOMLDocumentTests {
    private func parse(_ text: String) throws -> TOMLTable { try TOMLDocument.parse(Array(text.utf8)) }

    @Test func everyKeyAndValueHasItsLineAndColumnInCharacters() throws {
        let root = try parse("名 = 1\n\"两个字\" = \"x\"\n\n[a]\n  b = [ 1.5, true ]\n[[list]]\nd.e = 2\n[[list]]\nf = 3\n".replacing("名", with: "n"))
        #expect(root.entries.map(\.key) == ["n", "两个字", "a", "list"])
        #expect(root.entries[0].keyPosition == TOMLPosition(line: 1, column: 1))
        #expect(root.entries[0].value.position == TOMLPosition(line: 1, column: 5))
        #expect(root.entries[1].keyPosition == TOMLPosition(line: 2, column: 1))
        #expect(root.entries[1].value.position == TOMLPosition(line: 2, column: 9))
        guard case .table(let a)? = root["a"]?.content, case .array(let items)? = a["b"]?.content else { throw Surprise() }
        #expect(a.position == TOMLPosition(line: 4, column: 1))
        #expect(a.entries[0].keyPosition == TOMLPosition(line: 5, column: 3))
        #expect(items.map(\.position) == [TOMLPosition(line: 5, column: 9), TOMLPosition(line: 5, column: 14)])
        #expect(items.map(\.content) == [.number(1.5), .boolean(true)])
        guard case .array(let list)? = root["list"]?.content else { throw Surprise() }
        #expect(list.map(\.position.line) == [6, 8])
        guard case .table(let first) = list[0].content, case .table(let d)? = first["d"]?.content else { throw Surprise() }
        #expect(d["e"]?.content == .whole(2) && d["e"]?.position == TOMLPosition(line: 7, column: 7))
    }

    @Test func keysComeInTheOrderOfTheFile() throws {
        let root = try parse("z = 1\na = 2\nm = 3\n[y]\n[b]\n")
        #expect(root.entries.map(\.key) == ["z", "a", "m", "y", "b"])
    }

    @Test func aSyntaxErrorHasItsPlaceAndWords() {
        #expect {
            try parse("a = 1\nb = \n")
        } throws: { error in
            guard let error = error as? TOMLSyntaxError else { return false }
            return error.position.line == 2 && error.position.column >= 4 && error.message.contains("expected")
        }
    }

    @Test func bytesThatAreNoTextAreASyntaxError() {
        #expect(throws: TOMLSyntaxError.self) { try TOMLDocument.parse([0x61, 0x3d, 0x22, 0xff, 0xfe, 0x22]) }
        #expect(throws: TOMLSyntaxError.self) { try TOMLDocument.parse([0, 1, 2, 3]) }
    }

    @Test func anEmptyFileIsAnEmptyTable() throws {
        #expect(try TOMLDocument.parse([]).entries.isEmpty)
        #expect(try parse("# only a comment").entries.isEmpty)
    }

    @Test func textsKeepTheirZeroBytesAndLength() throws {
        #expect(try parse("a = \"x\\u0000y\"")["a"]?.content == .text("x\u{0}y"))
    }

    @Test func nestingThatWouldOverflowTheStackIsRefused() {
        let dots = String(repeating: "a.", count: 200_000) + "a = 1"
        #expect(throws: TOMLSyntaxError.self) { try parse(dots) }
        #expect(throws: TOMLSyntaxError.self) { try parse("[" + String(repeating: "a.", count: 200_000) + "a]") }
        #expect(throws: TOMLSyntaxError.self) { try parse("a = " + String(repeating: "[", count: 200_000)) }
        #expect(throws: TOMLSyntaxError.self) { try parse("a = " + String(repeating: "{b=", count: 200_000)) }
        #expect(throws: TOMLSyntaxError.self) { try parse("\"\"\"x\"\"\" = 1\n" + dots) }
    }

    @Test func dotsInTextsAndNumbersAreNotCountedAsNesting() throws {
        let many = String(repeating: ".", count: 500)
        let numbers = Array(repeating: "1.5", count: 100).joined(separator: ", ")
        let root = try parse("a = \"\(many)\"\nb = '''\n\(many)\n'''\nc = [\(numbers)]\n# \(many)\nd = \"\"\"\"\"\(many)\"\"\"\"\"\n")
        #expect(root["a"]?.content == .text(many))
        #expect(root["d"]?.content == .text("\"\"" + many + "\"\""))
    }

    /// An input method that was left on is the commonest slip of all.
    @Test func aFullWidthMarkOutsideATextIsNamed() {
        #expect {
            try parse("a = 1\nb ＝ 2\n")
        } throws: { error in
            guard let error = error as? TOMLSyntaxError else { return false }
            return error.position == TOMLPosition(line: 2, column: 3) && error.message.hasPrefix("\"＝\" stands outside a text")
        }
        #expect(throws: TOMLSyntaxError.self) { try parse("\u{1af}") }
        #expect(throws: TOMLSyntaxError.self) { try parse("a = “x”") }
    }

    @Test func aByteOrderMarkIsSkipped() throws {
        let root = try parse("\u{feff}a = 1\n")
        #expect(root.entries.map(\.key) == ["a"])
        #expect(root.entries.first?.keyPosition.line == 1)
    }

    /// toml++ 3.3 assumes that a key begins behind a bracket.
    @Test(arguments: ["[=", "[[=", "[.a]", "[#", "{", "a={=}", "a=[=", "[\n", "=", ".", "[]", "[[]]", "a.=1", "a=\\"])
    func aHeaderOrKeyThatIsNoneIsASyntaxError(_ text: String) {
        #expect(throws: TOMLSyntaxError.self) { try parse(text) }
    }

    @Test func theGuardPointsAtTheDotThatIsTooMuch() {
        #expect(throws: TOMLSyntaxError(position: TOMLPosition(line: 2, column: 66), message: "a key has at most 32 dots")) {
            try parse("x = 1\n" + String(repeating: "a.", count: 40) + "a = 1")
        }
    }

    private struct Surprise: Error {}
}
