import Lifeline

extension Diagnosis {
    /// The sick-running index of an asset; nil where its class has none.
    ///
    /// - Parameters:
    ///   - asset: index into the plan's assets.
    ///   - now: nil: the newest time in the journal, so that a replay says the same.
    package func conditionIndex(asset: Int, now: Timestamp? = nil) -> ConditionIndex? {
        guard let model = plan.indexModel, model.class(plan.assets[asset].assetClass) != nil else { return nil }
        let now = now ?? clock.lastReceived
        return model.index(of: plan.assets[asset], evidence: liveEvidence(asset: asset, now: now), reds: liveReds(asset: asset), now: now)
    }

    /// The past values of an asset's index.
    package func indexHistory(asset: Int) -> IndexHistory { indexing.histories[asset] }

    /// The assets whose index is journalled once a day, with the sensors that it is journalled as.
    package var indexSensors: [(asset: Int, sensor: Int)] {
        indexing.assetOfSensor.enumerated().compactMap { $1 < 0 ? nil : (Int($1), $0) }
    }

    /// What an alert about this condition says of its asset; nothing where the alert is about a device.
    func indexSummary(asset: Int, rule: Rule, quantity: Quantity, now: Timestamp) -> IndexSummary? {
        guard isOfAsset(rule), !IndexQuantity.isOfDevice(quantity) else { return nil }
        return conditionIndex(asset: asset, now: now)?.summary
    }

    /// Rules about silence and sensor faults speak of devices, never of assets.
    private func isOfAsset(_ rule: Rule) -> Bool { rule.kind != .silent && rule.kind != .fault }

    /// The rules that are raised red on the asset now.
    private func liveReds(asset: Int) -> [String] {
        var ids: [String] = []
        for index in conditionsOfAsset[asset].map({ Int($0) }) where conditions[index].level == Level.red.rawValue {
            let rule = plan.rules[Int(conditionRule[index])]
            let quantity = plan.sensors[Int(conditionSensor[index])].quantity
            if isOfAsset(rule), !IndexQuantity.isOfDevice(quantity), !ids.contains(rule.id) { ids.append(rule.id) }
        }
        return ids
    }

    /// What the rules that count say of the asset: those of its class whether it has a sensor for them or not, those of every class where it has one.
    private func liveEvidence(asset: Int, now: Timestamp) -> [LiveEvidence] {
        let mute = muteSensors(of: asset)
        var found: [LiveEvidence] = []
        for (ruleIndex, rule) in plan.rules.enumerated() {
            guard let weight = rule.index, weight.weight > 0, rule.asset == nil || rule.asset == plan.assets[asset].id,
                rule.assetClass == nil || rule.assetClass == plan.assets[asset].assetClass
            else { continue }
            var evidence = LiveEvidence(rule: rule.id, origin: rule.origin, event: rule.event, weight: weight, isHeard: false)
            var isWatched = false
            for index in conditionsOfAsset[asset].map({ Int($0) }) where Int(conditionRule[index]) == ruleIndex {
                isWatched = true
                let sensor = Int(conditionSensor[index])
                if !mute.contains(sensor) && (rule.kind != .pulse || sensors[sensor].latest.map { !$0.isWarmingUp } ?? false) {
                    evidence.isHeard = true
                }
                evidence.take(indexing.tracks[Int(indexing.trackOfCondition[index])], now: now)
            }
            let isExpected = rule.assetClass != nil && rule.sensor == nil
            if isWatched || isExpected { found.append(evidence) }
        }
        return found
    }

    /// The asset's sensors that say nothing that can be relied on: never heard, silent for three of their intervals, or at fault.
    private func muteSensors(of asset: Int) -> Set<Int> {
        var mute: Set<Int> = []
        var silentDevices: Set<Int> = []
        for index in silenceConditions.map({ Int($0) }) where conditions[index].level > 0 {
            silentDevices.insert(plan.sensors[Int(conditionSensor[index])].device)
        }
        for index in conditionsOfAsset[asset].map({ Int($0) }) {
            let sensor = Int(conditionSensor[index])
            let settings = plan.sensors[sensor]
            let isOverdue = settings.interval.map { Double(clock.elapsed &- deviceHeard[settings.device]) / 1e6 > max(3 * $0, 60) } ?? false
            let isFaulty = plan.rules[Int(conditionRule[index])].kind == .fault && conditions[index].level > 0
            if sensors[sensor].lastObserved == .min || isOverdue || isFaulty || silentDevices.contains(settings.device) { mute.insert(sensor) }
        }
        return mute
    }
}

