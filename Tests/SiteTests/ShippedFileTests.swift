import Lifeline
import Testing

@testable import Site

/// Every data file of the repository loads: nothing that a maintainer flashes was never read.
@Suite struct ShippedFileTests {
    static let sites = Repository.names(in: "firmware-config").filter {
        if case .bytes = SiteSources.disk.read(Repository.path("firmware-config/\($0)/site.toml")) { true } else { false }
    }
    static let templates = Repository.names(in: "firmware-config/devices")
    static let profiles = Repository.names(in: "firmware-config/profiles")
    static let mappings = Repository.names(in: "firmware-config/mappings")
    /// Folders beside them hold what makes virtual boards.
    static let boards = Repository.names(in: "boards").filter { $0.hasSuffix(".toml") }
    static let profile = Repository.path("firmware-config/profiles/lifeline-cn.toml")

    @Test func nothingIsLeftOut() {
        #expect(ShippedFileTests.sites.contains("sample"))
        #expect(ShippedFileTests.templates.count >= 9 && ShippedFileTests.boards.count >= 12 && !ShippedFileTests.profiles.isEmpty)
        #expect(ShippedFileTests.templates.allSatisfy { $0.hasSuffix(".toml") })
        #expect(ShippedFileTests.mappings.count >= 2 && ShippedFileTests.mappings.allSatisfy { $0.hasSuffix(".toml") })
    }

    @Test(arguments: sites)
    func aShippedSiteIsValid(_ name: String) {
        let outcome = loadSite(at: Repository.path("firmware-config/\(name)/site.toml"), from: .disk)
        #expect(outcome.value != nil, "\(outcome.findings)")
    }

    @Test(arguments: templates)
    func aShippedTemplateIsValidAgainstTheShippedProfile(_ name: String) {
        let outcome = checkTemplate(at: Repository.path("firmware-config/devices/\(name)"), profile: ShippedFileTests.profile, from: .disk)
        #expect(outcome.findings == [])
        #expect(outcome.value?.isEmpty == false)
    }

    @Test(arguments: Repository.names(in: "firmware-config/codes"))
    func aShippedCodeTableIsValidAndSpeaksTheCommonLanguage(_ name: String) throws {
        let outcome = loadCodeTable(at: Repository.path("firmware-config/codes/\(name)"), profile: ShippedFileTests.profile, from: .disk)
        #expect(outcome.findings == [])
        let codes = try #require(outcome.value)
        #expect(codes.count >= 18 && Set(codes.map(\.raw)).count == codes.count)
        for code in codes {
            #expect(code.chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(code)")
            #expect(code.english.unicodeScalars.allSatisfy { $0.isASCII }, "\(code)")
        }
    }

    @Test func aCanonicalCodeMeansTheSameInEveryTable() throws {
        var words: [Int: Set<String>] = [:]
        var elevens: [Int] = []
        for name in Repository.names(in: "firmware-config/codes") {
            let path = Repository.path("firmware-config/codes/\(name)")
            for code in try #require(loadCodeTable(at: path, profile: ShippedFileTests.profile, from: .disk).value) {
                words[code.canonical, default: []].insert(code.chinese + "/" + code.english)
                if code.raw == 11 { elevens.append(code.canonical) }
            }
        }
        for (canonical, said) in words { #expect(said.count == 1, "\(canonical): \(said)") }
        #expect(elevens.sorted() == [101, 102], "entrapment on one platform, overspeed on another")
    }

    @Test(arguments: profiles)
    func aShippedProfileIsValid(_ name: String) {
        let outcome = loadProfile(at: Repository.path("firmware-config/profiles/\(name)"), from: .disk)
        #expect(outcome.findings == [])
        #expect(outcome.value?.rules.isEmpty == false)
    }

    @Test(arguments: mappings)
    func aShippedMappingIsValid(_ name: String) {
        let outcome = loadMapping(at: Repository.path("firmware-config/mappings/\(name)"), from: .disk)
        #expect(outcome.findings == [])
        #expect(outcome.value?.fields.isEmpty == false)
    }

