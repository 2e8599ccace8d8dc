import Lifeline
import Testing

@testable import Decode

@Suite("Devices, times and topics")
struct DeviceTests {
    static let tilt = [
        FieldBinding(sensor: 0, path: ["object", "angle_x"], whenAbsent: 0),
        FieldBinding(sensor: 1, path: ["batteryLevel"], event: "status"),
        FieldBinding(sensor: 2, path: ["rxInfo", "0", "rssi"]),
    ]
    static let chirp = DecodeFixture.plan(tilt, topic: "application/+/device/+/event/+", format: .chirpStackV4, id: "24E1240000000017")
    static let up = Array(
        """
        {"deduplicationId":"d1","time":"2026-01-02T03:04:04.123456789+00:00","deviceInfo":{"applicationId":"a1","deviceName":"MH-17",
        "devEui":"24e1240000000017"},"fPort":85,"data":"AXVk","object":{"battery":88,"angle_x":12.4},"rxInfo":[{"gatewayId":"g1","rssi":-97}]}
        """.utf8)

    static func text(_ bytes: [UInt8], _ from: String, _ to: String) -> [UInt8] {
        var text = String(decoding: bytes, as: UTF8.self)
        if let range = text.firstRange(of: from) { text.replaceSubrange(range, with: to) }
        return Array(text.utf8)
    }

    @Test("A ChirpStack uplink gives its object's fields at its nanosecond time, the identity in any case")
    func uplink() {
        let (readings, report) = DecodeFixture.run(DeviceTests.chirp, DeviceTests.up, topic: "application/a1/device/24e1240000000017/event/up")
        #expect(readings.map(\.sensor) == [0, 2])
        #expect(readings.map(\.value) == [12.4, -97])
        #expect(readings[0].observed == Timestamp(microseconds: 1_767_323_044_123_456))
        #expect(readings[0].flags == [])
        #expect(report.rejection == nil)
    }

    @Test("Zero is absent in ChirpStack, and means zero")
    func absentZero() {
        let payload = DeviceTests.text(DeviceTests.up, ",\"angle_x\":12.4", "")
        #expect(DecodeFixture.run(DeviceTests.chirp, payload, topic: "application/a/device/x/event/up").0.first?.value == 0)
    }

    @Test("No object is no codec; a status gives the battery; joins are ignored, not refused; a stranger is unknown")
    func events() {
        let noObject = DeviceTests.text(DeviceTests.up, "\"object\":{\"battery\":88,\"angle_x\":12.4},", "")
        #expect(DecodeFixture.run(DeviceTests.chirp, noObject, topic: "application/a/device/x/event/up").1.rejection == .noCodec)
        let status = Array("{\"deviceInfo\":{\"devEui\":\"24e1240000000017\"},\"margin\":10,\"batteryLevel\":91.5}".utf8)
        let (readings, _) = DecodeFixture.run(DeviceTests.chirp, status, topic: "application/a/device/x/event/status")
        #expect(readings.map(\.sensor) == [1])
        #expect(readings.map(\.value) == [91.5])
        let join = DecodeFixture.run(DeviceTests.chirp, DeviceTests.up, topic: "application/a/device/x/event/join").1
        #expect(join.isIgnored && join.rejection == nil)
        let stranger = DeviceTests.text(DeviceTests.up, "0017", "0018")
        #expect(DecodeFixture.run(DeviceTests.chirp, stranger, topic: "application/a/device/x/event/up").1.rejection == .unknownDevice)
    }

    @Test(
        "Times in every form",
        arguments: [
            ("\"2026-01-02 11:04:05\"", .local, 1_767_323_045_000_000), ("\"2026-01-02T11:04:05\"", .rfc3339, 1_767_323_045_000_000),
            ("\"2026-01-02T03:04:05Z\"", .local, 1_767_323_045_000_000), ("1767323045", .unixSeconds, 1_767_323_045_000_000),
            ("\"1767323045.25\"", .unixSeconds, 1_767_323_045_250_000), ("1767323045250", .unixMilliseconds, 1_767_323_045_250_000),
        ] as [(String, TimeFormat, Int64)])
    func times(json: String, format: TimeFormat, expected: Int64) {
        let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])], time: ["t"], timeFormat: format)
        let (readings, report) = DecodeFixture.run(plan, Array("{\"v\":1,\"t\":\(json)}".utf8))
        #expect(readings.first?.observed == Timestamp(microseconds: expected))
        #expect(readings.first?.flags == [])
        #expect(report.rejection == nil)
    }

    @Test("A time that cannot be believed is refused, the value kept; an old one is late")
    func unbelievable() {
        let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])], time: ["t"], timeFormat: .unixSeconds)
        func flags(_ time: String, received: Timestamp = DecodeFixture.received) -> (ReadingFlags?, RejectCause?, Timestamp?) {
            let (readings, report) = DecodeFixture.run(plan, Array("{\"v\":1,\"t\":\(time)}".utf8), received: received)
            return (readings.first?.flags, report.rejection, readings.first?.observed)
        }
        #expect(flags("5") == (.clockRefused, nil, DecodeFixture.received))
        #expect(flags("1767324000") == (.clockRefused, nil, DecodeFixture.received), "sixteen minutes ahead")
        #expect(flags("1767323600").0 == [], "nine minutes ahead is within what clocks do")
        #expect(flags("1767320000").0 == .late)
        #expect(flags("\"soon\"") == (.timeOfReceipt, .badTime, DecodeFixture.received))
        #expect(flags("null") == (.timeOfReceipt, nil, DecodeFixture.received))
        #expect(flags("1e300").1 == .badTime)
        #expect(
            flags("1767323045", received: Timestamp(unixSeconds: 100)).2 == DecodeFixture.received,
            "a board whose clock was never set judges no device")
    }
}
