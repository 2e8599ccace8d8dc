import Lifeline
import Testing

@testable import Site

@Suite struct MappingTests {
    static func load(_ text: String) -> Validation<AlertMapping> {
        loadMapping(at: "mappings/m.toml", from: .memory(["mappings/m.toml": "schema = 1\nmapping = \"m\"\nversion = 2\n" + text]))
    }

    static func field(_ to: String, _ rest: String = "value = 1") -> String { "[[field]]\nto = \"\(to)\"\n\(rest)\n" }

    @Test func pathsMakeObjectsAndLists() throws {
        let text = ["a.b", "c", "a.d.0.e", "a.d.0.f", "a.d.1.e"].map { MappingTests.field($0) }.joined()
        let mapping = try #require(MappingTests.load(text).value)
        typealias Member = AlertMapping.Member
        let items: [AlertMapping.Node] = [
            .object([Member(name: "e", node: .field(2)), Member(name: "f", node: .field(3))]), .object([Member(name: "e", node: .field(4))]),
        ]
        #expect(
            mapping.root
                == .object([
                    Member(name: "a", node: .object([Member(name: "b", node: .field(0)), Member(name: "d", node: .list(items))])),
                    Member(name: "c", node: .field(1)),
                ]))
        #expect(mapping.version == 2 && mapping.contentType == "application/json")
    }

    @Test(arguments: [
        (["a", "a"], "to: another field stands here already, or below"), (["a", "a.b"], "to: another field ends above \"b\""),
        (["a.b", "a"], "to: another field stands here already, or below"), (["a.0", "a.b"], "to: \"b\" is a name, and a list stands here"),
        (["a.b", "a.0"], "to: \"0\" is a place in a list, and an object stands here"), (["a.1"], "to: the list's next place is 0, found 1"),
        (["a.0", "a.2"], "to: the list's next place is 1, found 2"), (["0.a"], "to: a message is an object; its first name is no number"),
    ])
    func placesThatCannotBe(_ places: [String], _ message: String) {
        let findings = MappingTests.load(places.map { MappingTests.field($0) }.joined()).findings
        #expect(findings.map(\.message) == [message])
        #expect(findings.first?.line == 5 + 3 * (places.count - 1) && findings.first?.column == 6, "\(findings)")
    }

    @Test func secretsAreNamedOnce() throws {
        let text =
            "[[header]]\nname = \"X\"\nvalue = \"secret://sign\"\n" + MappingTests.field("a", "value = \"secret://sign\"")
            + MappingTests.field("b", "value = \"secret://app\"")
        #expect(try #require(MappingTests.load(text).value).secrets == ["sign", "app"])
    }

    @Test func thereIsAnEndToFieldsAndCodes() {
        let many = (0...AlertMapping.fieldLimit).map { MappingTests.field("f\($0)") }.joined()
        #expect(MappingTests.load(many).findings.first?.message == "[[field]] stands here 129 times; at most 128 are allowed")
        let codes = (0...AlertMapping.codeLimit).map { "k\($0) = 1" }.joined(separator: ", ")
        #expect(
            MappingTests.load(MappingTests.field("a", "from = \"id\"\ncodes = { \(codes) }")).findings.map(\.message)
                == ["codes must have 1…512 entries, found 513"])
    }

    @Test func theKnownPathsAreThoseOfRealDocuments() throws {
        func paths(_ value: JSONValue, _ prefix: String) -> Set<String> {
            switch value {
            case .object(let members): Set(members.flatMap { name, member in paths(member, prefix + "." + name).union([prefix + "." + name]) })
            case .list(let items): Set(items.flatMap { paths($0, prefix + ".0").union([prefix + ".0"]) })
            default: []
            }
        }
        let document = try #require(JSONValue(Array(try Repository.text("Tests/Cases/alerts/full.json").utf8)))
        let there = Set(paths(document, "").map { String($0.dropFirst()) })
        let known = Set(DocumentPaths.all)
        #expect(there.subtracting(known) == [], "a mapping cannot take these")
        // What only some documents have: the stamp of forwarding, what was left out, and that it chatters.
        let rare: Set<String> = ["senttime", "clockstate", "correctedtime", "data.bamai.dropped", "data.bamai.chattering"]
        #expect(known.subtracting(there) == rare)
    }

    @Test func aMappingIsPartOfTheRevision() throws {
        var files = MutationTests.shelf
        files["sites/a/site.toml"] = LoadingTests.minimal + "[platform]\nurl = \"mqtt://127.0.0.1\"\nmapping = \"m\"\n"
        files["sites/mappings/m.toml"] = "schema = 1\nmapping = \"m\"\nversion = 1\n" + MappingTests.field("a")
        let first = try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value)
        #expect(first.platform?.mapping?.name == "m")
        files["sites/mappings/m.toml", default: ""] += "# changed\n"
        let second = try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value)
        #expect(first.revision != second.revision)
    }
}
