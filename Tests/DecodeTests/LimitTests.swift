import GatewayTesting
import Lifeline
import Testing

@testable import Decode

@Suite("What is bounded, and what happens there")
struct LimitTests {
    static let minute: Int64 = 60_000_000

    private static func node(_ topic: String) -> SitePlan {
        DecodeFixture.plan([FieldBinding(sensor: 0, path: ["m"])], topic: topic, format: .sparkplugB)
    }

    private static func payload(_ seq: UInt64?, _ metrics: [SparkplugWords.Metric] = []) -> [UInt8] {
        SparkplugWords.encode(SparkplugWords.Payload(timestamp: 1_767_323_045_000, seq: seq, metrics: metrics))
    }

    @Test("A node is asked for its birth once a minute however often it is not understood, and again when the board's clock was set back")
    func rebirths() {
        var decoder = Decoder(plan: LimitTests.node("spBv1.0/g/+/n"))
        #expect(decoder.takeRebirthRequests(now: DecodeFixture.received).isEmpty)
        let unknown = LimitTests.payload(5, [SparkplugWords.Metric(alias: 9, type: "Double", value: .number(1))])
        func hear(_ decoder: inout Decoder) { _ = DecodeFixture.run(&decoder, unknown, topic: "spBv1.0/g/NDATA/n") }
        hear(&decoder)
        hear(&decoder)
        let start = DecodeFixture.received
        #expect(decoder.takeRebirthRequests(now: start) == [RebirthRequest(broker: 0, group: "g", node: "n")])
        #expect(decoder.takeRebirthRequests(now: start.advanced(byMicroseconds: 2 * LimitTests.minute)).isEmpty, "nothing new was heard")
        hear(&decoder)
        #expect(decoder.takeRebirthRequests(now: start.advanced(byMicroseconds: LimitTests.minute - 1)).isEmpty)
        #expect(decoder.takeRebirthRequests(now: start.advanced(byMicroseconds: LimitTests.minute)).count == 1)
        hear(&decoder)
        #expect(decoder.takeRebirthRequests(now: start.advanced(byMicroseconds: -LimitTests.minute)).count == 1, "the clock was set back")
    }

