import Glibc
import Testing

@testable import Site

/// `Tests/Cases/site/<case>/{site.toml, expected.txt}`: the complete output of a load, word for word.
///
/// A case may bring `profiles/`, `devices/`, `mappings/` and `boards/` of its own; the rest comes from `_shared`. After a wanted change:
/// `BAMAI_RECORD=1 swift test --filter SiteTests`, then read the difference.
@Suite struct GoldenTests {
    static let folder = "Tests/Cases/site"
    static let cases = Repository.names(in: folder).filter { !$0.hasPrefix("_") && !$0.hasPrefix(".") }

    @Test func thereAreManyCases() {
        #expect(GoldenTests.cases.count >= 40)
    }

    @Test(arguments: cases)
    func aSiteFileGivesExactlyItsExpectedFindings(_ name: String) throws {
        let output = try GoldenTests.output(of: name)
        let expected = "\(GoldenTests.folder)/\(name)/expected.txt"
        if getenv("BAMAI_RECORD") != nil { Repository.write(output, to: Repository.path(expected)) }
        #expect(try output == Repository.text(expected), "case \(name)")
    }

    @Test(arguments: cases)
    func everyFindingIsOneLineWithAPlaceInAFileThatWasRead(_ name: String) throws {
        let outcome = try GoldenTests.load(name)
        for finding in outcome.findings {
            #expect(finding.line >= 1 && finding.column >= 1)
            #expect(!finding.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }, "\(finding)")
            #expect(finding.message.count < 500)
            #expect(finding.file.hasPrefix("sites/"))
        }
        if outcome.value == nil { #expect(!outcome.findings.isEmpty) }
        #expect(outcome.findings.count <= 101)
    }

    static func load(_ name: String) throws -> SiteOutcome {
        var files: [String: String] = [:]
        for place in ["_shared", name] {
            for kind in ["profiles", "devices", "mappings", "codes", "boards"] {
                for file in Repository.names(in: "\(folder)/\(place)/\(kind)") where file.hasSuffix(".toml") {
                    files["sites/\(kind)/\(file)"] = try Repository.text("\(folder)/\(place)/\(kind)/\(file)")
                }
            }
        }
        files["sites/\(name)/site.toml"] = try Repository.text("\(folder)/\(name)/site.toml")
        return loadSite(at: "sites/\(name)/site.toml", from: .memory(files))
    }

    static func output(of name: String) throws -> String {
        switch try load(name) {
        case .valid(_, let warnings): (["valid"] + warnings.map { "warning: \($0)" }).joined(separator: "\n") + "\n"
        case .invalid(let errors): errors.map(\.description).joined(separator: "\n") + "\n"
        }
    }
}
