import Foundation
import Gateway
import GatewayTesting
import Journal
import Lifeline
import Site
import Testing

@Suite("The sick-running index on the line")
struct IndexTests {
    static let profile: String = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.path + "/firmware-config/profiles/lifeline-cn.toml"
    }()

    static func configuration() throws -> SiteConfiguration {
        var configuration = LineFixture.configuration(sensors: 2, commitDelay: .zero)
        configuration.plan.assets[1].assetClass = .other
        let profile = loadProfile(at: IndexTests.profile, from: .disk)
        configuration.plan.indexModel = try #require(profile.value?.index)
        configuration.plan.rules[0].index = IndexWeight(weight: 0.4, halfLife: 60 * 86_400)
        return configuration
    }

    /// The values that were journalled as an asset's index.
    static func journalled(_ journal: any JournalReader) throws -> [Double] {
        let keys = try journal.seriesKeys()
        var values: [Double] = []
        try journal.readings(from: 1) { _, reading in
            if keys[reading.series] == "MH-0/sick_index" { values.append(reading.value) }
            return true
        }
        return values
    }

    private func run(_ gateway: Gateway, _ time: ManualTimeSource, minutes: Int) throws {
        for _ in 0..<minutes {
            time.advance(by: .seconds(60))
            try gateway.step(readable: [], all: [])
        }
    }

    @Test("Once a local day the index of each asset that has one becomes a reading, and the history holds it")
    func daily() throws {
        let (journal, time, source) = (MemoryJournal(), ManualTimeSource(), ScriptedSource())
        let gateway = try Gateway(configuration: IndexTests.configuration(), journal: journal, time: time)
        try run(gateway, time, minutes: 3)
        let keys = Set(try journal.seriesKeys().values)
        #expect(keys.contains("MH-0/sick_index") && !keys.contains("MH-1/sick_index"), "class other has none")
        #expect(try IndexTests.journalled(journal) == [0], "one, not one a minute")
        for _ in 0..<6 {
            source.add("d0", "{\"v\":40}")
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(1))
        }
        // 11:04 to the next midnight, local time.
        try run(gateway, time, minutes: 13 * 60)
        #expect(try IndexTests.journalled(journal) == [0, 16], "40 points of 0.4")
        #expect(gateway.indexHistory(asset: 0).entries.map(\.value) == [0, 16])
    }

    @Test("A restart on the same day says nothing twice; what a refused commit took is said again")
    func restart() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = try IndexTests.configuration()
        let gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        time.advance(by: .seconds(60))
        journal.failCommit(with: .full("test"))
        #expect(throws: JournalError.full("test")) { try gateway.step(readable: [], all: []) }
        #expect(try IndexTests.journalled(journal).isEmpty)
        try run(gateway, time, minutes: 3)
        #expect(try IndexTests.journalled(journal).count == 1)
        let again = try Gateway(configuration: configuration, journal: journal, time: time)
        try run(again, time, minutes: 3)
        #expect(try IndexTests.journalled(journal).count == 1)
        try again.writeCheckpoint()
        let third = try Gateway(configuration: configuration, journal: journal, time: time)
        #expect(third.restored == .complete && third.indexHistory(asset: 0) == again.indexHistory(asset: 0))
        #expect(third.conditionIndex(asset: 0) == again.conditionIndex(asset: 0))
    }

    @Test("While nobody has set the clock no day is said")
    func unsetClock() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        time.synchronise(false)
        let gateway = try Gateway(configuration: IndexTests.configuration(), journal: journal, time: time)
        try run(gateway, time, minutes: 3)
        #expect(try IndexTests.journalled(journal).isEmpty)
        time.synchronise(true)
        try run(gateway, time, minutes: 2)
        #expect(try IndexTests.journalled(journal).count == 1)
    }

    @Test("A watcher sees the gateway's own readings under their names")
    func watched() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let gateway = try Gateway(configuration: IndexTests.configuration(), journal: journal, time: time)
        var seen: [String] = []
        gateway.watcher = { [unowned gateway] sensor, _, _ in seen.append(gateway.judgedPlan.sensors[sensor].id) }
        try run(gateway, time, minutes: 2)
        #expect(seen == ["MH-0/sick_index"])
    }

    @Test("A running daemon answers index in pages, index of an asset with its history, and says what it does not know")
    func daemon() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        let profile = try String(contentsOfFile: IndexTests.profile, encoding: .utf8)
        fixture.folder.write("profiles/test.toml", profile.replacingOccurrences(of: "profile = \"lifeline-cn\"", with: "profile = \"test\""))
        let assets = (0..<300).map { "[[asset]]\nid = \"WP-\($0)\"\nclass = \"water_pipe\"\n[asset.dossier]\nbuilt = \(1960 + $0 % 60)\n" }.joined()
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1) + assets)
        try fixture.start()
        #expect(fixture.wait(seconds: 10) { FileManager.default.fileExists(atPath: fixture.folder.file("control.sock")) })
        let program = ProcessFixture.binaries + "/bamai"
        var asked = 0
        func ask(_ arguments: [String]) throws -> (code: Int32, output: String) {
            asked += 1
            let output = fixture.folder.file("answer-\(asked)")
            let child = try ChildProcess(program, ["index", "--socket", fixture.folder.file("control.sock")] + arguments, output: output)
            return (child.wait(), (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
        }
        let list = try ask(["--json"])
        let document = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any]
        #expect(list.code == 0 && (document?["assets"] as? [Any])?.count == 300, "several pages make one list")
        #expect(document?["live"] as? Bool == true)
        let one = try ask(["WP-7", "--json"])
        #expect(one.code == 0 && one.output.contains("\"history\":["))
        let none = try ask(["nothing"])
        #expect(none.code == 1 && none.output.contains("there is no asset"))
        #expect(fixture.stop() == 0)
    }
}
