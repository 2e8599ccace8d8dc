import Foundation
import Lifeline
import Testing

@Suite("CAP 1.2")
struct CAPTests {
    @Test(
        "Every alert is a sound CAP message: all kinds, levels, coordinate systems and offsets",
        arguments: [AlertKind.raised, .escalated, .eased, .cleared])
    func sound(kind: AlertKind) {
        for level in Level.allCases {
            for system in Location.System.allCases {
                for offset in [28_800, 0, -12_600] {
                    var alert = AlertSamples.full(kind: kind, system: system)
                    alert.level = level
                    #expect(CAPRules.complaints(alert.capXML(utcOffsetSeconds: offset)) == [])
                }
            }
        }
        for category in ["Infra", "Safety", "Fire", "CBRNE", "Env", "Health", "Met", "Security", "Transport", "Other"] {
            var alert = AlertSamples.full(kind: kind)
            alert.rule.category = category
            alert.asset.location = nil
            alert.asset.address = ""
            alert.evidence = Evidence()
            #expect(CAPRules.complaints(alert.capXML(utcOffsetSeconds: 28_800)) == [])
        }
    }

    @Test(
        "Whatever characters names hold, the XML is well-formed and no character is taken for markup",
        arguments: ["\u{1}", "\r", "]]>", "\u{fffe}", "<&>", "𝄞"])
    func characters(text: String) throws {
        var alert = AlertSamples.full()
        alert.asset.name = text
        alert.headline = BilingualText(chinese: text, english: text)
        let xml = alert.capXML(utcOffsetSeconds: 28_800)
        #expect(CAPRules.complaints(xml) == [])
        let read = try #require(CAPReader.read(xml)).root.all("info").first?.first("headline")
        let isCharacter = text != "\u{1}" && text != "\u{fffe}"
        #expect(read == (isCharacter ? text : "\u{fffd}"))
    }

    @Test("Evidence stays out of CAP, what CAP can say is the same as in the document")
    func content() throws {
        let root = try #require(CAPReader.read(AlertSamples.full().capXML(utcOffsetSeconds: 28_800))).root
        #expect(root.first("identifier") == "gw7-000001842-5f0c2b9a" && root.first("sender") == "gw7.bamai")
        #expect(root.first("msgType") == "Update" && root.first("scope") == "Restricted")
        #expect(
            root.first("references")
                == "gw7.bamai,gw7-000001840-00000001,2026-01-02T11:04:05+08:00 gw7.bamai,gw7-000001841-00000002,2026-01-02T11:04:05+08:00")
        #expect(root.all("info").map { $0.first("language") } == ["zh-CN", "en-GB"])
        #expect(root.all("info").first?.all("area").first?.first("circle") == "34.7512,113.6294 0.02")
        #expect(root.all("info").first?.all("area").first?.first("areaDesc") == "西路 17 号 <2 号楼> & 门厅")
        #expect(root.all("bamai").isEmpty)
    }

    @Test(
        "The rules find what is wrong",
        arguments: [
            ("<sender>gw7.bamai</sender>", "<sender>gw7 bamai</sender>"),
            ("<sent>2026-01-02T11:04:07+08:00</sent>", "<sent>2026-01-02T03:04:07Z</sent>"),
            ("<sent>2026-01-02T11:04:07+08:00</sent>", "<sent>2026-01-02T11:04:07.5+08:00</sent>"),
            ("<status>Actual</status>", "<status>actual</status>"),
            ("<restriction>City lifeline duty officers</restriction>", ""), ("<severity>Severe</severity>", "<severity>Orange</severity>"),
            ("<circle>34.7512,113.6294 0.02</circle>", "<circle>113.6294,34.7512 0.02</circle>"), ("<areaDesc>", "<note>x</note><areaDesc>"),
            ("<event>关门时间变长</event>", ""), ("gw7.bamai,gw7-000001840-00000001,", "gw7-000001840-00000001,"), ("</alert>", "</alart>"),
        ])
    func broken(right: String, wrong: String) {
        let xml = String(decoding: AlertSamples.full().capXML(utcOffsetSeconds: 28_800), as: UTF8.self)
        #expect(xml.contains(right))
        #expect(!CAPRules.complaints(Array(xml.replacingOccurrences(of: right, with: wrong).utf8)).isEmpty)
    }

    @Test("What is no alert's document gives no CAP")
    func noDocument() {
        #expect(CAPDocument.xml(ofEvent: "".utf8) == nil)
        #expect(CAPDocument.xml(ofEvent: "{}".utf8) == nil)
        #expect(CAPDocument.xml(ofEvent: #"{"data":{"identifier":"a","note":"the document was damaged"}}"#.utf8) == nil)
        #expect(CAPDocument.xml(ofEvent: #"{"data":[1]}"#.utf8) == nil)
    }
}
