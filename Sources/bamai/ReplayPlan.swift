import Journal
import Lifeline
import Score
import Site
import Synchronization

/// The site that a recording is judged by.
enum ReplayPlan {
    static let topic = "recording"

    /// Every column a sensor of one asset without a class, judged by Pulse alone.
    static func adHoc(_ recording: Recording, cycle: Double?, score: Double) -> SitePlan {
        // A cycle of 16 to 20 000 rows is one that Pulse can learn within a recording.
        let aDay = 86_400 / recording.interval
        let cycle = cycle ?? ((16...20_000).contains(aDay) ? 86_400 : 300 * recording.interval)
        let quantity = Quantity(name: "value", unit: Unit.named("1")!, range: -1e300...1e300, chinese: "数值", english: "Value")
        let sensors = recording.columns.map {
            Sensor(id: "\(recording.name)/\($0)", asset: 0, device: 0, quantity: quantity, interval: recording.interval, cycle: cycle)
        }
        let unusual = Rule(
            id: "any.unusual", origin: "replay", kind: .pulse,
            levels: [LevelLimit(level: .yellow, limit: score), LevelLimit(level: .orange, limit: max(8, score + 1))],
            event: BilingualText(chinese: "数据异常", english: "Unusual readings"), advice: BilingualText(chinese: "请核实。", english: "Have a look."))
        let fault = Rule(
            id: "device.fault", origin: "replay", kind: .fault, levels: [LevelLimit(level: .blue, limit: score)],
            event: BilingualText(chinese: "传感器数据不可信", english: "Sensor not to be trusted"),
            advice: BilingualText(chinese: "检查传感器。", english: "Check it."))
        let asset = Asset(id: recording.name, assetClass: .other, name: recording.name)
        return SitePlan(
            gateway: "replay", utcOffsetSeconds: 0, assets: [asset], devices: [device(recording, sensors: recording.columns.indices.map { $0 })],
            sensors: sensors, rules: [unusual, fault])
    }

    /// The site's own sensors and rules; every column must be the id of one.
    static func site(_ plan: SitePlan, _ recording: Recording) throws(RecordingProblem) -> SitePlan {
        var plan = plan
        var sensors: [Int] = []
        for column in recording.columns {
            guard let index = plan.sensors.firstIndex(where: { $0.id == column }) else {
                let some = plan.sensors.prefix(3).map(\.id).joined(separator: ", ")
                throw RecordingProblem(text: "\(recording.name): the site has no sensor \"\(column)\" (it has \(some), …); leave it out with --skip")
            }
            sensors.append(index)
        }
        plan.devices = [device(recording, sensors: sensors)]
        plan.sensors = plan.sensors.map {
            var sensor = $0
            sensor.device = 0
            return sensor
        }
        return plan
    }

    private static func device(_ recording: Recording, sensors: [Int]) -> Device {
        Device(
            id: "recording", topic: topic, timePath: ["t"], timeFormat: .unixSeconds,
            fields: zip(sensors, recording.columns).map { FieldBinding(sensor: $0, path: [$1]) }, lateAfter: 1e9)
    }

    static func configuration(_ plan: SitePlan, journal: String) -> SiteConfiguration {
        let broker = BrokerConfiguration(id: "file", address: BrokerAddress(host: "localhost", port: 1), clientID: "replay", window: 65_535)
        return SiteConfiguration(
            plan: plan, name: plan.gateway, brokers: [broker], platform: nil, journal: JournalConfiguration(path: journal), controlSocket: "",
            revision: "replay")
    }
}

/// A clock that says what the recording says.
final class RecordedTime: TimeSource {
    private let moment = Mutex<Int64>(0)
    func set(_ microseconds: Int64) { moment.withLock { $0 = microseconds } }
    var now: Timestamp { Timestamp(microseconds: moment.withLock { $0 }) }
    var monotonicNanoseconds: Int64 { moment.withLock { $0 &* 1000 } }
    var isSynchronised: Bool? { nil }
    var boot: String { "recording" }
}
