import Deploy
import Intake
import Linux
import Site
import Testing

/// Chips of which some lines are taken.
private final class TakenChips: LineChips {
    let abilities = GPIOAbilities.present
    var holders: [Int: String] = [:]
    private(set) var taken: [GPIOSettings] = []

    func take(_ settings: GPIOSettings, chip: String, consumer: String) throws(GPIOError) -> any HeldLine {
        if let holder = holders[settings.offset] { throw .busy(consumer: holder) }
        taken.append(settings)
        return Held()
    }

    private final class Held: HeldLine {
        var descriptor: Int32 { -1 }
        func level() throws(GPIOError) -> Bool { false }
        func set(_ isActive: Bool) throws(GPIOError) {}
        func read(_ body: (GPIOEvent) -> Void) throws(GPIOError) -> Int { 0 }
    }
}

@Suite("Lines are tried before a change")
struct BoardLinesTests {
    /// A site with a contact on line 4 and a siren on line 5.
    private func site(chip: String = "pinctrl-bcm2711", siren: Bool = true) throws -> SiteConfiguration {
        var text = """
            schema = 1
            [site]
            id = "gw7"
            profile = "lifeline-cn"
            [[asset]]
            id = "MH-1"
            class = "manhole_cover"
            [[line]]
            id = "lid"
            role = "contact"
            chip = "\(chip)"
            offset = 4
            asset = "MH-1"
            quantity = "open"

            """
        if siren { text += "[[line]]\nid = \"siren\"\nrole = \"output\"\nchip = \"\(chip)\"\noffset = 5\ndrives = \"siren\"\nlevel = \"red\"\n" }
        let file = Array(text.utf8)
        let path = "/site/gw7/site.toml"
        let sources = SiteSources(
            read: { asked in
                if asked == path { return .bytes(file) }
                return asked.hasPrefix("/site/")
                    ? SiteSources.disk.read(BoardLinesTests.repository + "/firmware-config/" + asked.dropFirst(6)) : .absent
            }, list: { _ in [] })
        let outcome = loadSite(at: path, from: sources)
        return try #require(outcome.value, "\(outcome.findings.map(\.description))")
    }

    static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    private let chips = TakenChips()
    private var lines: BoardLines {
        BoardLines(identity: nil, found: [FoundChip(label: "pinctrl-bcm2711", lines: 58)], chips: chips)
    }

    @Test("Every new line is taken for a moment as it will be, an output as an input")
    func tried() throws {
        #expect(lines.objections(to: try site(), running: nil).isEmpty)
        #expect(chips.taken.map(\.offset) == [4, 5])
        #expect(chips.taken[1].direction == .input(edges: .none, debounceNanoseconds: 0))
    }

    @Test("A line that somebody holds is named with its holder; one that our own daemon holds is left alone")
    func busy() throws {
        chips.holders = [4: "w1-gpio"]
        let objections = lines.objections(to: try site(), running: nil)
        #expect(objections.count == 1 && objections[0].hasPrefix("line \"lid\", line 4 of pinctrl-bcm2711: held by \"w1-gpio\""), "\(objections)")
        #expect(lines.objections(to: try site(), running: try site(siren: false)).isEmpty)
    }

    @Test("A chip that is not there is named with those that are, and nothing is taken")
    func absent() throws {
        let objections = lines.objections(to: try site(chip: "pinctrl-rp1"), running: nil)
        #expect(objections.count == 1 && objections[0].contains("pinctrl-rp1") && objections[0].contains("pinctrl-bcm2711"), "\(objections)")
        #expect(chips.taken.isEmpty)
    }
}
