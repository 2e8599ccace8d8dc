import Lifeline

extension Diagnosis {
    /// How bad a value is for a rule, to know the worst of an episode; NaN where values say nothing about that.
    func excess(_ index: Int, _ rule: CompiledRule, _ value: Double) -> Double {
        switch rule.kind {
        case .low: return -value
        case .pulse, .fault:
            guard let latest = sensors[Int(conditionSensor[index])].latest, !latest.isWarmingUp else { return .nan }
            return abs(value - latest.expected)
        case .baseline:
            guard let baseline = plan.rules[Int(conditionRule[index])].baseline else { return .nan }
            return baselines[Int32(index)]?.departure(of: value, baseline, rule.direction)?.size ?? .nan
        // Which of two codes is worse is a matter of their levels.
        case .code: return Double(plan.rules[Int(conditionRule[index])].levels.first { $0.limit == value }?.level.rawValue ?? 0)
        // A limit from above, and silence: the more the worse.
        default: return value
        }
    }

    /// The message of a transition that is announced; `remark` is said after the sentence.
    mutating func alert(_ index: Int, _ transition: Transition, reading: Reading, remark: BilingualText? = nil) -> Alert {
        let condition = conditions[index]
        let sensorIndex = Int(conditionSensor[index])
        let sensor = plan.sensors[sensorIndex]
        let asset = plan.assets[sensor.asset]
        let compiled = rules[Int(conditionRule[index])]
        let rule = plan.rules[Int(conditionRule[index])]
        let level = Level(rawValue: transition.to == 0 ? transition.from : transition.to) ?? .blue
        let confirmation = confirmation(of: rule, sensor: sensor)
        var evidence = evidence(index, sensor: sensorIndex, compiled, level: level, reading: reading)
        if condition.worstExcess > -.infinity && rule.kind != .silent { evidence.worst = condition.worstValue }
        evidence.circumstances = circumstances(index)
        if case .confirmed = confirmation { evidence.confirmedBy = rule.confirmedBy }
        let certainty = certainty(of: compiled, level: level, confirmation)
        let onset = Timestamp(microseconds: condition.onsetObserved)
        let ids = AlertIdentity(
            gateway: plan.gateway, asset: asset.id, sensor: sensor.id, rule: rule.id, onset: condition.onsetSequence, cause: sequence,
            transition: transition)
        let references = conditions[index].mark(
            MessageMark(cause: sequence, tag: ids.tag, recorded: reading.received.microseconds), isFirst: transition.kind == .raised,
            gateway: plan.gateway)
        let wording = Wording(
            kind: transition.kind, rule: rule, asset: asset, quantity: sensor.quantity, level: level, before: Level(rawValue: transition.from),
            worst: Level(rawValue: condition.worst) ?? level, certainty: certainty, confirmation: confirmation, onset: onset,
            occurred: reading.observed,
            recorded: reading.received, isLate: reading.flags.contains(.late), evidence: evidence, utcOffsetSeconds: plan.utcOffsetSeconds)
        return Alert(
            id: ids.alert, kind: transition.kind, episode: ids.episode, gateway: plan.gateway, asset: asset, sensor: sensor.id,
            quantity: sensor.quantity, rule: rule, level: level, certainty: certainty, onset: onset, occurred: reading.observed,
            recorded: reading.received, sequence: sequence, isLate: reading.flags.contains(.late), evidence: evidence,
            sentence: wording.sentence.followed(by: remark),
            headline: wording.headline, references: references,
            index: indexSummary(asset: sensor.asset, rule: rule, quantity: sensor.quantity, now: reading.received),
            isChattering: condition.marks.contains(.chattering))
    }

    private func evidence(_ condition: Int, sensor: Int, _ rule: CompiledRule, level: Level, reading: Reading) -> Evidence {
        let slot = Int(sensors[sensor].slot)
        var evidence = Evidence(window: windows.window(sensor: sensor))
        evidence.history = windows.history(sensor: sensor) { moment in
            slot >= 0 ? pulse.band(slot, time: moment).map { ($0.low, $0.high) } : nil
        }
        switch rule.kind {
        case .silent:
            evidence.limit = rule.limit(level.rawValue)
        case .pulse, .fault, .code:
            evidence.seen = reading.value
        case .baseline:
            evidence.seen = reading.value
            let source = plan.rules[Int(conditionRule[condition])]
            if let baseline = source.baseline, let state = baselines[Int32(condition)] {
                let usual = state.usual(baseline, mildest: source.levels[0].limit, value: reading.value)
                (evidence.expected, evidence.expectedLow, evidence.expectedHigh) = (usual?.middle, usual?.low, usual?.high)
            }
        default:
            evidence.seen = reading.value
            evidence.limit = rule.limit(level.rawValue)
        }
        if let latest = sensors[sensor].latest, !latest.isWarmingUp {
            evidence.expected = latest.expected
            evidence.expectedLow = latest.low
            evidence.expectedHigh = latest.high
        }
        if let spoken = sensors[sensor].spoken, rule.kind == .pulse || rule.kind == .fault, !reading.flags.contains(.outOfRange) {
            evidence.score = Double(spoken.score)
            evidence.feature = spoken.feature.name
        }
        return evidence
    }

    /// The states that the rule's guards look at, in words; weather and the like from the sensor that says most.
    private func circumstances(_ index: Int) -> [BilingualText] {
        guard let watched = guardSensors[Int32(index)] else { return [] }
        return watched.compactMap { sensors in
            let known = sensors.filter { !self.sensors[$0].lastValue.isNaN }
            guard let sensor = known.max(by: { self.sensors[$0].lastValue < self.sensors[$1].lastValue }) else { return nil }
            let (quantity, value) = (plan.sensors[sensor].quantity, self.sensors[sensor].lastValue)
            let figures = Figures(quantity: quantity)
            return BilingualText(
                chinese: "\(quantity.chinese)为\(figures.text(value, chinese: true))",
                english: "\(quantity.english): \(figures.text(value, chinese: false))")
        }
    }

    /// Whether another signal of the asset says the same.
    private func confirmation(of rule: Rule, sensor: Sensor) -> Confirmation {
        guard let other = rule.confirmedBy else { return .notAsked }
        var event: BilingualText?
        for index in conditionsOfAsset[sensor.asset] {
            let rule = plan.rules[Int(conditionRule[Int(index)])]
            guard rule.id == other else { continue }
            if conditions[Int(index)].level > 0 { return .confirmed(rule.event) }
            event = rule.event
        }
        return .alone(event)
    }

    /// How sure the gateway is of a condition that is on at a level.
    func certainty(of index: Int, level: Level) -> Certainty {
        let rule = Int(conditionRule[index])
        return certainty(of: rules[rule], level: level, confirmation(of: plan.rules[rule], sensor: plan.sensors[Int(conditionSensor[index])]))
    }

    private func certainty(of rule: CompiledRule, level: Level, _ confirmation: Confirmation) -> Certainty {
        switch confirmation {
        case .confirmed: return .likely
        case .alone: return .possible
        case .notAsked: break
        }
        switch rule.kind {
        // The physical range is exact; Pulse is not.
        case .fault where rule.isAboutRange: return .observed
        case .pulse, .fault, .baseline: return level >= .orange ? .likely : .possible
        default: return .observed
        }
    }
}
