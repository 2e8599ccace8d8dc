import Lifeline
import Pulse

/// What the judge thought of one reading, for `bamai watch`.
package struct Judgement: Sendable {
    /// nil: Pulse does not judge this series (no cycle is known, a late reading, a value that cannot be true).
    package var verdict: Verdict?
}

/// From readings to alerts: limits with delays and deadbands, Pulse, silence.
///
/// A deterministic function of the journal: the same entries in the same order give the same alerts with the same ids. It reads no clock; time passes
/// only through the received times of readings and ticks.
///
/// *Isolation*: one owner, one thread. *Memory*: fixed after `init`, about 2.5 KiB a sensor. *Complexity*: per reading, the rules of its sensor.
package struct Diagnosis: ~Copyable {
    package let plan: SitePlan
    /// The plan's rules, in the plan's order.
    let rules: [CompiledRule]
    var sensors: [SensorState]
    var conditions: [Condition]
    /// For each condition, the sensor and the rule it belongs to.
    let conditionSensor: [Int32]
    let conditionRule: [Int32]
    /// The conditions about silence, which only the passing of time can raise.
    let silenceConditions: [Int32]
    /// For each asset, the conditions on it, for rules that confirm one another.
    let conditionsOfAsset: [[Int32]]
    var windows: EvidenceWindows
    var clock = ListeningClock()
    var pulse = PulseBank()
    /// For each device, when it was last heard, in its broker's connected time.
    var deviceHeard: [Int64]
    /// Conditions that wait for a delay, in ascending order: alerts of one moment come in the same order after a restart.
    var holding: [Int32] = []
    var lastSilenceScan: Int64 = 0
    /// For each broker, how long it has been connected (listening time), and whether it is now. A device is silent only where it could have been heard.
    var brokers: [BrokerClock]
    /// What stands between an episode and the platform.
    var gate = AlarmGate()
    let links: AlarmLinks
    /// The entry that was judged last.
    package internal(set) var sequence: Sequence64 = 0
    /// Alerts made since the start, and readings judged.
    package internal(set) var alertCount: UInt64 = 0
    package internal(set) var readingCount: UInt64 = 0

    /// How often silence is looked for. *Units*: microseconds of listening time. Silence is a matter of hours; half a minute more is nothing.
    static let silenceScanInterval: Int64 = 30_000_000

    struct SensorState {
        /// Pulse's slot, or −1.
        var slot: Int32 = -1
        /// The range of its conditions.
        var firstCondition: Int32 = 0
        var endCondition: Int32 = 0
        /// The device's time of the newest reading.
        var lastObserved: Int64 = .min
        var lastValue: Double = .nan
        /// What Pulse said of the newest reading, and what it said when it last spoke: an alert that a delay has held back is raised by the passing of time,
        /// and must still say why.
        var latest: Verdict?
        var spoken: Verdict?
    }

    /// - Parameter plan: validated: every index in it is in range.
    package init(plan: SitePlan) {
        self.plan = plan
        rules = plan.rules.map { CompiledRule($0) }
        var states: [SensorState] = []
        var conditionSensor: [Int32] = []
        var conditionRule: [Int32] = []
        var ofAsset = [[Int32]](repeating: [], count: plan.assets.count)
        var silence: [Int32] = []
        let order = AlarmLinks.order(of: plan.rules)
        var devicesWithSilence: Set<Int> = []
        for (index, sensor) in plan.sensors.enumerated() {
            var state = SensorState()
            if let interval = sensor.interval, let cycle = sensor.cycle {
                state.slot = Int32(pulse.add(SeriesSettings(interval: interval, cycle: cycle)))
            }
            state.firstCondition = Int32(conditionSensor.count)
            for (ruleIndex, rule) in order where rule.applies(to: sensor, of: plan.assets[sensor.asset]) {
                if rule.kind == .pulse && state.slot < 0 { continue }
                // The gateway speaks of itself only when something has changed.
                if rule.kind == .silent && plan.assets[sensor.asset].assetClass == .gateway { continue }
                // A silent device is one fault, whatever the number of its sensors.
                if rule.kind == .silent && !devicesWithSilence.insert(sensor.device).inserted { continue }
                if rule.kind == .silent { silence.append(Int32(conditionSensor.count)) }
                ofAsset[sensor.asset].append(Int32(conditionSensor.count))
                conditionSensor.append(Int32(index))
                conditionRule.append(Int32(ruleIndex))
            }
            state.endCondition = Int32(conditionSensor.count)
            states.append(state)
        }
        sensors = states
        self.conditionSensor = conditionSensor
        self.conditionRule = conditionRule
        silenceConditions = silence
        conditionsOfAsset = ofAsset
        conditions = Array(repeating: Condition(), count: conditionSensor.count)
        windows = EvidenceWindows(sensors: plan.sensors.count)
        deviceHeard = Array(repeating: 0, count: plan.devices.count)
        let heardThrough = plan.devices.map(\.broker).max() ?? 0
        brokers = Array(repeating: BrokerClock(), count: max(plan.brokers.count, heardThrough + 1))
        links = AlarmLinks(plan: plan, conditionSensor: conditionSensor, conditionRule: conditionRule)
    }

    /// Judges one reading.
    ///
    /// - Parameters:
    ///   - sensor: index into the plan's sensors.
    ///   - sequence: the reading's place in the journal, larger than any before.
    package mutating func judge(sensor: Int, _ reading: Reading, sequence: Sequence64, into alerts: inout [Alert]) -> Judgement {
        advance(to: reading.received)
        self.sequence = sequence
        readingCount &+= 1
        let device = plan.sensors[sensor].device
        deviceHeard[device] = brokers[plan.devices[device].broker].connected
        windows.append(sensor: sensor, EvidencePoint(observed: reading.observed, value: reading.value))
        let observed = reading.observed.microseconds
        // A backfilled reading older than what is known already is history: it says nothing about now.
        let isHistory = reading.flags.contains(.late) && observed < sensors[sensor].lastObserved
        if isHistory { return Judgement(verdict: nil) }
        sensors[sensor].lastObserved = max(observed, sensors[sensor].lastObserved)
        sensors[sensor].lastValue = reading.value
        noteBroker(sensor, reading.value)
        let impossible = reading.flags.contains(.outOfRange)
        var verdict: Verdict?
        let slot = sensors[sensor].slot
        if slot >= 0 && !impossible {
            verdict = pulse.observe(Int(slot), time: reading.observed.secondsSinceEpoch, value: reading.value)
            sensors[sensor].latest = verdict
            if let verdict, verdict.score > 0 { sensors[sensor].spoken = verdict }
        }
        for index in Int(sensors[sensor].firstCondition)..<Int(sensors[sensor].endCondition) {
            let rule = rules[Int(conditionRule[index])]
            guard let target = target(of: index, rule: rule, value: reading.value, verdict: verdict, impossible: impossible) else { continue }
            step(index, rule: rule, target: target, observed: observed, reading: reading, into: &alerts)
        }
        passTime(reading.received, into: &alerts)
        return Judgement(verdict: verdict)
    }

    /// Lets time pass without a reading.
    package mutating func tick(_ reading: Reading, sequence: Sequence64, into alerts: inout [Alert]) {
        advance(to: reading.received)
        self.sequence = sequence
        passTime(reading.received, into: &alerts)
    }

    /// *Units*: microseconds until a delay that runs now is over; nil when none runs. A tick is due then.
    package var nextDue: Int64? {
        var soonest: Int64?
        for index in holding {
            if let due = conditions[Int(index)].dueIn(delays(of: Int(index)), listening: clock.elapsed) { soonest = min(soonest ?? .max, due) }
        }
        if let due = gate.nextDue(listening: clock.elapsed) { soonest = min(soonest ?? .max, due) }
        return soonest
    }

    // MARK: - Targets

    /// The level that a reading asks for; nil: it has no say in this rule.
    private mutating func target(of index: Int, rule: CompiledRule, value: Double, verdict: Verdict?, impossible: Bool) -> UInt8? {
        switch rule.kind {
        case .high, .low:
            return impossible ? nil : rule.level(of: value, current: conditions[index].level)
        case .pulse:
            guard let verdict else { return nil }
            return latched(index, rule, verdict, suspicion: .asset)
        case .fault:
            // A limit of 0 is about the physical range, which is exact and has no score; any other is about Pulse's scores.
            if rule.level(of: 0, current: 0) > 0 { return impossible ? rule.level(of: .greatestFiniteMagnitude, current: 0) : 0 }
            guard let verdict else { return nil }
            return latched(index, rule, verdict, suspicion: .sensor)
        case .silent:
            return 0
        }
    }

    /// Pulse speaks once when a departure begins; the departure lasts while the value is outside its band.
    private mutating func latched(_ index: Int, _ rule: CompiledRule, _ verdict: Verdict, suspicion: Suspicion) -> UInt8 {
        if !verdict.isOutside && !verdict.isDrifting { conditions[index].latch = 0 }
        // A record that is broken inside the band is noise that was a little louder than ever; what stays outside Pulse says again. Unrest and calm have no
        // side of the band to be on, and a drift moves the band along.
        let isBandless = verdict.feature == .spreadUp || verdict.feature == .spreadDown || verdict.feature == .drift
        let counts = suspicion == .sensor || verdict.isOutside || isBandless
        if verdict.score > 0 && verdict.suspicion == suspicion && counts && goesTheWay(rule.direction, verdict) {
            let level = rule.level(of: Double(verdict.score), current: 0)
            conditions[index].latch = max(conditions[index].latch, level)
        }
        return conditions[index].latch
    }

    private func goesTheWay(_ direction: RuleDirection, _ verdict: Verdict) -> Bool {
        switch direction {
        case .any: true
        case .up: verdict.seen > verdict.expected
        case .down: verdict.seen < verdict.expected
        }
    }

    // MARK: - Time

    mutating func passTime(_ received: Timestamp, into alerts: inout [Alert]) {
        if !holding.isEmpty { settleHolding(received, into: &alerts) }
        if clock.elapsed &- lastSilenceScan >= Diagnosis.silenceScanInterval {
            lastSilenceScan = clock.elapsed
            scanSilence(received, into: &alerts)
        }
        if !gate.removed.isEmpty { clearRemoved(received, into: &alerts) }
        if gate.isDue(listening: clock.elapsed) { passGate(received, into: &alerts) }
    }

    /// A value holds until the next one comes, so a delay may end between two readings.
    private mutating func settleHolding(_ received: Timestamp, into alerts: inout [Alert]) {
        let candidates = holding
        for index in candidates {
            let condition = conditions[Int(index)]
            let rule = delays(of: Int(index))
            guard let due = condition.dueIn(rule, listening: clock.elapsed), due == 0 else { continue }
            let moment = Reading(
                series: .tick, observed: received, received: received, value: sensors[Int(conditionSensor[Int(index)])].lastValue)
            step(Int(index), rule: rule, target: condition.held, observed: nil, reading: moment, into: &alerts)
        }
    }

    private mutating func scanSilence(_ received: Timestamp, into alerts: inout [Alert]) {
        for index in silenceConditions.map({ Int($0) }) {
            let rule = rules[Int(conditionRule[index])]
            let device = plan.sensors[Int(conditionSensor[index])].device
            let quiet = quiet(device: device)
            let moment = Reading(series: .tick, observed: received, received: received, value: quiet)
            let target = rule.level(of: quiet, current: conditions[index].level)
            step(index, rule: rule, target: target, observed: nil, reading: moment, into: &alerts)
        }
    }

    // MARK: - Transitions

    mutating func step(
        _ index: Int, rule: CompiledRule, target: UInt8, observed: Int64?, reading: Reading, into alerts: inout [Alert]
    ) {
        let wasHolding = conditions[index].isHolding
        let transition = conditions[index].evaluate(
            target: target, rule: conditions[index].marks.contains(.chattering) ? delays(of: index) : rule, observed: observed,
            received: reading.received.microseconds, listening: clock.elapsed, sequence: sequence)
        let isHolding = conditions[index].isHolding
        if wasHolding != isHolding {
            let place = holding.firstIndex { $0 >= Int32(index) } ?? holding.count
            if isHolding { holding.insert(Int32(index), at: place) } else { holding.remove(at: place) }
        }
        if let transition { settle(index, transition, reading: reading, into: &alerts) }
    }

    /// The message about an episode; `remark` is said after the sentence.
    func alert(_ index: Int, _ transition: Transition, reading: Reading, remark: BilingualText? = nil) -> Alert {
        let condition = conditions[index]
        let sensor = plan.sensors[Int(conditionSensor[index])]
        let asset = plan.assets[sensor.asset]
        let compiled = rules[Int(conditionRule[index])]
        let rule = plan.rules[Int(conditionRule[index])]
        let level = Level(rawValue: transition.to == 0 ? transition.from : transition.to) ?? .blue
        let evidence = evidence(sensor: Int(conditionSensor[index]), compiled, level: level, reading: reading)
        let certainty = certainty(of: rule, sensor: sensor, level: level)
        let onset = Timestamp(microseconds: condition.onsetObserved)
        let ids = AlertIdentity(
            gateway: plan.gateway, asset: asset.id, sensor: sensor.id, rule: rule.id, onset: condition.onsetSequence, cause: sequence,
            transition: transition)
        let wording = Wording(
            kind: transition.kind, rule: rule, asset: asset, quantity: sensor.quantity, level: level, onset: onset, evidence: evidence,
            utcOffsetSeconds: plan.utcOffsetSeconds)
        return Alert(
            id: ids.alert, kind: transition.kind, episode: ids.episode, gateway: plan.gateway, asset: asset, sensor: sensor.id,
            quantity: sensor.quantity, rule: rule, level: level, certainty: certainty, onset: onset, occurred: reading.observed,
            recorded: reading.received, sequence: sequence, isLate: reading.flags.contains(.late), evidence: evidence,
            sentence: wording.sentence.followed(by: remark), isChattering: condition.marks.contains(.chattering))
    }

    private func evidence(sensor: Int, _ rule: CompiledRule, level: Level, reading: Reading) -> Evidence {
        var evidence = Evidence(window: windows.window(sensor: sensor))
        switch rule.kind {
        case .high, .low:
            evidence.seen = reading.value
            evidence.limit = rule.limit(level.rawValue)
        case .silent:
            evidence.limit = rule.limit(level.rawValue)
        case .pulse, .fault:
            evidence.seen = reading.value
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

    private func certainty(of rule: Rule, sensor: Sensor, level: Level) -> Certainty {
        if let other = rule.confirmedBy {
            let confirmed = conditionsOfAsset[sensor.asset].contains {
                conditions[Int($0)].level > 0 && plan.rules[Int(conditionRule[Int($0)])].id == other
            }
            return confirmed ? .likely : .possible
        }
        switch rule.kind {
        case .high, .low, .silent: return .observed
        case .pulse, .fault: return level >= .orange ? .likely : .possible
        }
    }
}
