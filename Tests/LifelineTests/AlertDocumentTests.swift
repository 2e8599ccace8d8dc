import Foundation
import Lifeline
import Testing

@Suite("An alert's document")
struct AlertDocumentTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Cases/alerts")

    /// The recorded file, recorded anew where that is asked for.
    static func recorded(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try Data(bytes).write(to: url) }
        return try String(contentsOf: url, encoding: .utf8)
    }

    @Test("The CloudEvents document and the CAP document are the recorded ones, byte for byte, every time")
    func golden() throws {
        let alert = AlertSamples.full()
        let document = alert.cloudEvent(utcOffsetSeconds: 28_800)
        #expect(try AlertDocumentTests.recorded("full.json", document) == String(decoding: document, as: UTF8.self))
        let xml = alert.capXML(utcOffsetSeconds: 28_800)
        #expect(try AlertDocumentTests.recorded("full.cap.xml", xml) == String(decoding: xml, as: UTF8.self))
        #expect(alert.cloudEvent(utcOffsetSeconds: 28_800) == document && alert.capXML(utcOffsetSeconds: 28_800) == xml)
    }

    @Test("The document says rule and profile with its version, colour, lateness, and a location with its system")
    func members() throws {
        let document = try #require(JSONValue(AlertSamples.full(system: .bd09).cloudEvent(utcOffsetSeconds: 28_800)))
        let details = document["data"]["bamai"]
        #expect(details["rule"].text == "lift.door_wear" && details["profile"].text == "lifeline-cn@3")
        #expect(details["level"].text == "orange" && details["late"].flag == true)
        #expect(details["location"]["system"].text == "BD-09" && details["location"]["latitude"].number == 34.7512)
        let info = try #require(document["data"]["info"].list.first)
        #expect(info["area"].list.first?["circle"].isNull == true, "a circle is WGS-84, always")
        let parameters = info["parameter"].list.map { "\($0["valueName"].text ?? "")=\($0["value"].text ?? "")" }
        for wanted in ["rule=lift.door_wear", "profile=lifeline-cn@3", "level=orange", "late=true", "BD-09=34.7512,113.6294", "worst=4.5"] {
            #expect(parameters.contains(wanted), "\(wanted) in \(parameters)")
        }
        let history = details["evidence"]["history"]
        #expect(history["step_s"].number == 3600 && history["low"].list.count == 24 && history["low"].list[7].isNull)
        #expect(history["expected_low"].list.first?.number == 2.9)
        #expect(details["evidence"]["window"].list.count == 24)
        #expect(details["dropped"].isNull)
    }

    @Test(
        "The longest names in the worst characters stay within 16 KiB, and what was left out is named",
        arguments: ["\u{1}", "\u{7f}", "\"", "井", "𝄞"])
    func bounded(filler: Character) throws {
        let alert = AlertSamples.worst(filler)
        let bytes = alert.cloudEvent(utcOffsetSeconds: -28_800)
        #expect(bytes.count <= Alert.documentLimit - Alert.stampReserve, "\(bytes.count)")
        let document = try #require(JSONValue(bytes))
        let dropped = document["data"]["bamai"]["dropped"].list.compactMap(\.text)
        let order = ["expected_band", "history", "older_window", "index_terms", "window", "texts"]
        #expect(Array(order.prefix(dropped.count)) == dropped)
        #expect(!dropped.isEmpty)
        #expect(document["data"]["bamai"]["evidence"]["expected_low"].number != nil, "the numbers themselves always stay")
        #expect(document["data"]["bamai"]["index"]["value"].number == 43)
        #expect(document["data"]["info"].list.allSatisfy { !($0["description"].text ?? "").isEmpty })
        #expect(CAPDocument.xml(ofEvent: bytes) != nil)
    }

    @Test("An everyday alert loses nothing")
    func everyday() throws {
        let bytes = AlertSamples.full().cloudEvent(utcOffsetSeconds: 28_800)
        #expect(bytes.count < 8192, "\(bytes.count)")
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\"dropped\""))
    }
}
