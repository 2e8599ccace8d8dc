import Testing

@testable import Site

@Suite("The inventory of a fleet")
struct FleetInventoryTests {
    static func load(_ text: String, sites: [String] = ["fleet/west/site.toml", "fleet/east/site.toml"]) -> Validation<FleetInventory> {
        var files = ["fleet/fleet.toml": text]
        for site in sites { files[site] = "" }
        return loadFleetInventory(at: "fleet/fleet.toml", from: .memory(files))
    }

    @Test("What stands there is what comes out, with the defaults under each board")
    func values() throws {
        let inventory = try #require(
            FleetInventoryTests.load(
                """
                schema = 1
                [defaults]
                ssh_options = ["ConnectTimeout=5"]
                remote = "sudo -n bamai"
                ssh_config = "keys/ssh_config"
                [[host]]
                name = "west"
                site = "west"
                groups = ["pumps", "west-side"]
                canary = true
                [[host]]
                name = "east"
                ssh = "root@10.0.0.7"
                site = "east/site.toml"
                groups = ["pumps"]
                ssh_options = ["Port=22"]
                root = "/srv/bamai"
                """
            ).value)
        #expect(inventory.hosts.map(\.name) == ["west", "east"])
        #expect(inventory.hosts.map(\.destination) == ["west", "root@10.0.0.7"])
        #expect(inventory.hosts.map(\.site) == ["fleet/west/site.toml", "fleet/east/site.toml"])
        #expect(inventory.hosts.map(\.isCanary) == [true, false])
        #expect(inventory.hosts.map(\.line) == [7, 12])
        let west = FleetInventory.Reach(configuration: "fleet/keys/ssh_config", options: ["ConnectTimeout=5"], remote: "sudo -n bamai", root: nil)
        #expect(inventory.hosts[0].reach == west)
        #expect(inventory.hosts[1].reach.options == ["Port=22", "ConnectTimeout=5"])
        #expect(inventory.hosts[1].reach.root == "/srv/bamai")
        #expect(inventory.groups == ["pumps", "west-side"])
        #expect(try inventory.hosts(in: []).count == 2)
        #expect(try inventory.hosts(in: ["west-side"]).map(\.name) == ["west"])
        #expect(try inventory.hosts(in: ["east", "pumps"]).map(\.name) == ["west", "east"])
        #expect(throws: FleetInventory.UnknownName(text: "unknown group or board \"pump\"; did you mean \"pumps\"?")) {
            try inventory.hosts(in: ["pump"])
        }
    }

    struct Wrong: Sendable {
        var lines: String
        var findings: [String]
    }

    static let wrong: [Wrong] = [
        Wrong(lines: "name = \"a\"\nsite = \"west\"\nsitte = 1", findings: ["5:1: unknown key \"sitte\" in [[host]]; did you mean \"site\"?"]),
        Wrong(lines: "name = \"a\"", findings: ["2:1: missing key \"site\" in [[host]]; write for example: site = \"west\""]),
        Wrong(
            lines: "name = \"a\"\nsite = \"nowhere\"",
            findings: ["4:8: there is no fleet/nowhere/site.toml; paths count from the inventory's folder"]),
        Wrong(lines: "name = \"a b\"\nsite = \"west\"", findings: ["3:8: name holds \" \"; allowed are letters a-z, A-Z, digits, \"-\", \"_\" and \".\""]),
        Wrong(lines: "name = \"a\"\nsite = \"west\"\ncanary = \"yes\"", findings: ["5:10: canary: expected true or false, found a text"]),
        Wrong(lines: "name = \"a\"\nsite = \"west\"\nssh = \"-oProxyCommand=x\"", findings: ["5:7: ssh is no destination: \"-oProxyCommand=x\""]),
        Wrong(
            lines: "name = \"a\"\nsite = \"west\"\nssh_options = [\"StrictHostKeyChecking=no\"]",
            findings: [
                "5:16: an option would take hosts on trust, and a push does not go to such: add the board's key to your known_hosts"
            ]),
        Wrong(
            lines: "name = \"a\"\nsite = \"west\"\nssh_options = [\"-v\"]", findings: ["5:16: an option is no option of ssh such as \"Port=2222\": \"-v\""]),
        Wrong(lines: "name = \"a\"\nsite = \"west\"\nroot = \"bamai\"", findings: ["5:8: root must be an absolute path"]),
        Wrong(
            lines: "name = \"a\"\nsite = \"west\"\n[[host]]\nname = \"a\"\nsite = \"./west\"",
            findings: [
                "6:8: duplicate host \"a\"; the first is on line 3",
                "7:8: site \"./west\" is that of the host on line 4 too; two boards cannot be one gateway",
            ]),
        Wrong(
            lines: "name = \"a\"\nsite = \"west\"\ngroups = [\"a\"]",
            findings: ["5:11: group \"a\" is called like the host on line 3; call one of them otherwise"]),
    ]

    @Test("What is wrong is told with line, column and what to write", arguments: wrong.indices)
    func findings(index: Int) {
        let wrong = FleetInventoryTests.wrong[index]
        let outcome = FleetInventoryTests.load("schema = 1\n[[host]]\n" + wrong.lines)
        let shown = outcome.findings.map { "\($0.line):\($0.column): \($0.message)" }
        #expect(outcome.value == nil)
        #expect(shown == wrong.findings)
    }

    @Test("No host, no schema of ours, no file: one sentence each")
    func nothing() {
        #expect(FleetInventoryTests.load("schema = 1").findings.map(\.message) == ["missing key \"host\" in the inventory; write for example: [[host]]"])
        #expect(FleetInventoryTests.load("schema = 1\nhost = []").findings.map(\.message) == ["there is no host; write for example: [[host]]"])
        #expect(FleetInventoryTests.load("schema = 2\n[[host]]").findings.map(\.message) == ["this program reads schema 1, found schema 2"])
        #expect(loadFleetInventory(at: "x.toml", from: .memory([:])).findings.map(\.message) == ["there is no such file"])
    }

    @Test("More boards than an inventory may have are said to be too many")
    func limit() {
        let count = FleetInventory.hostLimit + 1
        let text = "schema = 1\n" + (1...count).map { "[[host]]\nname = \"h\($0)\"\nsite = \"s\($0)\"\n" }.joined()
        let outcome = FleetInventoryTests.load(text, sites: (1...count).map { "fleet/s\($0)/site.toml" })
        #expect(outcome.findings.map(\.message) == ["[[host]] stands here \(count) times; at most \(FleetInventory.hostLimit) are allowed"])
    }

    @Test("The sample is valid and shows every key with a comment above it")
    func sample() throws {
        let path = Repository.path("firmware-config/sample/fleet.toml")
        let outcome = loadFleetInventory(at: path, from: .disk)
        #expect(outcome.value?.hosts.count == 2, "\(outcome.findings)")
        let lines = try Repository.text("firmware-config/sample/fleet.toml").split(separator: "\n", omittingEmptySubsequences: false)
        for shape in [Schema.fleetFile, Schema.fleetDefaults, Schema.fleetHost] {
            for key in shape.keys where key.form != .table && key.form != .tables {
                let first = try #require(lines.firstIndex { $0.hasPrefix(key.name + " = ") }, "\(key.name)")
                #expect(lines[first - 1].hasPrefix("#"), "\(key.name) has no comment above it")
            }
        }
    }
}
