import GatewayTesting
import Testing

@Suite("bamai check")
struct CheckTests {
    @Test("A valid site: what is in it, and 0")
    func valid() throws {
        let run = try CommandRun(["check", CommandRun.root + "/firmware-config/street"])
        #expect(run.code == 0)
        #expect(run.output.hasPrefix("valid  gateway street, revision "))
        #expect(run.output.contains("17 assets, 23 devices, "))
    }

    @Test("A broken site: every finding with its place, a count, and 2")
    func broken() throws {
        let folder = TestFolder()
        folder.write("site/site.toml", "schema = 1\n[site]\nid = \"a b\"\nname = 3\nutc_ofset = \"+08:00\"\n")
        let run = try CommandRun(["check", folder.file("site")])
        #expect(run.code == 2)
        #expect(run.output.contains("site.toml:3:"))
        #expect(run.output.contains("site.toml:5:"))
        #expect(run.output.contains(" errors in "))
    }

    @Test("A site that is not there is an error like others")
    func absent() throws {
        let run = try CommandRun(["check", "/nowhere/at/all"])
        #expect(run.code == 2)
        #expect(run.output.contains("/nowhere/at/all/site.toml"))
    }

    @Test("A site with lines: its board, and what is wired to it")
    func lines() throws {
        let run = try CommandRun(["check", CommandRun.root + "/firmware-config/sample"])
        #expect(run.code == 0)
        #expect(run.output.contains("board raspberry-pi-4, 4 lines (1 contact, 1 state, 1 pulse, 1 output)"))
    }
}
