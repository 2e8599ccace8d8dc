import Glibc
import Lifeline
import Testing

@testable import Site

@Suite struct LoadingTests {
    static let minimal = "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"none\"\n"

    @Test func theRevisionFollowsTheTextAndNotThePlace() throws {
        func revision(_ path: String, _ text: String) throws -> String {
            try #require(loadSite(at: path, from: .memory([path: text])).value).revision
        }
        let first = try revision("a/b/site.toml", LoadingTests.minimal)
        #expect(try revision("elsewhere/site.toml", LoadingTests.minimal) == first)
        #expect(try revision("a/b/site.toml", LoadingTests.minimal + "# a comment\n") != first)
        #expect(first.count == 16 && first.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func theRevisionCoversTemplatesAndProfiles() throws {
        var files = MutationTests.shelf
        files["sites/a/site.toml"] = """
            schema = 1
            [site]
            id = "gw7"
            profile = "small"
            [[broker]]
            id = "local"
            url = "mqtt://127.0.0.1"
            [[asset]]
            id = "A"
            class = "lift"
            [[device]]
            id = "d"
            asset = "A"
            template = "probe"
            """
        var revisions: Set<String> = []
        revisions.insert(try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value).revision)
        for path in ["sites/profiles/small.toml", "sites/devices/probe.toml"] {
            files[path, default: ""] += "# changed\n"
            revisions.insert(try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value).revision)
        }
        files["sites/devices/lora.toml", default: ""] += "# not used\n"
        revisions.insert(try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value).revision)
        #expect(revisions.count == 3)
    }

    @Test func aFileThatIsNotThereTooLargeOrAFolderIsAFinding() {
        func message(_ content: FileContent) -> String? {
            loadSite(at: "site.toml", from: SiteSources(read: { _ in content }, list: { _ in [] })).findings.first?.description
        }
        #expect(message(.absent) == "site.toml:1:1: there is no such file")
        #expect(message(.tooLarge) == "site.toml:1:1: the file is larger than 1 MiB")
        #expect(message(.bytes([UInt8](repeating: 32, count: (1 << 20) + 1))) == "site.toml:1:1: the file is larger than 1 MiB")
        #expect(message(.unreadable("per\nhaps")) == "site.toml:1:1: the file cannot be read: per\\u{a}haps")
    }

    @Test func theDiskIsReadUpToItsLimit() throws {
        var template = Array("/tmp/bamai-site-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let exact = folder + "/exact.toml"
        let large = folder + "/large.toml"
        defer {
            for path in [exact, large] { unlink(path) }
            rmdir(folder)
        }
        Repository.write(String(repeating: "#", count: SiteSources.fileLimit), to: exact)
        Repository.write(String(repeating: "#", count: SiteSources.fileLimit + 1), to: large)
        #expect(SiteSources.disk.read(exact) == .bytes([UInt8](repeating: 35, count: SiteSources.fileLimit)))
        #expect(SiteSources.disk.read(large) == .tooLarge)
        #expect(SiteSources.disk.read(folder + "/absent.toml") == .absent)
        #expect(SiteSources.disk.read(folder) == .unreadable("it is a folder"))
        #expect(SiteSources.disk.list(folder).sorted() == ["exact.toml", "large.toml"])
        #expect(SiteSources.disk.list(folder + "/absent") == [])
    }

    @Test func aSiteRuleTakesTheProfilesPlaceInItsOrder() throws {
        var files = MutationTests.shelf
        files["sites/a/site.toml"] = """
            schema = 1
            [site]
            id = "gw7"
            profile = "small"
            disable = ["water.low"]
            [[rule]]
            id = "cover.tilt"
            kind = "high"
            quantity = "tilt"
            levels = [ { level = "red", limit = 20 } ]
            event = { zh = "一", en = "one" }
            advice = { zh = "二", en = "two" }
            """
        let outcome = loadSite(at: "sites/a/site.toml", from: .memory(files))
        let rules = try #require(outcome.value, "\(outcome.findings)").plan.rules
        #expect(rules.map(\.id) == ["cover.tilt", "device.silent"])
        #expect(rules.map(\.origin) == ["site", "small@3"])
        #expect(rules[0].levels == [LevelLimit(level: .red, limit: 20)])
    }

    @Test func aBoardFileIsChecked() {
        let text =
            "schema = 1\nname = \"X\"\ncompatible = [\"a,b\"]\n[[chip]]\nlabel = \"c\"\nlines = 0\n[[chip]]\nlabel = \"c\"\nlines = 8\nline = 3\n"
        let findings = loadBoard(at: "boards/x.toml", from: .memory(["boards/x.toml": text])).findings.map(\.description)
        #expect(
            findings == [
                "boards/x.toml:6:9: lines must be 1…1024, found 0", "boards/x.toml:8:9: duplicate chip \"c\"; the first is on line 5",
                "boards/x.toml:10:1: unknown key \"line\" in [[chip]]; did you mean \"lines\"?",
            ])
    }

    @Test func aThousandDevicesLoad() throws {
        var files = MutationTests.shelf
        var site = "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"small\"\n[[broker]]\nid = \"local\"\nurl = \"mqtt://127.0.0.1\"\n"
        for n in 0..<1000 {
            site += "[[asset]]\nid = \"MH-\(n)\"\nclass = \"manhole_cover\"\n[[device]]\nid = \"p\(n)\"\nasset = \"MH-\(n)\"\ntemplate = \"probe\"\n"
        }
        files["sites/a/site.toml"] = site
        let plan = try #require(loadSite(at: "sites/a/site.toml", from: .memory(files)).value).plan
        #expect(plan.devices.count == 1000 && plan.sensors.count == 2000)
        #expect(plan.sensors.allSatisfy { plan.devices[$0.device].fields.contains { plan.sensors[$0.sensor].id.hasPrefix("MH-") } })
    }

    @Test func thereIsAnEndToDevices() {
        var site = LoadingTests.minimal
        for n in 0...Limits.assets { site += "[[asset]]\nid = \"\(n)\"\nclass = \"lift\"\n" }
        let findings = loadSite(at: "s.toml", from: .memory(["s.toml": site])).findings
        #expect(findings.first?.message == "[[asset]] stands here 4097 times; at most 4096 are allowed")
    }
}
