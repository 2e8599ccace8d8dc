import Foundation
import GatewayTesting
import Lifeline
import Site
import Testing

/// What a gateway would answer about `Tests/Cases/index`, at a fixed moment and with evidence of all kinds.
enum IndexAnswerFixture {
    static let folder = CommandRun.root + "/Tests/Cases/index"
    static let now = Timestamp(unixSeconds: 1_767_225_600)

    static func evidence(_ plan: SitePlan, _ rule: String, heard: Bool, confidence: Double = 0, endedDaysAgo: Int? = nil) throws -> LiveEvidence {
        let rule = try #require(plan.rules.first { $0.id == rule })
        return LiveEvidence(
            rule: rule.id, origin: rule.origin, event: rule.event, weight: try #require(rule.index), isHeard: heard, confidence: confidence,
            ended: endedDaysAgo.map { now.advanced(by: .seconds(-$0 * 86_400)) })
    }

    static func lines(only asset: String? = nil) throws -> [String] {
        let plan = try #require(loadSite(at: folder + "/site.toml", from: .disk).value).plan
        let model = try #require(plan.indexModel)
        var lines: [String] = []
        for one in plan.assets where asset == nil || one.id == asset {
            var evidence: [LiveEvidence] = []
            var reds: [String] = []
            switch one.id {
            case "GP-1":
                evidence = [try self.evidence(plan, "gas.methane", heard: true, confidence: 1)]
                reds = ["gas.methane"]
            case "WP-3":
                evidence = [
                    try self.evidence(plan, "water.negative_pressure", heard: true),
                    try self.evidence(plan, "water.burst", heard: true, confidence: 0.8, endedDaysAgo: 12),
                ]
            case "WP-4": evidence = [try self.evidence(plan, "water.burst", heard: false)]
            case "LIFT-2": evidence = [try self.evidence(plan, "lift.entrapment", heard: true)]
            default: break
            }
            guard let index = model.index(of: one, evidence: evidence, reds: reds, now: now) else { continue }
            var json = JSONWriter()
            index.write(&json, asset: one) { json in
                guard asset != nil else { return }
                json.key("history")
                json.raw("[[\"2025-10-31\",31],[\"2025-11-30\",40],[\"2025-12-30\",62],[\"2025-12-31\",96]]")
            }
            lines.append(json.text)
        }
        var head = JSONWriter()
        head.beginObject()
        head.member("schema", 1)
        head.member("gateway", plan.gateway)
        head.member("site", "东区 7 号网关")
        head.member("now", CivilTime.rfc3339(now, offsetSeconds: 28_800))
        head.key("note")
        head.beginObject()
        head.member("zh", model.statement.chinese)
        head.member("en", model.statement.english)
        head.endObject()
        head.member("assets", lines.count)
        head.key("next")
        head.null()
        head.endObject()
        return [head.text] + lines
    }
}

@Suite("bamai index")
struct IndexCommandTests {
    /// The recorded outputs: `BAMAI_RECORD=1 swift test --filter golden` writes them anew.
    static let recorded: [(file: String, arguments: [String])] = [
        ("list.en.txt", []), ("list.zh.txt", ["--lang", "zh"]), ("list.csv", ["--csv"]), ("list.zh.csv", ["--csv", "--lang", "zh"]),
        ("list.json", ["--json"]), ("GP-1.en.txt", ["GP-1"]), ("GP-1.zh.txt", ["GP-1", "--lang", "zh"]), ("WP-3.en.txt", ["WP-3"]),
    ]

