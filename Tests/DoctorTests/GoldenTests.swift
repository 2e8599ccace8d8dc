import Foundation
import Lifeline
import Testing

@testable import Doctor

@Suite("Every sentence of the doctor, in both languages")
struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Cases/doctor"

    static let files: [(String, [(String, [CheckResult])])] = [
        ("hardware", Scenes.hardwareScenes.map { ($0.0, $0.1.results()) }),
        ("lines", Scenes.lineScenes.map { ($0.0, [$0.1.result]) }),
        ("time", Scenes.timeScenes.map { ($0.0, $0.1.results()) }),
        ("storage", Scenes.storageScenes.map { ($0.0, $0.1.results()) }),
        ("connection", Scenes.connectionScenes.map { ($0.0, $0.1.results(time: $0.2)) }),
        ("certificates", Scenes.certificateScenes.map { ($0.0, [$0.1.result(time: $0.2)]) }),
        ("configuration", Scenes.configurationScenes.map { ($0.0, $0.1.results()) }),
        ("gateway", Scenes.gatewayScenes.map { ($0.0, $0.1.results()) }),
    ]

    static func text(_ scenes: [(String, [CheckResult])]) -> String {
        var text = ""
        for (title, results) in scenes {
            text += "== \(title)\n"
            for result in results {
                text += "\(result.verdict.rawValue) \(result.check) | \(result.name.english): \(result.text.english)\n"
                text += "    \(result.name.chinese):\(result.text.chinese)\n"
                if !result.figures.isEmpty {
                    text += "    " + result.figures.map { "\($0.name)=\(JSONWriter.shortest($0.value))" }.joined(separator: " ") + "\n"
                }
            }
        }
        return text
    }

    @Test("The sentences are the recorded ones", arguments: 0..<8)
    func golden(index: Int) throws {
        let (name, scenes) = GoldenTests.files[index]
        let file = "\(GoldenTests.folder)/\(name).txt"
        let text = GoldenTests.text(scenes)
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil {
            try FileManager.default.createDirectory(atPath: GoldenTests.folder, withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOfFile: file, encoding: .utf8)), "run the test with BAMAI_RECORD=1 to record it anew")
    }

    static let all = files.flatMap { $0.1.flatMap(\.1) }

    @Test("Every check has been seen in every verdict that its section can give, and no text is missing in a language")
    func complete() {
        for result in GoldenTests.all {
            #expect(!result.text.english.isEmpty && !result.text.chinese.isEmpty, "\(result.check)")
            #expect(result.name.english.count <= 16, "\(result.name.english)")
            #expect(result.text.english.unicodeScalars.allSatisfy { $0.value < 0x2e80 }, "\(result.text.english)")
        }
        for verdict in Verdict.allCases { #expect(GoldenTests.all.contains { $0.verdict == verdict }) }
    }

    @Test("What is wrong says what to do, or where to look")
    func fixes() {
        // A fault that ends in a bare value leaves an installer standing there.
        for result in GoldenTests.all
        where result.verdict == .error && result.check != "session" && result.check != "site" && result.check != "problem" {
            #expect(result.text.english.contains(":") || result.text.english.contains(";"), "\(result.check): \(result.text.english)")
        }
    }

    @Test("Where nothing could be asked, nothing is well")
    func ignorance() {
        let results = HardwareFacts().results() + StorageFacts().results() + ConfigurationFacts(path: "x").results()
        for result in results { #expect(result.verdict == .unknown, "\(result.check): \(result.text.english)") }
        let time = TimeFacts(now: 0).results()
        #expect(time.allSatisfy { $0.verdict == .unknown })
    }
}
