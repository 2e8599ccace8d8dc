import Lifeline

/// The gate: what the platform has been told follows what is, whenever no reason withholds it.
///
/// An end or an easing of what was told is never withheld. What is withheld keeps its onset, and is raised when the reason ends and it still holds.
extension Diagnosis {
    /// The rule's delays, the off-delay stretched while the condition chatters.
    func delays(of index: Int) -> CompiledRule {
        var rule = rules[Int(conditionRule[index])]
        if conditions[index].marks.contains(.chattering) {
            rule.offDelay = max(rule.offDelay, Int64(plan.alarms.chatterHold * 1e6))
        }
        return rule
    }

    /// Takes a transition of a condition to the platform, or keeps it back.
    mutating func settle(
        _ index: Int, _ transition: Transition, reading: Reading, remark: BilingualText? = nil, into alerts: inout [Alert]
    ) {
        if transition.to == 0 {
            let reason = conditions[index].withheld
            if conditions[index].announced == 0 && reason > 0 { gate.unsaidCount[Int(reason) - 1] &+= 1 }
        }
        reconcile(index, reading: reading, remark: remark, into: &alerts)
        if transition.to == 0 { (conditions[index].marks, conditions[index].withheld) = ([], 0) }
    }

    /// Lets what is announced follow what is.
    mutating func reconcile(_ index: Int, reading: Reading, remark: BilingualText? = nil, into alerts: inout [Alert]) {
        let (actual, announced) = (conditions[index].level, conditions[index].announced)
        guard actual > announced else {
            letThrough(index)
            if actual < announced { say(index, actual == 0 ? .cleared : .eased, reading: reading, remark: remark, into: &alerts) }
            return
        }
        if let reason = reasonToWithhold(index, received: reading.received) { return withhold(index, reason) }
        if announced == 0 && isCounted(index) {
            // What a flood has held back already is in the log.
            let isNew = conditions[index].withheld != WithholdReason.flood.rawValue
            if isNew { noteRaise(index, received: reading.received, into: &alerts) }
            if isFlooded(index) {
                if isNew { gate.log.holdNewest() }
                return withhold(index, .flood)
            }
            if !isNew { noteReleased(index, received: reading.received) }
        }
        letThrough(index)
        say(index, announced == 0 ? .raised : .escalated, reading: reading, remark: remark, into: &alerts)
    }

    /// Makes the message and remembers what was told.
    private mutating func say(_ index: Int, _ kind: AlertKind, reading: Reading, remark: BilingualText?, into alerts: inout [Alert]) {
        let transition = Transition(kind: kind, from: conditions[index].announced, to: conditions[index].level)
        var remark = remark
        if index == links.flood { remark = kind == .cleared ? nil : floodRemark() }
        conditions[index].announced = transition.to
        alertCount &+= 1
        if transition.to == 0 {
            alerts.append(alert(index, transition, reading: reading, remark: remark))
            gate.endRepeat(Int32(index))
            return
        }
        // Worse than what somebody has acknowledged is new.
        if kind == .escalated { conditions[index].marks.remove(.acknowledged) }
        alerts.append(alert(index, transition, reading: reading, remark: remark))
        let every = plan.rules[Int(conditionRule[index])].repeatEvery
        if kind != .eased && every > 0 { gate.beginRepeat(Int32(index), due: clock.elapsed &+ Int64(every * 1e6)) }
        if index == links.flood { gate.lastFloodUpdate = clock.elapsed }
    }

    private mutating func withhold(_ index: Int, _ reason: WithholdReason) {
        if conditions[index].withheld != reason.rawValue { gate.withheldCount[Int(reason.rawValue) - 1] &+= 1 }
        conditions[index].withheld = reason.rawValue
        gate.withhold(Int32(index))
    }

    private mutating func letThrough(_ index: Int) {
        guard conditions[index].withheld > 0 else { return }
        conditions[index].withheld = 0
        gate.release(Int32(index))
    }

    // MARK: - Reasons

    /// Why a raise or an escalation is withheld, but for a flood; nil: it is not.
    private func reasonToWithhold(_ index: Int, received: Timestamp) -> WithholdReason? {
        guard index != links.flood else { return nil }
        let sensor = plan.sensors[Int(conditionSensor[index])]
        let rule = plan.rules[Int(conditionRule[index])]
        for window in plan.maintenance where window.assets.contains(sensor.asset) {
            if window.contains(received, utcOffsetSeconds: plan.utcOffsetSeconds) { return .maintenance }
        }
        let isShelvable = rule.shelvable || conditions[index].level < Level.red.rawValue
        var reason: WithholdReason?
        for shelf in gate.shelves where shelf.covers(asset: plan.assets[sensor.asset].id, rule: rule.id, sensor: sensor.id) {
            if shelf.decision.act == .maintain { return .maintenance }
            if isShelvable { reason = .shelved }
        }
        return reason ?? (isExplained(index, sensor) ? .suppressed : nil)
    }