    @Test("What a gateway answers is shown as recorded", arguments: recorded.map(\.file))
    func golden(file: String) throws {
        let arguments = try #require(IndexCommandTests.recorded.first { $0.file == file }).arguments
        let socket = try SpeakingSocket(try IndexAnswerFixture.lines(only: arguments.first { !$0.hasPrefix("-") && $0 != "zh" }))
        let run = try CommandRun(["index"] + arguments + ["--socket", socket.path])
        #expect(run.code == 0)
        let path = "\(IndexAnswerFixture.folder)/\(file)"
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try run.output.write(toFile: path, atomically: true, encoding: .utf8) }
        #expect(run.output == (try? CommandText.read(path)))
    }

    @Test(
        "Every form says that it is a screening suggestion and whose the statutory assessment is",
        arguments: [[], ["--lang", "zh"], ["--csv"], ["--json"], ["GP-1"]])
    func screening(arguments: [String]) throws {
        let run = try CommandRun(["index", "--dossier", "--site", IndexAnswerFixture.folder] + arguments)
        #expect(run.code == 0)
        #expect(run.output.contains("筛查建议") || run.output.contains("A screening suggestion."))
        #expect(run.output.contains("the statutory assessment is the owner's") || run.output.contains("由产权单位或管理单位负责"))
    }

    @Test("Where no gateway runs, the static part is computed and said to be that")
    func withoutGateway() throws {
        let run = try CommandRun(["index", "--site", IndexAnswerFixture.folder])
        #expect(run.code == 0)
        #expect(run.output.contains("no gateway was asked: live evidence is missing, this is the static part alone"))
        #expect(!run.output.contains(" 符合 fit"), "nothing that nobody watches is called fit")
        let json = try CommandRun(["index", "--site", IndexAnswerFixture.folder, "--json"])
        #expect(json.output.contains("\"live\":false"))
        #expect(try CommandRun(["index", "--socket", "/nowhere/control.sock"]).code == 3, "a socket that is named is meant")
    }

    @Test(
        "An asset that is not there, or has no index, is said and ends with 1",
        arguments: [("GP-9", "there is no asset"), ("WELL-9", "class other have no index")])
    func unknown(asset: String, words: String) throws {
        let run = try CommandRun(["index", asset, "--dossier", "--site", IndexAnswerFixture.folder])
        #expect(run.code == 1 && run.output.contains(words))
        let socket = try SpeakingSocket(["{\"error\":\"there is no asset \\\"X\\\"\"}"])
        let asked = try CommandRun(["index", "X", "--socket", socket.path])
        #expect(asked.code == 1 && asked.output == "bamai: there is no asset \"X\"\n")
    }

    @Test("What is no gateway, and a gateway that breaks off, end with 3")
    func noGateway() throws {
        let other = try SpeakingSocket(["{\"hello\":1}"])
        #expect(try CommandRun(["index", "--socket", other.path]).code == 3)
        let torn = try SpeakingSocket([try IndexAnswerFixture.lines()[0]])
        #expect(try CommandRun(["index", "--socket", torn.path]).code == 3)
    }

    @Test("The CSV is what RFC 4180 says, begins with a byte order mark and holds no formula")
    func csv() throws {
        let socket = try SpeakingSocket(try IndexAnswerFixture.lines())
        let folder = TestFolder()
        #expect(try CommandRun.start(["index", "--csv", "--socket", socket.path], output: folder.file("list.csv")).wait() == 0)
        // Read as bytes: what reads texts takes the mark off.
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("list.csv"))))
        #expect(bytes.starts(with: [0xef, 0xbb, 0xbf]))
        let rows = IndexCommandTests.parse(String(decoding: bytes.dropFirst(3), as: UTF8.self))
        #expect(rows.count == 7, "a header, five assets, the note")
        #expect(Set(rows.map(\.count)) == [rows[0].count])
        #expect(rows[1][2] == "'=建设路灰口铸铁中压管" && rows[1][3] == "建设路, \"老城\"段")
        for row in rows { for field in row { #expect(!"=+-@\t".contains(field.first ?? "x"), "\(field)") } }
    }

    /// Fields and rows of RFC 4180.
    static func parse(_ text: String) -> [[String]] {
        var rows: [[String]] = [[]]
        var field = ""
        var isQuoted = false
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true) where rest.first == "\"": field.unicodeScalars.append(rest.removeFirst())
            case ("\"", _): isQuoted.toggle()
            case (",", false):
                rows[rows.count - 1].append(field)
                field = ""
            case ("\r", false): break
            case ("\n", false):
                rows[rows.count - 1].append(field)
                field = ""
                rows.append([])
            default: field.unicodeScalars.append(scalar)
            }
        }
        return rows.filter { !$0.isEmpty }
    }

    @Test("Dates in the future are warned of where today is known")
    func future() throws {
        let folder = TestFolder()
        folder.write(
            "site/site.toml",
            "schema = 1\n[site]\nid = \"g\"\nprofile = \"none\"\n[[broker]]\nid = \"b\"\nurl = \"mqtt://127.0.0.1\"\n[[asset]]\nid = \"A\"\nclass = \"lift\"\n[asset.dossier]\nbuilt = 2199\n"
        )
        let run = try CommandRun(["check", folder.file("site")])
        #expect(run.code == 0 && run.output.contains("asset A: built lies in the future; the index does not believe it (warning)"))
    }
}
