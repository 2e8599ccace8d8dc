import Lifeline

@testable import Decode

/// A site with one device whose fields are given by quantity and path, and what a message of it gives.
enum DecodeFixture {
    static let received = Timestamp(unixSeconds: 1_767_323_045)  // 2026-01-02T03:04:05Z

    static func quantity(_ name: String, _ range: ClosedRange<Double> = -1e9...1e9) -> Quantity {
        Quantity(name: name, unit: Unit.named("1")!, range: range, chinese: name, english: name)
    }

    static func plan(
        _ fields: [FieldBinding], topic: String = "t", format: PayloadFormat = .json, identity: [String] = [], id: String = "d1",
        time: [String] = [], timeFormat: TimeFormat = .rfc3339, range: ClosedRange<Double> = -1e9...1e9, lateAfter: Double = 900
    ) -> SitePlan {
        let sensors = fields.indices.map {
            Sensor(id: "A/\($0)", asset: 0, device: 0, quantity: quantity("q\($0)", range), interval: nil, cycle: nil)
        }
        let device = Device(
            id: id, topic: topic, format: format, identityPath: identity, timePath: time, timeFormat: timeFormat, fields: fields,
            lateAfter: lateAfter)
        return SitePlan(
            gateway: "g", utcOffsetSeconds: 28_800, assets: [Asset(id: "A", assetClass: .other, name: "A")], devices: [device], sensors: sensors,
            rules: [])
    }

    static func run(_ plan: SitePlan, _ payload: [UInt8], topic: String = "t", received: Timestamp = received) -> ([DecodedReading], DecodeReport) {
        var decoder = Decoder(plan: plan)
        return run(&decoder, payload, topic: topic, received: received)
    }

    static func run(
        _ decoder: inout Decoder, _ payload: [UInt8], topic: String = "t", received: Timestamp = received
    ) -> ([DecodedReading], DecodeReport) {
        var readings: [DecodedReading] = []
        let name = Array(topic.utf8)
        let report = name.withUnsafeBytes { topic in
            payload.withUnsafeBytes { decoder.decode(broker: 0, topic: topic, payload: $0, received: received, into: &readings) }
        }
        return (readings, report)
    }

    static func value(_ json: String, _ field: FieldBinding = FieldBinding(sensor: 0, path: ["v"])) -> (Double?, RejectCause?) {
        let (readings, report) = run(plan([field]), Array(json.utf8))
        return (readings.first?.value, report.rejection)
    }
}