extension LiveEvidence {
    /// Takes what one condition has seen, where it is stronger at this moment than what is there.
    fileprivate mutating func take(_ track: EvidenceTrack, now: Timestamp) {
        let past: Timestamp? = track.pastConfidence > 0 ? Timestamp(microseconds: track.pastEnded) : nil
        for (confidence, ended) in [(track.isActive ? track.confidence : 0, nil), (track.pastConfidence, past)] as [(Double, Timestamp?)] {
            var other = self
            (other.confidence, other.ended) = (confidence, ended)
            if other.strength(now: now) > strength(now: now) { self = other }
        }
    }
}

// MARK: - Snapshot

extension Diagnosis {
    /// The part of a snapshot that is about the index, by names.
    func indexBlock() -> [UInt8] {
        var writer = ByteWriter(reserving: 1024)
        var tracks = ByteWriter()
        var count: UInt32 = 0
        for (index, track) in indexing.trackOfCondition.enumerated() where track >= 0 {
            let state = indexing.tracks[Int(track)]
            guard state != EvidenceTrack() else { continue }
            count += 1
            tracks.append(plan.sensors[Int(conditionSensor[index])].id)
            tracks.append(plan.rules[Int(conditionRule[index])].id)
            tracks.append(state.isActive)
            tracks.append(state.confidence)
            tracks.append(state.readings)
            tracks.append(state.pastConfidence)
            tracks.append(state.pastEnded)
        }
        writer.append(count)
        writer.append(tracks.bytes)
        let kept = indexing.histories.indices.filter { !indexing.histories[$0].entries.isEmpty }
        writer.append(UInt32(kept.count))
        for asset in kept {
            writer.append(plan.assets[asset].id)
            writer.append(UInt32(indexing.histories[asset].entries.count))
            for entry in indexing.histories[asset].entries {
                writer.append(entry.day)
                writer.append(entry.value)
            }
        }
        return writer.bytes
    }

    /// Takes the part of a snapshot over. Returns false where it cannot be read; nothing has changed then.
    mutating func takeIndexBlock(_ bytes: [UInt8]) -> Bool {
        var reader = ByteReader(bytes)
        guard let count = reader.integer(UInt32.self), let block = reader.block(), let kept = reader.integer(UInt32.self) else { return false }
        var tracks: [String: [String: EvidenceTrack]] = [:]
        var trackReader = ByteReader(block)
        for _ in 0..<count {
            guard let sensor = trackReader.text(), let rule = trackReader.text(), let track = EvidenceTrack(from: &trackReader) else { return false }
            tracks[sensor, default: [:]][rule] = track
        }
        var histories: [String: IndexHistory] = [:]
        for _ in 0..<kept {
            guard let asset = reader.text(), let points = reader.integer(UInt32.self) else { return false }
            var entries: [IndexHistory.Entry] = []
            for _ in 0..<points {
                guard let day = reader.integer(Int32.self), let value = reader.integer(UInt8.self) else { return false }
                entries.append(IndexHistory.Entry(day: day, value: value))
            }
            guard let history = IndexHistory(entries) else { return false }
            histories[asset] = history
        }
        for (index, track) in indexing.trackOfCondition.enumerated() where track >= 0 {
            let sensor = plan.sensors[Int(conditionSensor[index])].id
            if let state = tracks[sensor]?[plan.rules[Int(conditionRule[index])].id] { indexing.tracks[Int(track)] = state }
        }
        for (index, asset) in plan.assets.enumerated() {
            if let history = histories[asset.id] { indexing.histories[index] = history }
        }
        return true
    }
}

extension EvidenceTrack {
    fileprivate init?(from reader: inout ByteReader) {
        guard let isActive = reader.flag(), let confidence = reader.double(), let readings = reader.integer(UInt16.self),
            let pastConfidence = reader.double(), let pastEnded = reader.integer(Int64.self), (0...1).contains(confidence),
            (0...1).contains(pastConfidence)
        else { return nil }
        self.init(isActive: isActive, confidence: confidence, readings: readings, pastConfidence: pastConfidence, pastEnded: pastEnded)
    }
}