    @Test("The command is what Google's protobuf writes for it")
    func command() {
        let request = RebirthRequest(broker: 0, group: "water", node: "st7")
        #expect(request.topic == "spBv1.0/water/NCMD/st7")
        let expected = "088899a6e5b733121a0a144e6f646520436f6e74726f6c2f52656269727468200b7001"
        let bytes = request.payload(at: DecodeFixture.received)
        #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    @Test("A node beyond the limit is not heard, and that is counted")
    func nodes() {
        var decoder = Decoder(plan: LimitTests.node("spBv1.0/+/+/n"))
        let birth = LimitTests.payload(0, [SparkplugWords.Metric(name: "m", type: "Double", value: .number(1))])
        for index in 0..<SparkplugSessions.nodeLimit {
            #expect(DecodeFixture.run(&decoder, birth, topic: "spBv1.0/g\(index)/NBIRTH/n").0.count == 1)
        }
        let (readings, report) = DecodeFixture.run(&decoder, birth, topic: "spBv1.0/more/NBIRTH/n")
        #expect(readings.isEmpty && report.rejection == .overLimit)
        #expect(DecodeFixture.run(&decoder, birth, topic: "spBv1.0/g0/NBIRTH/n").0.count == 1, "those known go on")
    }

    @Test("Aliases beyond the limit stay unknown, and that is counted")
    func aliases() {
        var decoder = Decoder(plan: LimitTests.node("spBv1.0/g/+/n"))
        let count = UInt64(SparkplugSessions.metricLimit)
        let many = (0...count).map { SparkplugWords.Metric(name: "x\($0)", alias: $0, type: "Int32", value: .unsigned(1)) }
        let (_, report) = DecodeFixture.run(&decoder, LimitTests.payload(0, many), topic: "spBv1.0/g/NBIRTH/n")
        #expect(report.rejection == .overLimit)
        func told(_ alias: UInt64, _ seq: UInt64) -> RejectCause? {
            let metric = SparkplugWords.Metric(alias: alias, type: "Int32", value: .unsigned(1))
            return DecodeFixture.run(&decoder, LimitTests.payload(seq, [metric]), topic: "spBv1.0/g/NDATA/n").1.rejection
        }
        #expect(told(count - 1, 1) == nil)
        #expect(told(count, 2) == .unknownAlias)
        let device = [SparkplugWords.Metric(name: "y", alias: count + 5, type: "Int32", value: .unsigned(1))]
        #expect(DecodeFixture.run(&decoder, LimitTests.payload(3, device), topic: "spBv1.0/g/DBIRTH/n/d").1.rejection == .overLimit)
    }

    @Test("A list longer than the limit gives its first entries; the rest is counted once and costs no time")
    func entries() {
        let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["a", "*", "v"])])
        func run(_ count: Int) -> ([DecodedReading], DecodeReport) {
            DecodeFixture.run(plan, Array(("{\"a\":[" + (0..<count).map { "{\"v\":\($0)}" }.joined(separator: ",") + "]}").utf8))
        }
        let fits = run(Decoder.entryLimit)
        #expect(fits.0.count == Decoder.entryLimit && fits.1.rejection == nil)
        #expect(fits.0.last?.value == Double(Decoder.entryLimit - 1))
        let more = run(Decoder.entryLimit + 5000)
        #expect(more.0.count == Decoder.entryLimit && more.1.rejection == .overLimit && more.1.refusals == 1)
    }

    @Test("A message gives no more readings than the limit")
    func readings() {
        let fields = (0..<8).map { FieldBinding(sensor: $0, path: ["a", "*", "v"]) }
        let text = "{\"a\":[" + (0..<Decoder.entryLimit).map { "{\"v\":\($0)}" }.joined(separator: ",") + "]}"
        let (readings, report) = DecodeFixture.run(DecodeFixture.plan(fields), Array(text.utf8))
        #expect(readings.count == Decoder.readingLimit)
        #expect(report.rejection == .overLimit && report.refusals == 8 * Decoder.entryLimit - Decoder.readingLimit)
    }

    @Test(
        "Broken protobuf is told apart from what is only unknown",
        arguments: [
            ([0x08], false), ([0x08, 0x01], true), ([0x0f], false), ([0x0b], false), ([0x00], false), ([0x12, 0x05, 0x0a], false),
            ([0x12, 0x00], true),
            ([0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01], true), ([0x08] + [UInt8](repeating: 0xff, count: 9) + [0x02], false),
            ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0x01], false), ([0x7a, 0x01, 0x41], true), ([0x7d, 1, 2, 3, 4], true),
            ([0x7d, 1, 2], false),
            ([0x79, 1, 2, 3, 4, 5, 6, 7, 8], true), ([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], false), ([], true),
        ] as [([UInt8], Bool)])
    func protobuf(bytes: [UInt8], isSound: Bool) {
        var metrics: [SparkplugMetric] = []
        #expect((bytes.withUnsafeBytes { SparkplugPayload($0, limit: 10, into: &metrics) } != nil) == isSound)
    }

    @Test("Every gap of the circle of sequence numbers is a gap ahead or something old")
    func circle() {
        var sessions = SparkplugSessions()
        let name = Array("spBv1.0/g/NDATA/n".utf8)
        name.withUnsafeBytes { bytes in
            guard let topic = SparkplugTopic(bytes), let place = sessions.place(broker: 0, topic) else { return #expect(Bool(false)) }
            for distance in 0..<256 {
                sessions.begin(place, birth: 1, sequence: 200)
                let order = sessions.order(place, sequence: UInt64((201 + distance) & 255))
                #expect(order == (distance == 0 ? .next : distance < 128 ? .gap : .old), "\(distance)")
            }
        }
    }
}