    @Test(arguments: boards)
    func aShippedBoardIsValid(_ name: String) {
        let outcome = loadBoard(at: Repository.path("boards/\(name)"), from: .disk)
        #expect(outcome.findings == [])
        #expect(outcome.value?.name.isEmpty == false)
        if name == "generic.toml" { return }
        #expect(outcome.value?.compatible.isEmpty == false, "nobody would find this board")
        #expect(outcome.value?.maxEdgesPerSecond != nil)
        #expect(outcome.value?.notes.contains("Source:") == true || name == "qemu-virt.toml", "where do its facts come from?")
        #expect(outcome.value?.chips.allSatisfy { $0.pins.allSatisfy { (0..<1024).contains($0.offset) } } == true)
        for chip in outcome.value?.chips ?? [] { #expect(chip.pins.allSatisfy { $0.offset < chip.lines }, "\(chip.label)") }
        #expect(outcome.value?.pinNames.isEmpty == false)
    }

    @Test func everyNameOfABoardIsOneBoards() throws {
        var owners: [String: String] = [:]
        for file in ShippedFileTests.boards {
            for name in try #require(loadBoard(at: Repository.path("boards/\(file)"), from: .disk).value).compatible {
                let other = owners.updateValue(file, forKey: name)
                #expect(other == nil, "\(name): \(file)")
            }
        }
        #expect(owners.count >= 11)
    }

    /// The 40-pin header is the same on all of them, wherever its lines are.
    @Test func theHeaderOfTheRaspberryPisIsOne() throws {
        let labels = [
            "raspberry-pi-3b-plus": "pinctrl-bcm2835", "raspberry-pi-zero-2-w": "pinctrl-bcm2835", "raspberry-pi-4": "pinctrl-bcm2711",
            "raspberry-pi-cm4-io": "pinctrl-bcm2711", "raspberry-pi-5": "pinctrl-rp1",
        ]
        for (type, label) in labels {
            let board = try #require(loadBoard(at: Repository.path("boards/\(type).toml"), from: .disk).value)
            for (pin, line) in [(3, 2), (7, 4), (11, 17), (12, 18), (13, 27), (15, 22), (29, 5), (36, 16), (40, 21)] {
                #expect(board.place(ofPin: "P1-\(pin)") == LinePlace(chip: label, offset: line, pin: "P1-\(pin)"), "\(type)")
                #expect(board.place(ofPin: "gpio\(line)")?.offset == line)
            }
            #expect(board.pin(chip: label, offset: 0)?.reserved != nil && board.pin(chip: label, offset: 17)?.reserved == nil)
            #expect(board.chip(labelled: label)?.pins.count { !$0.names.isEmpty } == 28, "\(type)")
        }
    }

    @Test func theProfileHasARuleForEveryAssetClass() throws {
        let profile = try #require(loadProfile(at: ShippedFileTests.profile, from: .disk).value)
        for assetClass in AssetClass.allCases {
            #expect(profile.rules.contains { $0.assetClass == assetClass }, "\(assetClass)")
        }
        let named = Set(profile.quantities.map(\.name))
        for rule in profile.rules { if let quantity = rule.quantity { #expect(named.contains(quantity)) } }
    }

    @Test func theProfileSaysTheNumbersOfItsSources() throws {
        let rules = try #require(loadProfile(at: ShippedFileTests.profile, from: .disk).value).rules
        func rule(_ id: String) throws -> Rule { try #require(rules.first { $0.id == id }) }
        let tilt = try rule("cover.tilt")
        #expect(tilt.levels == [LevelLimit(level: .yellow, limit: 10), LevelLimit(level: .orange, limit: 15)] && tilt.onDelay == 3)
        #expect(try rule("gas.methane").levels.first == LevelLimit(level: .orange, limit: 1))
        #expect(try rule("water.low_pressure").levels == [LevelLimit(level: .yellow, limit: 0.14)])
        #expect(try rule("water.negative_pressure").levels == [LevelLimit(level: .red, limit: 0)])
        #expect(try rule("lift.entrapment").latched)
        #expect(try rule("device.silent").levels == [LevelLimit(level: .yellow, limit: 72 * 3600)])
        #expect(try rule("water.burst").direction == .down && rule("lift.door_wear").direction == .up)
    }

    @Test func everyAlertTextIsWrittenInBothLanguages() throws {
        for rule in try #require(loadProfile(at: ShippedFileTests.profile, from: .disk).value).rules {
            for text in [rule.event, rule.advice] {
                #expect(text.chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(rule.id)")
                #expect(text.english.unicodeScalars.allSatisfy { $0.isASCII }, "\(rule.id)")
            }
            #expect(rule.advice.chinese.hasSuffix("。") && rule.advice.english.hasSuffix("."), "\(rule.id)")
        }
    }
}