    /// Whether one of the rules that suppress this one is active on its asset, on a parent, or on its device's broker.
    private func isExplained(_ index: Int, _ sensor: Sensor) -> Bool {
        let suppressors = links.suppressors(ofRule: Int(conditionRule[index]))
        guard !suppressors.isEmpty else { return false }
        var asset: Int? = sensor.asset
        var depth = 0
        while let place = asset, depth <= Asset.depthLimit {
            if conditionsOfAsset[place].contains(where: {
                Int($0) != index && conditions[Int($0)].level > 0 && suppressors.contains(conditionRule[Int($0)])
            }) {
                return true
            }
            asset = plan.assets[place].parent
            depth += 1
        }
        guard let gateway = links.gatewayAsset, gateway != sensor.asset else { return false }
        let broker = plan.devices[sensor.device].broker
        return conditionsOfAsset[gateway].contains {
            let other = Int($0)
            guard conditions[other].level > 0 && suppressors.contains(conditionRule[other]) else { return false }
            // What is said of one broker explains nothing about the devices of another.
            return links.broker(ofSensor: Int(conditionSensor[other])).map { $0 == broker } ?? true
        }
    }

    /// The gateway's own alerts make no flood and are held back by none.
    private func isCounted(_ index: Int) -> Bool { plan.sensors[Int(conditionSensor[index])].asset != links.gatewayAsset }

    /// A flood withholds what is no worse than itself, and never red.
    private func isFlooded(_ index: Int) -> Bool {
        guard let flood = links.flood, conditions[index].level < Level.red.rawValue else { return false }
        return conditions[flood].level >= conditions[index].level
    }

    // MARK: - Floods and chattering

    private mutating func noteRaise(_ index: Int, received: Timestamp, into alerts: inout [Alert]) {
        gate.log.append(
            RaiseLog.Entry(
                received: received.microseconds, listening: clock.elapsed, condition: Int32(index), level: conditions[index].level, fate: .said))
        let policy = plan.alarms
        for (raises, window) in [(policy.chatterRaises, policy.chatterWindow), (policy.slowChatterRaises, policy.slowChatterWindow)] where raises > 0
        {
            guard gate.log.count(since: clock.elapsed &- Int64(window * 1e6), condition: Int32(index)) >= raises,
                !conditions[index].marks.contains(.chattering)
            else { continue }
            conditions[index].marks.insert(.chattering)
            gate.chatterCount &+= 1
        }
        judgeRate(received, into: &alerts)
    }

    private mutating func noteReleased(_ index: Int, received: Timestamp) {
        gate.log.append(
            RaiseLog.Entry(
                received: received.microseconds, listening: clock.elapsed, condition: Int32(index), level: conditions[index].level, fate: .released))
    }

    /// Lets the rule about the number of alerts speak.
    private mutating func judgeRate(_ received: Timestamp, into alerts: inout [Alert]) {
        guard let flood = links.flood, let sensor = links.rateSensor else { return }
        let rate = Double(gate.log.count(since: clock.elapsed &- Int64(plan.alarms.floodWindow * 1e6)))
        sensors[sensor].lastValue = rate
        let rule = rules[Int(conditionRule[flood])]
        let moment = Reading(series: .tick, observed: received, received: received, value: rate)
        step(flood, rule: rule, target: rule.level(of: rate, current: conditions[flood].level), observed: nil, reading: moment, into: &alerts)
    }

    // MARK: - Time

    /// Looks at shelves that end, at what is withheld, and at what is to be said again.
    mutating func passGate(_ received: Timestamp, into alerts: inout [Alert]) {
        gate.lastLook = clock.elapsed
        gate.isDirty = false
        let elapsed = clock.elapsed
        gate.shelves.removeAll { $0.isOver(received, listening: elapsed) }
        judgeRate(received, into: &alerts)
        reconsider(received, into: &alerts)
        sayAgain(received, into: &alerts)
    }

    private func moment(_ index: Int, _ received: Timestamp) -> Reading {
        let value = sensors[Int(conditionSensor[index])].lastValue
        return Reading(series: .tick, observed: received, received: received, value: value)
    }

