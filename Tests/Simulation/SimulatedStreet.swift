import GatewayTesting
import Lifeline
import Site

/// The devices, and the record of what they have published: what the broker took, in its order, and what the gateway has acknowledged of it.
final class SimulatedStreet {
    static let deviceCount = 6

    /// A message as a device sends it.
    struct Message {
        var device: Int
        var number: UInt64
        var payload: [UInt8]
    }

    private struct Accepted {
        var number: UInt64
        var isAcknowledged = false
    }

    private var next: [UInt64]
    private var accepted: [[Accepted]]
    private var places: [(device: Int, index: Int)] = []
    private var held: Message?
    private(set) var complaint: String?

    init(devices: Int) {
        next = Array(repeating: 1, count: devices)
        accepted = Array(repeating: [], count: devices)
    }

    /// What a device says next: most are new, some come twice, and some overtake one another on the air.
    func message(_ random: inout SeededGenerator, wall: Timestamp) -> Message? {
        if let late = held, random.chance(0.5) {
            held = nil
            return late
        }
        let device = random.below(next.count)
        let number = next[device]
        next[device] += 1
        // Tilts that wander about a limit, and now and then a time of the device's own, sometimes hours old.
        let tilt = random.chance(0.15) ? 15 + random.below(40) : random.below(8)
        var text = "{\"n\":\(number),\"v\":\(tilt)"
        if device == 0 { text += ",\"t\":\((wall.microseconds / 1000) - Int64(random.chance(0.1) ? random.below(20_000_000) : random.below(2000)))" }
        let message = Message(device: device, number: number, payload: Array((text + "}").utf8))
        if random.chance(0.03) {
            held = message
            return nil
        }
        // Lost between the device and its broker.
        return random.chance(0.02) ? nil : message
    }

    /// The broker takes it, or does not.
    func accepted(_ message: Message, by broker: SimulatedBroker) {
        let tag = places.count
        // Device 1 speaks with QoS 0: nobody promises anything, but order and truth still hold.
        let qos = message.device == 1 ? 0 : 1
        let topic = Array("d/\(message.device)".utf8)
        guard broker.publish(SimulatedBroker.Message(topic: topic, payload: message.payload, tag: tag, qos: qos)) else { return }
        places.append((message.device, accepted[message.device].count))
        accepted[message.device].append(Accepted(number: message.number))
    }

    func acknowledge(_ tag: Int) {
        let place = places[tag]
        if accepted[place.device][place.index].isAcknowledged { complaint = "message \(tag) was acknowledged twice" }
        accepted[place.device][place.index].isAcknowledged = true
    }

    var counts: (published: Int, acknowledged: Int) {
        (places.count, accepted.reduce(0) { $0 + $1.count { $0.isAcknowledged } })
    }

    /// The device whose counter a series key is.
    func device(ofCounter key: String) -> Int? {
        guard key.hasSuffix("/value"), key.hasPrefix("A") else { return nil }
        return Int(key.dropFirst().prefix { $0 != "/" })
    }

    /// Compares what the journal holds of a device with what the broker took: nothing acknowledged missing, nothing twice, nothing out of order.
    ///
    /// - Parameter isComplete: retention has dropped nothing; otherwise the oldest may be missing.
    func compare(_ device: Int, _ held: [UInt64], isComplete: Bool) -> String? {
        let all = accepted[device]
        var place = 0
        var isFirst = true
        for (index, number) in held.enumerated() {
            let start = place
            while place < all.count, all[place].number != number { place += 1 }
            if place == all.count { return "device \(device): entry \(index) (\(number)) is doubled, out of order, or was never published" }
            if !(isFirst && !isComplete), let lost = all[start..<place].first(where: \.isAcknowledged) {
                return "device \(device): \(lost.number) was acknowledged and is not in the journal"
            }
            isFirst = false
            place += 1
        }
        if let lost = all[place...].first(where: \.isAcknowledged), isComplete || !held.isEmpty {
            return "device \(device): \(lost.number) was acknowledged and is not in the journal, whose last is \(held.last ?? 0)"
        }
        return nil
    }

    // MARK: - Its site

