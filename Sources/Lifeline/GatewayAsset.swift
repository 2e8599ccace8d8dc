/// What a gateway says of itself. It is journalled like any reading, so alerts about the gateway come out of the journal as all others do.
package enum GatewayQuantity: String, CaseIterable, Sendable {
    /// Readings that were dropped in the last minute before the platform had them.
    case readingsLost = "readings_lost"
    /// 1: a damaged journal was set aside, or a segment could not be read.
    case journalDamage = "journal_damage"
    /// How long the store had refused commits when it took them again.
    case storageRefused = "storage_refused"
    /// 1: no time service has set the wall clock since the board started.
    case clockUnsynchronised = "clock_unsynchronised"
    /// 1: the gateway is connected to the broker; one sensor a broker, `gw7/broker_connected.local`.
    case brokerConnected = "broker_connected"
    /// Alerts raised in the flood window. Not journalled: it follows from the journal.
    case alarmRate = "alarm_rate"
    /// Lines of the board that are not held now: somebody else has them, or their chip is gone. Only where the site has lines.
    case linesDown = "lines_down"
    /// Edges of the board's lines that were lost in the last minute. Only where the site has lines.
    case edgesLost = "edges_lost"

    /// It is about the board's own lines.
    var isAboutLines: Bool { self == .linesDown || self == .edgesLost }

    package var quantity: Quantity {
        switch self {
        case .readingsLost: make("count", 0...1e15, "丢弃读数", "readings lost")
        case .journalDamage: make("state", 0...1, "日志状态", "journal", [("正常", "sound"), ("已损坏", "damaged")])
        case .storageRefused: make("s", 0...1e9, "存储拒绝写入时长", "time without storage")
        case .clockUnsynchronised: make("state", 0...1, "时钟状态", "clock", [("已同步", "synchronised"), ("未同步", "not synchronised")])
        case .brokerConnected: make("state", 0...1, "消息服务器连接", "connection to the broker", [("已断开", "down"), ("已连接", "up")])
        case .alarmRate: make("count", 0...1e9, "告警数", "number of alerts")
        case .linesDown: make("count", 0...1e4, "不可用的输入输出线数", "lines not held")
        case .edgesLost: make("count", 0...1e15, "丢失的边沿", "edges lost")
        }
    }

    private func make(_ unit: String, _ range: ClosedRange<Double>, _ chinese: String, _ english: String, _ words: [(String, String)] = [])
        -> Quantity
    {
        guard let unit = Unit.named(unit) else { preconditionFailure("units of the gateway's own quantities are known") }
        return Quantity(
            name: rawValue, unit: unit, range: range, chinese: chinese, english: english,
            states: words.enumerated().map { StateWord(value: Double($0.offset), words: BilingualText(chinese: $0.element.0, english: $0.element.1)) }
        )
    }
}

/// One sensor of the gateway's own asset.
package struct GatewaySensor: Equatable, Sendable {
    package var quantity: GatewayQuantity
    /// Index of the broker that it is about; nil for every other quantity.
    package var broker: Int?
    /// The sensor's id.
    package var id: String
}

extension SitePlan {
    /// The sensors that the gateway has itself, in the order in which `includingGateway` appends them.
    package var gatewaySensors: [GatewaySensor] {
        // A line's device has no topic, and none of the brokers.
        let hasLines = devices.contains { $0.topic.isEmpty && $0.broker >= brokers.count && $0.id != "gateway" }
        return GatewayQuantity.allCases.filter { hasLines || !$0.isAboutLines }.flatMap { own -> [GatewaySensor] in
            let id = gateway + "/" + own.rawValue
            guard own == .brokerConnected else { return [GatewaySensor(quantity: own, broker: nil, id: id)] }
            return brokers.enumerated().map { GatewaySensor(quantity: own, broker: $0.offset, id: id + "." + $0.element) }
        }
    }

    /// The plan with the gateway itself as its last asset, where its rules have anything to say about gateways; otherwise the plan as it is.
    package var includingGateway: SitePlan {
        let own = gatewaySensors
        let names = Set(own.map(\.id))
        // A site that has sensors of these names itself keeps them.
        guard rules.contains(where: { $0.assetClass == .gateway }), !sensors.contains(where: { names.contains($0.id) }) else { return self }
        var plan = self
        plan.assets.append(Asset(id: gateway, assetClass: .gateway, name: gateway))
        plan.devices.append(Device(id: "gateway", topic: "", fields: []))
        for sensor in own {
            plan.sensors.append(
                Sensor(
                    id: sensor.id, asset: plan.assets.count - 1, device: plan.devices.count - 1, quantity: sensor.quantity.quantity, interval: nil,
                    cycle: nil))
        }
        return plan
    }
}
