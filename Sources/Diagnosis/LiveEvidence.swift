import Lifeline

/// What one condition has to say for the sick-running index: its running episode, and the strongest that is over.
///
/// A state machine on the times in the journal; it reads no clock.
struct EvidenceTrack: Equatable {
    /// Whether an episode runs that enough readings have said.
    var isActive = false
    /// The greatest confidence of the running episode.
    var confidence = 0.0
    /// Readings of the running episode that said it, as far as they are needed.
    var readings: UInt16 = 0
    /// The strongest episode that is over: its confidence and its end, microseconds of the device's time.
    var pastConfidence = 0.0
    var pastEnded: Int64 = .min

    /// One more opinion of the condition.
    ///
    /// - Parameters:
    ///   - isRaised: whether the condition is raised after it.
    ///   - says: whether a reading said it; nil: only time has passed.
    ///   - moment: microseconds of the device's time.
    mutating func note(isRaised: Bool, says: Bool?, weight: IndexWeight, confidence now: Double, moment: Int64) {
        if says == true, Int(readings) < weight.readings { readings += 1 }
        if isRaised {
            guard Int(readings) >= weight.readings else { return }
            isActive = true
            confidence = max(confidence, now)
            return
        }
        if isActive { retire(weight, moment: moment) }
        // What was said and never raised is no half of a confirmation.
        if says == false { readings = 0 }
    }

    /// The episode is over: the stronger one of it and the last is kept. Both fade alike, so which is the stronger never changes later.
    private mutating func retire(_ weight: IndexWeight, moment: Int64) {
        let (age, overflow) = moment.subtractingReportingOverflow(pastEnded)
        let faded = pastConfidence > 0 && !overflow ? pastConfidence * LiveEvidence.decay(seconds: Double(age) / 1e6, halfLife: weight.halfLife) : 0
        if confidence >= faded { (pastConfidence, pastEnded) = (confidence, moment) }
        (isActive, confidence, readings) = (false, 0, 0)
    }
}

/// What Diagnosis remembers for the sick-running index: the evidence of each condition that counts, and each asset's past values.
///
/// *Memory*: fixed after `init` but for the histories, which are bounded (`IndexHistory`).
struct IndexState {
    /// For each condition its track, or −1: it does not count.
    let trackOfCondition: [Int32]
    var tracks: [EvidenceTrack]
    /// For each sensor the asset whose index it is, or −1: it is another series.
    let assetOfSensor: [Int32]
    /// For each asset; empty where it has no index.
    var histories: [IndexHistory]

    init(plan: SitePlan, conditionRule: [Int32]) {
        var count: Int32 = 0
        trackOfCondition = conditionRule.map {
            guard plan.indexModel != nil, let weight = plan.rules[Int($0)].index, weight.weight > 0 else { return -1 }
            count += 1
            return count - 1
        }
        tracks = Array(repeating: EvidenceTrack(), count: Int(count))
        assetOfSensor = plan.sensors.map { $0.quantity.name == IndexQuantity.name ? Int32($0.asset) : -1 }
        histories = Array(repeating: IndexHistory(), count: plan.assets.count)
    }

    /// Takes a reading in, if it is an index that the gateway has journalled.
    mutating func note(sensor: Int, _ reading: Reading, utcOffsetSeconds: Int) {
        let asset = assetOfSensor[sensor]
        guard asset >= 0, (0...100).contains(reading.value) else { return }
        histories[Int(asset)].note(
            day: IndexHistory.day(of: reading.observed, utcOffsetSeconds: utcOffsetSeconds), value: UInt8(reading.value.rounded()))
    }
}

extension Diagnosis {
    /// Called for every opinion about a condition, after its state machine has seen it.
    mutating func noteEvidence(_ index: Int, rule: CompiledRule, target: UInt8, isReading: Bool, reading: Reading) {
        let track = Int(indexing.trackOfCondition[index])
        guard track >= 0, let model = plan.indexModel, let weight = plan.rules[Int(conditionRule[index])].index else { return }
        // A deadband keeps an alert from flickering; it confirms nothing.
        let isLimit = rule.kind == .high || rule.kind == .low
        let says = isReading ? (isLimit ? rule.level(of: reading.value, current: 0) > 0 : target > 0) : nil
        let level = Level(rawValue: conditions[index].level)
        var confidence = 0.0
        if let level { confidence = model.confidence(certainty(of: index, level: level)) }
        // A device whose clock runs ahead must not make its evidence younger than its receipt.
        let moment = min(reading.observed, reading.received).microseconds
        indexing.tracks[track].note(isRaised: level != nil, says: says, weight: weight, confidence: confidence, moment: moment)
    }
}