    static func site(path: String, maxBytes: Int64, lane: ReadingsLane, window: Int) -> SiteConfiguration {
        guard let degrees = Unit.named("deg"), let one = Unit.named("1") else { preconditionFailure("the units are known") }
        let tilt = Quantity(name: "tilt", unit: degrees, range: -180...180, chinese: "倾角", english: "tilt")
        let value = Quantity(name: "value", unit: one, range: -1e12...1e12, chinese: "数", english: "value")
        var plan = SitePlan(gateway: "gw7", utcOffsetSeconds: 28_800, assets: [], devices: [], sensors: [], rules: rules)
        plan.brokers = ["b"]
        plan.alarms = AlarmPolicy(
            floodWindow: 60, floodUpdate: 60, releaseInterval: 10, chatterRaises: 3, chatterWindow: 60, slowChatterRaises: 5, slowChatterWindow: 600,
            chatterHold: 120, staleAfter: 86_400, shelveAtMost: 86_400, repeatAtMost: 5, acceptableADay: 150)
        for index in 0..<deviceCount {
            plan.assets.append(Asset(id: "A\(index)", assetClass: .manholeCover, name: "A\(index)"))
            plan.devices.append(
                Device(
                    id: "d\(index)", topic: "d/\(index)", timePath: index == 0 ? ["t"] : [], timeFormat: .unixMilliseconds,
                    fields: [FieldBinding(sensor: 2 * index, path: ["n"]), FieldBinding(sensor: 2 * index + 1, path: ["v"])]))
            plan.sensors.append(Sensor(id: "A\(index)/value", asset: index, device: index, quantity: value, interval: nil, cycle: nil))
            plan.sensors.append(Sensor(id: "A\(index)/tilt", asset: index, device: index, quantity: tilt, interval: 1, cycle: 60))
        }
        let address = BrokerAddress(host: "simulated", port: 1883)
        let broker = BrokerConfiguration(id: "b", address: address, clientID: "c", window: 20)
        let platform = PlatformConfiguration(
            broker: BrokerConfiguration(id: "p", address: address, clientID: "p", window: window), alertTopic: World.alertTopic,
            readingsTopic: World.readingsTopic, readings: lane, summaryInterval: 60)
        var journal = JournalConfiguration(path: path)
        journal.maxBytes = maxBytes
        journal.maxBatch = 200
        journal.checkpointInterval = .seconds(30)
        return SiteConfiguration(
            plan: plan, name: "street", brokers: [broker], platform: platform, journal: journal, controlSocket: "", revision: "r")
    }

    private static var rules: [Rule] {
        func rule(
            _ id: String, _ kind: RuleKind, _ quantity: String?, _ limits: [LevelLimit], onDelay: Double = 0, offDelay: Double = 0,
            of assetClass: AssetClass? = nil
        ) -> Rule {
            Rule(
                id: id, kind: kind, assetClass: assetClass, quantity: quantity, levels: limits, deadband: 1, onDelay: onDelay, offDelay: offDelay,
                event: BilingualText(chinese: id, english: id), advice: BilingualText(chinese: "看", english: "look"))
        }
        var latched = rule("cover.latched", .high, "tilt", [LevelLimit(level: .red, limit: 45)])
        (latched.latched, latched.repeatEvery, latched.suppressedBy) = (true, 120, ["cover.slow"])
        let own = GatewayQuantity.allCases.map {
            let isBroker = $0 == .brokerConnected
            return rule(
                "gateway." + $0.rawValue, isBroker ? .low : .high, $0.rawValue,
                [LevelLimit(level: .orange, limit: isBroker ? 0 : $0 == .alarmRate ? 8 : 1)], offDelay: 60, of: .gateway)
        }
        return own + [
            rule("cover.tilt", .high, "tilt", [LevelLimit(level: .yellow, limit: 15), LevelLimit(level: .orange, limit: 40)]),
            rule("cover.slow", .high, "tilt", [LevelLimit(level: .orange, limit: 20)], onDelay: 3, offDelay: 10),
            latched,
            rule("any.unusual", .pulse, "tilt", [LevelLimit(level: .yellow, limit: 5)]),
            rule("device.silent", .silent, nil, [LevelLimit(level: .blue, limit: 300)]),
        ]
    }
}
