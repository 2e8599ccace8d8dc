import Foundation
import Lifeline
import Testing

@testable import Desk

@Suite("Pages and what they are made of")
struct PageTests {
    @Test("What is put into HTML is escaped, unless it is HTML")
    func escaping() {
        let text = "<b title='x'>\"&\u{0}"
        let piece: HTML = "<i>\(text)</i>\("<hr>" as HTML)\(7)"
        #expect(piece.text == "<i>&lt;b title=&#39;x&#39;&gt;&quot;&amp;\u{fffd}</i><hr>7")
    }

    @Test("The language is the one that the browser asks for first")
    func language() {
        let cases: [(String, Language)] = [
            ("zh-CN,zh;q=0.9,en;q=0.8", .chinese), ("en-GB,en;q=0.9,zh;q=0.8", .english), ("fr, en;q=0.5", .english), ("fr", .chinese),
        ]
        for (header, wanted) in cases {
            #expect(Language(accepting: header) == wanted, "\(header)")
        }
        #expect(Language(accepting: nil) == .chinese)
    }

    @Test("Forms: percent signs, blanks, Chinese, what is broken")
    func forms() {
        let fields = FormFields(encoded: "reason=%E6%A3%80%E4%BF%AE+a%2Bb&reason=second&empty=&flag".utf8)
        #expect(fields?["reason"] == "检修 a+b" && fields?["empty"] == "" && fields?["flag"] == "" && fields?["none"] == "")
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff%fe", (0...40).map { "a\($0)=1" }.joined(separator: "&")] {
            #expect(FormFields(encoded: broken.utf8) == nil, "\(broken)")
        }
        for text in ["", "a b", "检修&=?#/", "%25"] { #expect(Percent.decode(Percent.encode(text).utf8) == text) }
    }

    @Test("An axis has a few round numbers around everything that is drawn")
    func scale() {
        for (least, most) in [(0.0, 1.0), (3.1, 4.2), (-5, -4.99), (0, 0), (1e6, 1.0001e6), (0.268, 0.39)] {
            let scale = Scale(least, most)
            #expect(scale.low <= least && scale.high >= most, "\(least) \(most)")
            #expect((3...12).contains(scale.ticks.count), "\(least) \(most): \(scale.ticks)")
        }
    }

    @Test("Cells that a spreadsheet would calculate are texts; numbers stay numbers")
    func csv() {
        #expect(CSV.cell("=HYPERLINK(\"x\")") == "\"'=HYPERLINK(\"\"x\"\")\"")
        #expect(CSV.cell("+86 371") == "'+86 371" && CSV.cell("-0.5") == "-0.5" && CSV.cell("a,b") == "\"a,b\"" && CSV.cell("@x") == "'@x")
    }

