import Lifeline

/// What people decide about alerts: checked before it is journalled, taken at its place in the journal.
extension Diagnosis {
    /// Why a decision cannot be taken now, in a sentence with what is known instead; nil: it can.
    ///
    /// *Complexity*: the conditions of the plan.
    package func objection(to decision: Decision, now: Timestamp) -> String? {
        if let found = decision.objection { return found }
        if let found = unknownName(decision) { return found }
        switch decision.act {
        case .shelve, .maintain: return objection(toTimed: decision, now: now)
        case .unshelve, .resume:
            let isThere = gate.shelves.contains { Diagnosis.isSame($0.decision, decision) }
            return isThere ? nil : "nothing of exactly this scope is \(decision.act == .unshelve ? "shelved" : "under maintenance")"
        case .acknowledge, .end: return objection(toEpisode: decision)
        case .falseAlarm:
            let isNamed = !decision.asset.isEmpty && !decision.rule.isEmpty
            return isNamed || lastCondition(ofEpisode: decision.episode) != nil ? nil : unknownEpisode(decision.episode)
        }
    }

    private func unknownName(_ decision: Decision) -> String? {
        func missing(_ what: String, _ id: String, _ known: some Sequence<String>) -> String? {
            id.isEmpty || known.contains(id) ? nil : "this site has no \(what) \"\(id)\""
        }
        return missing("asset", decision.asset, plan.assets.lazy.map(\.id)) ?? missing("rule", decision.rule, plan.rules.lazy.map(\.id))
            ?? missing("sensor", decision.sensor, plan.sensors.lazy.map(\.id))
    }

    private func objection(toTimed decision: Decision, now: Timestamp) -> String? {
        guard let until = decision.until else { return "it needs an end" }
        if until <= now { return "its end has passed" }
        let most = plan.alarms.shelveAtMost
        if Double(until.microseconds(since: now)) / 1e6 > most { return "its end is more than \(Int(most / 3600)) h from now" }
        if let rule = plan.rules.first(where: { $0.id == decision.rule }), decision.act == .shelve, !rule.shelvable {
            return "\"\(rule.id)\" is a rule that cannot be shelved"
        }
        let isCovered = conditions.indices.contains { covers(decision, $0) }
        if !isCovered { return "no rule of this site watches that" }
        let others = gate.shelves.filter { !Diagnosis.isSame($0.decision, decision) }
        return others.count < AlarmGate.shelfLimit ? nil : "\(AlarmGate.shelfLimit) shelves are the most at once; take one away first"
    }

    private func objection(toEpisode decision: Decision) -> String? {
        guard let index = condition(ofEpisode: decision.episode) else { return unknownEpisode(decision.episode) }
        if decision.act == .end {
            return plan.rules[Int(conditionRule[index])].latched ? nil : "only a latched episode is ended by a person; this one ends by itself"
        }
        return conditions[index].marks.contains(.acknowledged) ? "it is acknowledged already" : nil
    }

    private func unknownEpisode(_ id: String) -> String { "no episode \"\(id)\" stands; see bamai status" }

    /// A decision with what the gateway knows of it and the journal must remember: a false alarm's place and worst value.
    package func completed(_ decision: Decision) -> Decision {
        guard decision.act == .falseAlarm, let index = lastCondition(ofEpisode: decision.episode) else { return decision }
        var completed = decision
        let sensor = plan.sensors[Int(conditionSensor[index])]
        (completed.asset, completed.rule, completed.sensor) = (plan.assets[sensor.asset].id, plan.rules[Int(conditionRule[index])].id, sensor.id)
        // Of an episode that is over, the next readings have taken the place of its worst value.
        if conditions[index].level > 0 && conditions[index].worstExcess > -.infinity { completed.value = conditions[index].worstValue }
        return completed
    }

    /// What an episode that stands, or an asset's id, is about: `manhole/MH-17`; nil: nothing here.
    package func subject(of decision: Decision) -> String? {
        if let index = condition(ofEpisode: decision.episode) { return plan.assets[plan.sensors[Int(conditionSensor[index])].asset].subject }
        return plan.assets.first { $0.id == decision.asset }?.subject
    }

    /// Whether what a decision is about is not known here at all.
    package func isUnknown(_ decision: Decision) -> Bool {
        decision.hasScope ? unknownName(decision) != nil : lastCondition(ofEpisode: decision.episode) == nil
    }

