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

    package var quantity: Quantity {
        switch self {
        case .readingsLost: make("count", 0...1e15, "丢弃读数", "readings lost")
        case .journalDamage: make("state", 0...1, "日志状态", "journal", [("正常", "sound"), ("已损坏", "damaged")])
        case .storageRefused: make("s", 0...1e9, "存储拒绝写入时长", "time without storage")
        case .clockUnsynchronised: make("state", 0...1, "时钟状态", "clock", [("已同步", "synchronised"), ("未同步", "not synchronised")])
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

extension SitePlan {
    /// The plan with the gateway itself as its last asset, where its rules have anything to say about gateways; otherwise the plan as it is.
    package var includingGateway: SitePlan {
        let names = Set(GatewayQuantity.allCases.map { gateway + "/" + $0.rawValue })
        // A site that has sensors of these names itself keeps them.
        guard rules.contains(where: { $0.assetClass == .gateway }), !sensors.contains(where: { names.contains($0.id) }) else { return self }
        var plan = self
        plan.assets.append(Asset(id: gateway, assetClass: .gateway, name: gateway))
        plan.devices.append(Device(id: "gateway", topic: "", fields: []))
        for own in GatewayQuantity.allCases {
            plan.sensors.append(
                Sensor(
                    id: gateway + "/" + own.rawValue, asset: plan.assets.count - 1, device: plan.devices.count - 1, quantity: own.quantity,
                    interval: nil, cycle: nil))
        }
        return plan
    }
}