    @Test("A month has its bounds in the desk's own time")
    func months() throws {
        let (first, next) = try #require(ReportPage.bounds("2026-12", utcOffsetSeconds: 28_800))
        #expect(CivilTime.rfc3339(first, offsetSeconds: 28_800) == "2026-12-01T00:00:00+08:00")
        #expect(CivilTime.rfc3339(next, offsetSeconds: 28_800) == "2027-01-01T00:00:00+08:00")
        for text in ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "abcd-ef"] {
            #expect(ReportPage.bounds(text, utcOffsetSeconds: 0) == nil, "\(text)")
        }
    }

    @Test("Every act leads somewhere from some state, and nothing leads on from done but a reopening")
    func handling() {
        for act in HandlingAct.allCases { #expect(Handling.allCases.contains { act.result(from: $0) != nil }, "\(act)") }
        for state in [Handling.closed, .falseAlarm] {
            #expect(HandlingAct.allCases.filter { act in act.result(from: state).map { $0 != state } ?? false } == [.reopen])
        }
    }

    @Test("A batch is cut into its documents as they came")
    func batch() throws {
        let bytes = Array(#" [ {"a":"],[\""} , [1,[2]] ,"x,y"  ] "#.utf8)
        let parts = try #require(JSONList.items(bytes)).map { String(decoding: bytes[$0], as: UTF8.self).trimmingCharacters(in: .whitespaces) }
        #expect(parts == [#"{"a":"],[\""}"#, "[1,[2]]", #""x,y""#])
        for text in ["", "[", "{}", "[}]", "[\"]", "]["] { #expect(JSONList.items(Array(text.utf8)) == nil, "\(text)") }
        #expect(JSONList.items(Array("[]".utf8)) == [])
    }

    @Test("Failures are counted by who, for a while, and within a bound")
    func limiter() {
        let limiter = AttemptLimiter(limit: 3, seconds: 10)
        for _ in 1...2 { limiter.fail("a", now: 0) }
        #expect(limiter.wait("a", now: 1) == nil)
        limiter.fail("a", now: 2)
        #expect(limiter.wait("a", now: 3) != nil && limiter.wait("b", now: 3) == nil)
        #expect(limiter.wait("a", now: 10_000_000) == nil)
        limiter.fail("a", now: 10_000_001)
        #expect(limiter.wait("a", now: 10_000_002) == nil)
        limiter.succeed("a")
        for number in 0..<30_000 { limiter.fail("x\(number)", now: 20_000_000) }
        #expect(limiter.wait("a", now: 20_000_000) == nil)
    }

    @Test("Topics: a gateway's level, and no wildcard")
    func topics() throws {
        #expect(BrokerSettings.gateway(in: "bamai/gw7/alerts", of: "bamai/{gateway}/alerts") == "gw7")
        for topic in ["bamai/gw7", "bamai/gw7/alerts/x", "other/gw7/alerts", "bamai/gw7/readings"] {
            #expect(BrokerSettings.gateway(in: topic, of: "bamai/{gateway}/alerts") == nil, "\(topic)")
        }
        #expect(BrokerSettings.objection(toTopic: "a/{gateway}/b") == nil)
        for topic in ["a/b", "a/+/{gateway}", "a/x{gateway}", "{gateway}/{gateway}", "a/{gateway}/#"] {
            #expect(BrokerSettings.objection(toTopic: topic) != nil)
        }
        #expect(try BrokerSettings(url: "mqtts://b.example", clientID: "d").options.port == 8883)
        #expect(try BrokerSettings(url: "mqtt://127.0.0.1:18830", clientID: "d").options.port == 18830)
        for url in ["http://x", "mqtt://", "mqtt://u@h", "x", "mqtt://h/path", "mqtt://h:99999"] {
            #expect(throws: BrokerSettings.Refusal.self) { try BrokerSettings(url: url, clientID: "d") }
        }
    }

    @Test("The description for programs names the routes that there are, and no others")
    func description() throws {
        let value = try #require(JSONValue(Array(OpenAPIDescription.json.utf8)))
        let store = try DeskStore(SQLiteDatabase(path: ":memory:"))
        let routes = DeskServer(DeskCore(settings: DeskSettings(), store: store)).router().routes
        let forPrograms = routes.map { ($0.path.description, $0.method.rawValue.lowercased()) }
            .filter { path, _ in
                path.hasPrefix("/v1/") || ["/assets.csv", "/feed.atom", "/cap/{name}", "/metrics", "/health", "/openapi.json"].contains(path)
            }
        #expect(forPrograms.count >= 11)
        for (path, method) in forPrograms where method != "head" {
            #expect(!value["paths"][path][method]["summary"].isNull, "\(method) \(path) is not described")
        }
        for (path, methods) in value["paths"].members {
            for method in methods.members.keys {
                #expect(forPrograms.contains { $0.0 == path && $0.1 == method }, "\(method) \(path) is described and not there")
            }
        }
        // Every reference leads somewhere.
        for part in OpenAPIDescription.json.components(separatedBy: "\"$ref\": \"#/").dropFirst() {
            let path = part.prefix { $0 != "\"" }.split(separator: "/").map(String.init)
            #expect(!value.find(path).isNull, "\(path)")
        }
    }
}