    private func covers(_ decision: Decision, _ index: Int) -> Bool {
        let sensor = plan.sensors[Int(conditionSensor[index])]
        return AlarmGate.Shelf(decision: decision, endsListening: 0).covers(
            asset: plan.assets[sensor.asset].id, rule: plan.rules[Int(conditionRule[index])].id, sensor: sensor.id)
    }

    /// A shelf and what takes it away, or takes its place.
    private static func isSame(_ left: Decision, _ right: Decision) -> Bool {
        func isWork(_ decision: Decision) -> Bool { decision.act == .maintain || decision.act == .resume }
        return isWork(left) == isWork(right) && (left.asset, left.rule, left.sensor) == (right.asset, right.rule, right.sensor)
    }

    /// Takes a decision at its place in the journal.
    ///
    /// What was valid when it was journalled and no longer is (another site since) has no effect.
    ///
    /// - Parameters:
    ///   - reading: the entry at that place; it lets time pass too.
    ///   - sequence: its sequence.
    package mutating func decide(_ decision: Decision, _ reading: Reading, sequence: Sequence64, into alerts: inout [Alert]) {
        advance(to: reading.received)
        self.sequence = sequence
        switch decision.act {
        case .shelve, .maintain:
            guard let until = decision.until else { break }
            gate.shelves.removeAll { Diagnosis.isSame($0.decision, decision) }
            let length = max(0, until.microseconds(since: decision.made))
            let (ends, overflow) = clock.elapsed.addingReportingOverflow(length)
            guard !overflow, gate.shelves.count < AlarmGate.shelfLimit else { break }
            gate.shelves.append(AlarmGate.Shelf(decision: decision, endsListening: ends))
        case .unshelve, .resume: gate.shelves.removeAll { Diagnosis.isSame($0.decision, decision) }
        case .acknowledge:
            guard let index = condition(ofEpisode: decision.episode) else { break }
            conditions[index].marks.insert(.acknowledged)
            gate.endRepeat(Int32(index))
        case .end: end(decision, reading, into: &alerts)
        case .falseAlarm:
            gate.note(falseAlarm: decision)
            guard let index = condition(ofEpisode: decision.episode) else { break }
            conditions[index].marks.insert(.acknowledged)
            gate.endRepeat(Int32(index))
        }
        gate.isDirty = true
        passTime(reading.received, into: &alerts)
    }

    /// A competent person has ended a latched episode. What still holds is raised anew by the next reading.
    private mutating func end(_ decision: Decision, _ reading: Reading, into alerts: inout [Alert]) {
        guard let index = condition(ofEpisode: decision.episode), plan.rules[Int(conditionRule[index])].latched else { return }
        let from = conditions[index].level
        (conditions[index].level, conditions[index].held) = (0, 0)
        if let place = holding.firstIndex(of: Int32(index)) { holding.remove(at: place) }
        let value = sensors[Int(conditionSensor[index])].lastValue
        let moment = Reading(series: .tick, observed: reading.received, received: reading.received, value: value)
        let remark = BilingualText(
            chinese: "由 \(decision.by) 解除：\(decision.reason)。", english: "Ended by \(decision.by): \(decision.reason).")
        settle(index, Transition(kind: .cleared, from: from, to: 0), reading: moment, remark: remark, into: &alerts)
    }

    /// The condition whose episode has this id and stands.
    private func condition(ofEpisode id: String) -> Int? { conditions.indices.first { conditions[$0].level > 0 && episodeID($0) == id } }

    /// The condition whose episode has this id and stands, or stood last.
    private func lastCondition(ofEpisode id: String) -> Int? {
        // The onset stands in the id: only what began there is looked at more closely.
        let parts = id.split(separator: "-")
        guard parts.count >= 4, let onset = Sequence64(parts[parts.count - 2]), onset > 0 else { return nil }
        for index in conditions.indices where conditions[index].onsetSequence == onset && episodeID(index) == id { return index }
        return nil
    }

    /// The id of the episode that stands, or stood last.
    func episodeID(_ index: Int) -> String {
        let sensor = plan.sensors[Int(conditionSensor[index])]
        return AlertIdentity(
            gateway: plan.gateway, asset: plan.assets[sensor.asset].id, sensor: sensor.id, rule: plan.rules[Int(conditionRule[index])].id,
            onset: conditions[index].onsetSequence, cause: 0, transition: Transition(kind: .raised, from: 0, to: 0)
        ).episode
    }
}
