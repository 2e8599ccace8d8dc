import Lifeline

/// An episode that the platform was told of and whose rule or sensor the site no longer has: nothing else would ever end it there.
struct RemovedEpisode: Equatable {
    var sensor: String
    var rule: String
    var level: UInt8
    var onsetObserved: Int64
    var onsetSequence: Sequence64
}

extension Diagnosis {
    /// Finds what a snapshot had told and this plan cannot tell the end of.
    func removedEpisodes(_ sensor: String, _ conditions: [String: Condition]) -> [RemovedEpisode] {
        let place = plan.sensors.firstIndex { $0.id == sensor }
        let kept = place.map { Set((Int(sensors[$0].firstCondition)..<Int(sensors[$0].endCondition)).map { plan.rules[Int(conditionRule[$0])].id }) }
        return conditions.sorted { $0.key < $1.key }.compactMap { rule, condition in
            guard condition.announced > 0, kept?.contains(rule) != true else { return nil }
            return RemovedEpisode(
                sensor: sensor, rule: rule, level: condition.announced, onsetObserved: condition.onsetObserved,
                onsetSequence: condition.onsetSequence)
        }
    }

    /// Ends them at the first entry that is judged: the platform is told that they are over because the site has changed.
    mutating func clearRemoved(_ received: Timestamp, into alerts: inout [Alert]) {
        for episode in gate.removed {
            alertCount &+= 1
            alerts.append(clearing(of: episode, received))
        }
        gate.removed.removeAll()
    }

    private func clearing(of episode: RemovedEpisode, _ received: Timestamp) -> Alert {
        let sensor = plan.sensors.first { $0.id == episode.sensor }
        // A sensor's id begins with its asset's.
        let id = sensor.map { plan.assets[$0.asset].id } ?? String(episode.sensor.prefix { $0 != "/" })
        let asset = plan.assets.first { $0.id == id } ?? Asset(id: id, assetClass: .other, name: id)
        let level = Level(rawValue: episode.level) ?? .blue
        let identity = AlertIdentity(
            gateway: plan.gateway, asset: id, sensor: episode.sensor, rule: episode.rule, onset: episode.onsetSequence, cause: sequence,
            transition: Transition(kind: .cleared, from: episode.level, to: 0))
        let rule =
            plan.rules.first { $0.id == episode.rule }
            ?? Rule(
                id: episode.rule, kind: .high, levels: [LevelLimit(level: level, limit: 0)],
                event: BilingualText(chinese: "规则 \(episode.rule) 的告警", english: "Alert of rule \(episode.rule)"),
                advice: BilingualText(chinese: "无需处置。", english: "Nothing is to be done."))
        let sentence = BilingualText(
            chinese: "\(asset.assetClass.chinese) \(asset.name)：网关配置已变更，不再监测规则 \(episode.rule)，该告警撤销，不代表现场已恢复。",
            english: "\(asset.assetClass.english) \(asset.name): the gateway's site has changed and \(episode.rule) no longer watches this. "
                + "The alert is withdrawn, which does not say that all is well there.")
        return Alert(
            id: identity.alert, kind: .cleared, episode: identity.episode, gateway: plan.gateway, asset: asset, sensor: episode.sensor,
            quantity: sensor?.quantity ?? GatewayQuantity.alarmRate.quantity, rule: rule, level: level, certainty: .observed,
            onset: Timestamp(microseconds: episode.onsetObserved), occurred: received, recorded: received, sequence: sequence, isLate: false,
            evidence: Evidence(), sentence: sentence)
    }
}
