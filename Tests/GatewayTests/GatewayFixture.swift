import Foundation
import Gateway
import GatewayTesting
import Intake
import Journal
import Lifeline
import Site

/// A gateway in memory with one tilt sensor, driven by hand.
enum LineFixture {
    static func configuration(sensors count: Int = 1, window: Int = 20, commitDelay: Duration = .milliseconds(50)) -> SiteConfiguration {
        let tilt = Quantity(name: "tilt", unit: Unit.named("deg")!, range: -180...180, chinese: "倾角", english: "Tilt")
        var assets: [Asset] = []
        var devices: [Device] = []
        var sensors: [Sensor] = []
        for index in 0..<count {
            assets.append(Asset(id: "MH-\(index)", assetClass: .manholeCover, name: "cover \(index)"))
            devices.append(Device(id: "d\(index)", topic: "d\(index)", fields: [FieldBinding(sensor: index, path: ["v"])]))
            sensors.append(Sensor(id: "MH-\(index)/tilt", asset: index, device: index, quantity: tilt, interval: 1, cycle: 60))
        }
        let rules = [
            Rule(
                id: "cover.tilt", kind: .high, quantity: "tilt", levels: [LevelLimit(level: .orange, limit: 15)], deadband: 2, onDelay: 3,
                event: BilingualText(chinese: "倾斜", english: "tilted"), advice: BilingualText(chinese: "看", english: "look")),
            Rule(
                id: "device.silent", kind: .silent, levels: [LevelLimit(level: .blue, limit: 3600)],
                event: BilingualText(chinese: "离线", english: "silent"), advice: BilingualText(chinese: "看", english: "look")),
        ]
        let plan = SitePlan(gateway: "gw7", utcOffsetSeconds: 28_800, assets: assets, devices: devices, sensors: sensors, rules: rules)
        var journal = JournalConfiguration(path: "")
        journal.commitDelay = commitDelay
        return SiteConfiguration(
            plan: plan, name: "test",
            brokers: [BrokerConfiguration(id: "b", address: BrokerAddress(host: "x", port: 1), clientID: "c", window: window)], platform: nil,
            journal: journal, controlSocket: "", revision: "r1")
    }
}

/// A source whose messages a test hands in, and that remembers what became of them.
final class ScriptedSource: Source {
    var waiting: [(topic: String, payload: String, receipt: UInt64, qos: Int, retained: Bool)] = []
    private(set) var events: [String] = []
    private(set) var unacknowledged = 0
    var isConnected = true
    /// Called at every release and abandonment, so that a test can look at the journal at that moment.
    var onRelease: () -> Void = {}
    private var next: UInt64 = 1

    func add(_ topic: String, _ payload: String, qos: Int = 1, retained: Bool = false) {
        waiting.append((topic, payload, qos > 0 ? next : 0, qos, retained))
        next += 1
    }

    /// Messages that came again and that the source knew to be durable.
    func redeliver(_ count: Int) { unacknowledged += count }

    func readable(limit: Int, sink: any MessageSink) -> Int {
        var count = 0
        while count < limit, !waiting.isEmpty {
            let message = waiting.removeFirst()
            if message.qos > 0 { unacknowledged += 1 }
            Array(message.topic.utf8).withUnsafeBytes { topic in
                Array(message.payload.utf8).withUnsafeBytes {
                    sink.received(broker: 0, topic: topic, payload: $0, receipt: message.receipt, qos: message.qos, retained: message.retained)
                }
            }
            count += 1
        }
        return count
    }

    func releaseAcknowledgements() {
        if unacknowledged > 0 { events.append("acknowledged \(unacknowledged)") }
        unacknowledged = 0
        onRelease()
    }

    private(set) var isPaused = false
    private(set) var restored: [UInt64] = []
    func restore(receipts: [UInt64]) { restored = receipts }
    func setPaused(_ isPaused: Bool) { self.isPaused = isPaused }

    func abandonUnacknowledged() {
        events.append("abandoned \(unacknowledged)")
        unacknowledged = 0
    }
}
