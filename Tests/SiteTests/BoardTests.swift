import Lifeline
import Testing

@testable import Site

@Suite struct BoardTests {
    static let catalogue = BoardCatalogue(folder: Repository.path("boards"), from: .disk)

    static func tree(model: String = "Bench Rev 2", compatible: [String], serial: String? = nil) -> SiteSources {
        var files = ["tree/model": model + "\u{0}", "tree/compatible": compatible.joined(separator: "\u{0}") + "\u{0}"]
        if let serial { files["tree/serial-number"] = serial + "\u{0}" }
        return .memory(files)
    }

    @Test func theDeviceTreesTextsAreRead() throws {
        let sources = BoardTests.tree(compatible: ["raspberrypi,4-model-b", "brcm,bcm2711"], serial: "10000000a1b2c3d4")
        let identity = try #require(BoardIdentity.read(from: sources, in: "tree"))
        #expect(identity == BoardIdentity(model: "Bench Rev 2", compatible: ["raspberrypi,4-model-b", "brcm,bcm2711"], serial: "10000000a1b2c3d4"))
        #expect(BoardIdentity.read(from: .memory([:]), in: "tree") == nil)
    }

    @Test func whatADeviceTreeHoldsGarblesNoTerminal() throws {
        let identity = try #require(BoardIdentity.read(from: BoardTests.tree(model: "a\u{1b}[31m\nb", compatible: []), in: "tree"))
        #expect(!identity.model.unicodeScalars.contains { $0.value < 0x20 } && identity.compatible.isEmpty)
    }

    @Test func everyShippedBoardIsFoundByEachOfItsNames() {
        #expect(BoardTests.catalogue.findings == [] && BoardTests.catalogue.entries.count >= 12)
        for entry in BoardTests.catalogue.entries {
            for name in entry.board.compatible {
                let identity = BoardIdentity(model: "", compatible: [name, "vendor,family"])
                #expect(BoardTests.catalogue.entry(for: identity)?.type == entry.type)
            }
        }
        #expect(BoardTests.catalogue.entry(for: BoardIdentity(model: "PC", compatible: ["brcm,bcm2711"])) == nil, "a processor is no board")
    }

    @Test func aBrokenBoardFileIsToldOfAndKeepsNoOtherFromBeingKnown() {
        let catalogue = BoardCatalogue(
            folder: "b",
            from: .memory([
                "b/a.toml": "schema = 1\nname = \"A\"\ncompatible = [\"x,a\"]\n", "b/broken.toml": "schema = 1\nnam = \"B\"\n", "b/readme.md": "#",
            ]))
        #expect(catalogue.entries.map(\.type) == ["a"])
        #expect(!catalogue.findings.isEmpty && catalogue.findings.allSatisfy { $0.file == "b/broken.toml" })
    }

    @Test func chipsAreComparedByTheirLabels() {
        let board = Board(name: "B", chips: [Board.Chip(label: "a", lines: 8), Board.Chip(label: "b", lines: 4), Board.Chip(label: "c", lines: 1)])
        let comparison = BoardComparison(
            board, found: [FoundChip(label: "b", lines: 5), FoundChip(label: "z", lines: 2), FoundChip(label: "a", lines: 8)])
        #expect(comparison.chips.map(\.presence) == [.present, .otherLines(5), .missing])
        #expect(comparison.others == [FoundChip(label: "z", lines: 2)] && !comparison.isExact)
        let twice = BoardComparison(board, found: [FoundChip(label: "a", lines: 8), FoundChip(label: "a", lines: 8)])
        #expect(twice.chips[0].presence == .ambiguous)
    }

    static func site(serial: String? = nil) throws -> SiteConfiguration {
        var site = try #require(loadSite(at: SampleTests.path, from: .disk).value)
        site.board?.serial = serial
        return site
    }

    @Test func aSiteHasNothingAgainstItsOwnBoard() throws {
        let identity = BoardIdentity(model: "Raspberry Pi 4 Model B Rev 1.4", compatible: ["raspberrypi,4-model-b", "brcm,bcm2711"], serial: "17")
        let found = [FoundChip(label: "pinctrl-bcm2711", lines: 58)]
        let (numbered, other) = (try BoardTests.site(serial: "17"), try BoardTests.site())
        #expect(BoardComparison.objections(of: numbered, to: identity, found: found) == [])
        #expect(BoardComparison.objections(of: other, to: identity, found: nil) == [])
    }

    @Test func anotherBoardAnotherNumberAndMissingChipsAreTold() throws {
        let other = BoardIdentity(model: "Raspberry Pi 5", compatible: ["raspberrypi,5-model-b"], serial: "18")
        let site = try BoardTests.site(serial: "17")
        let told = BoardComparison.objections(of: site, to: other, found: [FoundChip(label: "pinctrl-rp1", lines: 54)])
        #expect(told.count == 3)
        #expect(told[0].hasPrefix("the site is made for raspberry-pi-4 (Raspberry Pi 4 Model B), and this board is Raspberry Pi 5"))
        #expect(told[1].hasPrefix("the site is made for the board with the number 17, and this one is 18"))
        #expect(told[2] == "no GPIO chip is labelled \"pinctrl-bcm2711\", which line \"lid\" is on; there are pinctrl-rp1")
        let anyOfTheKind = try BoardTests.site()
        let none = BoardComparison.objections(of: anyOfTheKind, to: nil, found: [FoundChip(label: "pinctrl-bcm2711", lines: 20)])
        #expect(none.count == 4, "no device tree, and three lines beyond a chip of twenty: \(none)")
    }
}