    private mutating func reconsider(_ received: Timestamp, into alerts: inout [Alert]) {
        var waiting: Int?
        for index in gate.withheld.map({ Int($0) }) {
            let before = WithholdReason(rawValue: conditions[index].withheld)
            guard let before else { continue }
            if let reason = reasonToWithhold(index, received: received) {
                withhold(index, reason)
            } else if before == .flood {
                if !isFlooded(index), waiting.map({ conditions[$0].level < conditions[index].level }) ?? true { waiting = index }
            } else {
                reconcile(index, reading: moment(index, received), remark: Diagnosis.heldBack(before), into: &alerts)
            }
        }
        // What a flood has left is told one by one, the worst first.
        guard let waiting, clock.elapsed &- gate.lastRelease >= Int64(plan.alarms.releaseInterval * 1e6) else { return }
        gate.lastRelease = clock.elapsed
        noteReleased(waiting, received: received)
        letThrough(waiting)
        say(waiting, .raised, reading: moment(waiting, received), remark: Diagnosis.heldBack(.flood), into: &alerts)
    }

    private mutating func sayAgain(_ received: Timestamp, into alerts: inout [Alert]) {
        for place in gate.repeats.indices.reversed() where clock.elapsed >= gate.repeats[place].due {
            let index = Int(gate.repeats[place].condition)
            gate.repeats[place].due = clock.elapsed &+ Int64(plan.rules[Int(conditionRule[index])].repeatEvery * 1e6)
            if reasonToWithhold(index, received: received) != nil { continue }
            gate.repeats[place].said += 1
            let said = gate.repeats[place].said
            let isLast = said >= plan.alarms.repeatAtMost
            if isLast { gate.repeats.remove(at: place) }
            let remark = BilingualText(
                chinese: "第 \(said) 次重复：尚未有人确认\(isLast ? "；不再重复" : "")。",
                english: "Repeated (\(said)): nobody has acknowledged it\(isLast ? "; it is not repeated again" : "").")
            sayUnchanged(index, received, remark, into: &alerts)
        }
        guard let flood = links.flood, conditions[flood].announced > 0,
            clock.elapsed &- gate.lastFloodUpdate >= Int64(plan.alarms.floodUpdate * 1e6)
        else { return }
        gate.lastFloodUpdate = clock.elapsed
        sayUnchanged(flood, received, floodRemark(), into: &alerts)
    }

    private mutating func sayUnchanged(_ index: Int, _ received: Timestamp, _ remark: BilingualText?, into alerts: inout [Alert]) {
        let level = conditions[index].announced
        guard level > 0 else { return }
        alertCount &+= 1
        alerts.append(alert(index, Transition(kind: .repeated, from: level, to: level), reading: moment(index, received), remark: remark))
    }

    // MARK: - Words

    static func heldBack(_ reason: WithholdReason) -> BilingualText {
        BilingualText(chinese: "此前因\(reason.words.chinese)暂未通知。", english: "Not told until now because of \(reason.words.english).")
    }

    /// How many are held back, and which rules and assets lead.
    private func floodRemark() -> BilingualText {
        var held = 0
        for index in gate.withheld {
            if conditions[Int(index)].withheld == WithholdReason.flood.rawValue { held += 1 }
        }
        let since = clock.elapsed &- Int64(plan.alarms.floodWindow * 1e6)
        return Diagnosis.floodRemark(plan, gate.log.entries, held: held, since: since, sensors: conditionSensor, rules: conditionRule)
    }

    /// Apart from the state, as `report` is.
    private static func floodRemark(
        _ plan: SitePlan, _ entries: [RaiseLog.Entry], held: Int, since: Int64, sensors: [Int32], rules: [Int32]
    ) -> BilingualText {
        var byRule: [Int: Int] = [:]
        var byAsset: [Int: Int] = [:]
        for entry in entries where entry.listening >= since && entry.fate != .released {
            byRule[Int(rules[Int(entry.condition)]), default: 0] += 1
            byAsset[plan.sensors[Int(sensors[Int(entry.condition)])].asset, default: 0] += 1
        }
        func leading(_ counts: [Int: Int], _ name: (Int) -> String) -> String {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3).map { "\(name($0.key)) ×\($0.value)" }.joined(separator: ", ")
        }
        let (by, on) = (leading(byRule) { plan.rules[$0].id }, leading(byAsset) { plan.assets[$0].id })
        guard !by.isEmpty else { return BilingualText(chinese: "暂缓通知 \(held) 条。", english: "\(held) are held back.") }
        return BilingualText(
            chinese: "暂缓通知 \(held) 条；主要规则：\(by)；主要设施：\(on)。", english: "\(held) are held back; most are of \(by), on \(on).")
    }
}
