import Foundation
import Lifeline
import Testing

@testable import Commissioning

/// The payloads of the decoder's cases that were made for a template: discovery must find that template, whatever others there are.
@Suite("Discovery over the recorded payloads")
struct RecordedPayloadTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var topic: String
        var template: String
        var payload: [UInt8]
        var testDescription: String { name }
    }

    /// One a folder `<format>/template-…` whose payload is written as it comes.
    static let cases: [Case] = {
        let root = Fixture.root + "/Tests/Cases/decode"
        var cases: [Case] = []
        for format in (try? FileManager.default.contentsOfDirectory(atPath: root).sorted()) ?? [] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(format)").sorted()) ?? [] where name.hasPrefix("template-") {
                let folder = "\(root)/\(format)/\(name)"
                guard let arrival = FileManager.default.contents(atPath: folder + "/case.json"),
                    let members = (try? JSONSerialization.jsonObject(with: arrival)) as? [String: Any], let topic = members["topic"] as? String,
                    let template = members["template"] as? String, let payload = payload(folder), saysWhatItIs(folder)
                else { continue }
                cases.append(Case(name: "\(format)/\(name)", topic: topic, template: template, payload: payload))
            }
        }
        return cases
    }()

    /// A message with a battery and nothing else may be anybody's.
    private static func saysWhatItIs(_ folder: String) -> Bool {
        guard let expected = FileManager.default.contents(atPath: folder + "/expected.json"),
            let members = (try? JSONSerialization.jsonObject(with: expected)) as? [String: Any],
            let readings = members["readings"] as? [[String: Any]]
        else { return false }
        return readings.contains { ($0["sensor"] as? String)?.contains("battery") == false }
    }

    private static func payload(_ folder: String) -> [UInt8]? {
        for name in ["payload.json", "payload.txt"] {
            if let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") { return Array(bytes) }
        }
        guard let text = FileManager.default.contents(atPath: folder + "/payload.hex") else { return nil }
        let digits = text.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    @Test("Each finds its template, or one that reads the same payload as well", arguments: cases)
    func template(_ recorded: Case) throws {
        let catalogue = try Fixture.shipped.get()
        var listening = catalogue.listening()
        for minute in 0..<3 {
            recorded.payload.withUnsafeBytes {
                listening.take(
                    broker: 0, topic: recorded.topic, payload: $0, received: Fixture.start.advanced(byMicroseconds: Int64(minute) * 60_000_000),
                    isRetained: false)
            }
        }
        let discovery = Discovery(listening, catalogue: catalogue)
        let fits = discovery.devices.flatMap { device in (device.fit.map { [$0] } ?? []) + device.alternatives }
        #expect(fits.contains { $0.template == recorded.template }, "\(discovery.devices.map { $0.candidates.map { "\($0.template) \($0.score)" } })")
        let lines = ConfigurationLines(discovery)
        #expect(lines.refused == 0 && lines.ready > 0)
        let outcome = Fixture.load(lines.text)
        #expect(outcome.value != nil, "\(outcome.findings)")
    }
}
