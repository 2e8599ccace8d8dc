import Lifeline
import Testing

@testable import Decode

@Suite("Messages that real devices send")
struct CaseTests {
    @Test("Each case folder decodes to what it says", arguments: try DecodeCase.all())
    func decodes(_ folder: DecodeCase) throws {
        var decoder = Decoder(plan: try folder.plan())
        let (readings, report) = DecodeFixture.run(
            &decoder, folder.payload, topic: folder.arrival.topic, received: try folder.moment(folder.arrival.received))
        #expect(readings == (try folder.expectedReadings()), "\(folder.arrival.about)")
        var refused: [String: UInt64] = [:]
        for (cause, count) in decoder.figures.refusals where count > 0 { refused[cause.rawValue] = count }
        #expect(refused == folder.expected.refused, "\(folder.arrival.about)")
        #expect(report.isIgnored == (folder.expected.ignored ?? false))
        #expect(report.readings == readings.count)
        #expect(UInt64(report.refusals) == refused.values.reduce(0, +))
        #expect((report.rejection == nil) == refused.isEmpty)
        #expect(decoder.figures.messages == 1 && decoder.figures.bytes == UInt64(folder.payload.count))
        #expect(decoder.figures.readings == UInt64(readings.count))
        let sum = decoder.figures.acceptedMessages + decoder.figures.refusedMessages + decoder.figures.ignored
        #expect(sum == 1)
    }

    @Test("A decoder that has seen every other case decodes each case the same: messages leave nothing behind")
    func independent() throws {
        for folder in try DecodeCase.all() {
            var decoder = Decoder(plan: try folder.plan())
            let received = try folder.moment(folder.arrival.received)
            let fresh = DecodeFixture.run(&decoder, folder.payload, topic: folder.arrival.topic, received: received)
            for other in try DecodeCase.all() { _ = DecodeFixture.run(&decoder, other.payload, topic: folder.arrival.topic, received: received) }
            let again = DecodeFixture.run(&decoder, folder.payload, topic: folder.arrival.topic, received: received)
            #expect(fresh.0 == again.0 && fresh.1 == again.1, "\(folder.testDescription)")
        }
    }

    @Test("There are cases of every format, and every one says what it is about")
    func complete() throws {
        let cases = try DecodeCase.all()
        #expect(cases.count >= 40)
        for format in PayloadFormat.allCases { #expect(cases.contains { $0.format == format }, "\(format)") }
        for folder in cases { #expect(folder.arrival.about.count > 10, "\(folder.testDescription)") }
        let seen = Set(cases.flatMap { $0.expected.refused.keys })
        // Size and memory are not matters of a folder.
        for cause in RejectCause.allCases where cause != .tooLarge && cause != .noMemory { #expect(seen.contains(cause.rawValue), "\(cause)") }
    }
}
