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
/// *Isolation*: one owner, one thread. *Memory*: fixed after `init`, about 2.7 KiB a sensor, 512 bytes of it evidence. *Complexity*: per reading, the
/// rules of its sensor.
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
    /// For each sensor, the conditions of other sensors that it guards.
    let guarded: [[Int32]]
    /// For each condition with guards, the sensors they look at, in the rule's order.
    let guardSensors: [Int32: [[Int]]]
    /// What rules of kind `baseline` have learned, by condition.
    var baselines: [Int32: BaselineState]
    var derived: DerivedBank
    var windows: EvidenceWindows
    var clock = ListeningClock()
    var pulse = PulseBank()
    /// For each device, when it was last heard, in its broker's connected time.
    var deviceHeard: [Int64]
    /// Conditions that wait for a delay, in ascending order: alerts of one moment come in the same order after a restart.
    var holding: [Int32] = []
    var lastSilenceScan: Int64 = 0
    /// What the sick-running index is made from.
    var indexing: IndexState
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
        let plan = plan.includingDerived
        self.plan = plan
        rules = plan.rules.map { CompiledRule($0) }
        var states: [SensorState] = []
        var conditionSensor: [Int32] = []
        var conditionRule: [Int32] = []
        var ofAsset = [[Int32]](repeating: [], count: plan.assets.count)
        var silence: [Int32] = []
        let neighbours = SensorsOfAssets(plan)
        var guarded = [[Int32]](repeating: [], count: plan.sensors.count)
        var guardSensors: [Int32: [[Int]]] = [:]
        var baselines: [Int32: BaselineState] = [:]
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
                // What is reckoned here is no device's word.
                if sensor.derived != nil && (rule.kind == .silent || rule.kind == .fault) { continue }
                // Without the sensor that its guard looks at, a rule has nothing to say here.
                let watched = rule.guards.map {
                    $0.isAnywhere ? neighbours.sensors(of: $0.quantity) : neighbours.sensor(of: $0.quantity, beside: sensor).map { [$0] } ?? []
                }
                if zip(rule.guards, watched).contains(where: { !$0.isAnywhere && $1.isEmpty }) { continue }
                // The gateway speaks of itself only when something has changed.
                if rule.kind == .silent && plan.assets[sensor.asset].assetClass == .gateway { continue }
                // A silent device is one fault, whatever the number of its sensors.
                if rule.kind == .silent && !devicesWithSilence.insert(sensor.device).inserted { continue }
                if rule.kind == .silent { silence.append(Int32(conditionSensor.count)) }
                let number = Int32(conditionSensor.count)
                if !watched.isEmpty { guardSensors[number] = watched }
                // Pulse and baselines judge each value once, when it comes; a state that changes later changes nothing.
                if rule.kind == .high || rule.kind == .low || rule.kind == .code {
                    for other in Set(watched.joined()).sorted() where other != index { guarded[other].append(number) }
                }
                if rule.kind == .baseline { baselines[number] = BaselineState() }
                ofAsset[sensor.asset].append(number)
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
        self.guarded = guarded
        self.guardSensors = guardSensors
        self.baselines = baselines
        derived = DerivedBank(plan: plan)
        windows = EvidenceWindows(sensors: plan.sensors)
        deviceHeard = Array(repeating: 0, count: plan.devices.count)
        indexing = IndexState(plan: plan, conditionRule: conditionRule)
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
        windows.append(sensor: sensor, EvidencePoint(observed: reading.observed, value: reading.value), flags: reading.flags)
        // A backfilled reading older than what is known already is history: it says nothing about now.
        let isHistory = reading.flags.contains(.late) && reading.observed.microseconds < sensors[sensor].lastObserved
        if isHistory { return Judgement(verdict: nil) }
        let verdict = consider(sensor, reading, into: &alerts)
        if !reading.flags.contains(.outOfRange) { derive(from: sensor, reading, into: &alerts) }
        passTime(reading.received, into: &alerts)
        return Judgement(verdict: verdict)
    }

    /// What the rules of one sensor think of its new value.
    private mutating func consider(_ sensor: Int, _ reading: Reading, into alerts: inout [Alert]) -> Verdict? {
        let observed = reading.observed.microseconds
        sensors[sensor].lastObserved = max(observed, sensors[sensor].lastObserved)
        indexing.note(sensor: sensor, reading, utcOffsetSeconds: plan.utcOffsetSeconds)
        noteBroker(sensor, reading.value)
        let impossible = reading.flags.contains(.outOfRange)
        // What cannot be true is no state that anything could depend on.
        if !impossible { sensors[sensor].lastValue = reading.value }
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
            step(
                index, rule: rule, target: !rule.hasGuards || permits(index, at: observed) ? target : 0, observed: observed, reading: reading,
                into: &alerts)
        }
        for index in guarded[sensor] { reconsider(Int(index), reading, into: &alerts) }
        return verdict
    }

    /// A guard has changed: the value that it guards is judged again, as a value that still holds.
    private mutating func reconsider(_ index: Int, _ reading: Reading, into alerts: inout [Alert]) {
        let rule = rules[Int(conditionRule[index])]
        let own = sensors[Int(conditionSensor[index])]
        guard !own.lastValue.isNaN else { return }
        let isPermitted = permits(index, at: reading.observed.microseconds)
        guard let target = target(of: index, rule: rule, value: own.lastValue, verdict: nil, impossible: false) else { return }
        var moment = reading
        moment.value = own.lastValue
        step(index, rule: rule, target: isPermitted ? target : 0, observed: nil, reading: moment, into: &alerts)
    }

    /// Whether all guards of a condition hold.
    private func permits(_ index: Int, at observed: Int64) -> Bool {
        guard let watched = guardSensors[Int32(index)] else { return true }
        for (needed, sensors) in zip(plan.rules[Int(conditionRule[index])].guards, watched) {
            for state in sensors.map({ self.sensors[$0] }) {
                // NaN, while nothing is known, is in no range.
                let isKnown = !state.lastValue.isNaN && (needed.age.map { Double(observed &- state.lastObserved) / 1e6 <= $0 } ?? true)
                if isKnown ? !needed.range.contains(state.lastValue) : !needed.isAnywhere { return false }
            }
        }
        return true
    }

    /// What follows from a reading for quantities that nobody measures.
    private mutating func derive(from sensor: Int, _ reading: Reading, into alerts: inout [Alert]) {
        for feed in derived.feeds[sensor] {
            guard let value = derived.take(feed, reading.value, observed: reading.observed), value.isFinite else { continue }
            let target = derived.targets[Int(feed.feature)]
            var made = reading
            made.value = value
            windows.append(sensor: target, EvidencePoint(observed: reading.observed, value: value), flags: reading.flags)
            _ = consider(target, made, into: &alerts)
        }
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
            if rule.isAboutRange { return impossible ? rule.level(of: .greatestFiniteMagnitude, current: 0) : 0 }
            guard let verdict else { return nil }
            return latched(index, rule, verdict, suspicion: .sensor)
        case .baseline:
            guard !impossible else { return nil }
            return departed(index, rule, value)
        case .code:
            guard !impossible else { return nil }
            return plan.rules[Int(conditionRule[index])].levels.first { $0.limit == value }?.level.rawValue ?? 0
        case .silent:
            return 0
        }
    }

    /// The level that a value's distance from its own baseline asks for. Each value is asked about once, and learned unless it is far away.
    private mutating func departed(_ index: Int, _ rule: CompiledRule, _ value: Double) -> UInt8? {
        guard let baseline = plan.rules[Int(conditionRule[index])].baseline, var state = baselines[Int32(index)] else { return nil }
        let departure = state.departure(of: value, baseline, rule.direction)
        let level = departure.map { rule.level(of: $0.size, current: conditions[index].level) } ?? 0
        let isNewCustom = state.learn(value, isBeyond: level > 0, baseline)
        baselines[Int32(index)] = state
        return isNewCustom ? 0 : level
    }

    /// Pulse speaks once when a departure begins; the departure lasts while the value is outside its band.
    private mutating func latched(_ index: Int, _ rule: CompiledRule, _ verdict: Verdict, suspicion: Suspicion) -> UInt8 {
        if !verdict.isOutside && !(verdict.isDrifting && rule.listens(to: .drift)) { conditions[index].latch = 0 }
        // Most readings are no news; what follows is looked at only for those that are.
        if verdict.score > 0 { latch(index, rule, verdict, suspicion: suspicion) }
        let latch = conditions[index].latch
        // Nobody is told of a value that is where it should be, or hardly off it, whatever the one before it was.
        let isBack = verdict.seen >= verdict.low - rule.margin && verdict.seen <= verdict.high + rule.margin && latch & Diagnosis.bandlessLatch == 0
        return conditions[index].level == 0 && isBack ? 0 : latch & 7
    }

    private mutating func latch(_ index: Int, _ rule: CompiledRule, _ verdict: Verdict, suspicion: Suspicion) {
        // A record that is broken inside the band is noise that was a little louder than ever; what stays outside Pulse says again. Unrest and calm have no
        // side of the band to be on, and a drift moves the band along.
        let isBandless = verdict.feature == .spreadUp || verdict.feature == .spreadDown || verdict.feature == .drift || suspicion == .sensor
        let counts = verdict.isOutside || isBandless
        guard verdict.suspicion == suspicion, counts, rule.listens(to: verdict.feature), goesTheWay(rule.direction, verdict) else { return }
        let level = rule.level(of: Double(verdict.score), current: 0)
        if level > 0 && isBandless { conditions[index].latch |= Diagnosis.bandlessLatch }
        conditions[index].latch = max(conditions[index].latch & 7, level) | (conditions[index].latch & Diagnosis.bandlessLatch)
    }

    /// A mark in a condition's latch: what Pulse said has no side of the band to be on.
    static let bandlessLatch: UInt8 = 8

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
        conditions[index].follow(value: reading.value, excess: excess(index, rule, reading.value), target: target)
        let transition = conditions[index].evaluate(
            target: target, rule: conditions[index].marks.contains(.chattering) ? delays(of: index) : rule, observed: observed,
            received: reading.received.microseconds, listening: clock.elapsed, sequence: sequence)
        noteEvidence(index, rule: rule, target: target, isReading: observed != nil, reading: reading)
        let isHolding = conditions[index].isHolding
        if wasHolding != isHolding {
            let place = holding.firstIndex { $0 >= Int32(index) } ?? holding.count
            if isHolding { holding.insert(Int32(index), at: place) } else { holding.remove(at: place) }
        }
        if let transition { settle(index, transition, reading: reading, into: &alerts) }
    }
}
