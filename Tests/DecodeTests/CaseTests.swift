import Foundation
import Lifeline
import Testing

@testable import Decode

@Suite("Messages that real devices send")
struct CaseTests {
    @Test("Each case folder decodes to what it says", arguments: try DecodeCase.all())
    func decodes(_ folder: DecodeCase) throws {
        var decoder = Decoder(plan: try folder.plan())
        let received = try folder.moment(folder.arrival.received)
        for earlier in folder.before { _ = DecodeFixture.run(&decoder, earlier.payload, topic: earlier.topic, received: received) }
        let before = decoder.figures
        let (readings, report) = DecodeFixture.run(&decoder, folder.payload, topic: folder.arrival.topic, received: received)
        let after = decoder.figures
        #expect(readings == (try folder.expectedReadings()), "\(folder.arrival.about)")
        var refused: [String: UInt64] = [:]
        for (cause, count) in after.refusals where count > before.refusals(for: cause) {
            refused[cause.rawValue] = count - before.refusals(for: cause)
        }
        #expect(refused == folder.expected.refused, "\(folder.arrival.about)")
        #expect(report.isIgnored == (folder.expected.ignored ?? false))
        #expect(report.readings == readings.count)
        #expect(UInt64(report.refusals) == refused.values.reduce(0, +))
        #expect((report.rejection == nil) == refused.isEmpty)
        #expect(after.messages == before.messages + 1 && after.bytes == before.bytes + UInt64(folder.payload.count))
        #expect(after.readings == before.readings + UInt64(readings.count))
        #expect(after.acceptedMessages + after.refusedMessages + after.ignored == after.messages)
        #expect(decoder.takeRebirthRequests(now: received).count == folder.arrival.rebirths ?? 0, "\(folder.arrival.about)")
    }

    @Test("A decoder that has seen every other case decodes each case the same: messages leave nothing behind but sessions, which births begin anew")
    func independent() throws {
        let all = try DecodeCase.all()
        for folder in all where folder.format != .sparkplugB || folder.begins {
            var decoder = Decoder(plan: try folder.plan())
            let received = try folder.moment(folder.arrival.received)
            func run() -> ([DecodedReading], DecodeReport) {
                for earlier in folder.before { _ = DecodeFixture.run(&decoder, earlier.payload, topic: earlier.topic, received: received) }
                return DecodeFixture.run(&decoder, folder.payload, topic: folder.arrival.topic, received: received)
            }
            let fresh = run()
            for other in all { _ = DecodeFixture.run(&decoder, other.payload, topic: folder.arrival.topic, received: received) }
            let again = run()
            #expect(fresh.0 == again.0 && fresh.1 == again.1, "\(folder.testDescription)")
        }
    }

    @Test("Every device template has a case")
    func templates() throws {
        let folder = DecodeCase.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("firmware-config/devices").path)
        let used = Set(try DecodeCase.all().compactMap(\.arrival.template))
        #expect(files.count > 30)
        for file in files { #expect(used.contains(String(file.dropLast(".toml".count))), "\(file) has no case") }
    }

    @Test("There are cases of every format, and every one says what it is about")
    func complete() throws {
        let cases = try DecodeCase.all()
        #expect(cases.count >= 40)
        for format in PayloadFormat.allCases { #expect(cases.contains { $0.format == format }, "\(format)") }
        for folder in cases { #expect(folder.arrival.about.count > 10, "\(folder.testDescription)") }
        let seen = Set(cases.flatMap { $0.expected.refused.keys })
        // Size and memory are not matters of a folder.
        for cause in RejectCause.allCases where ![.tooLarge, .noMemory, .overLimit].contains(cause) {
            #expect(seen.contains(cause.rawValue), "\(cause)")
        }
    }
}
