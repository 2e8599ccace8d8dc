import Lifeline
import Pulse

/// What became of a snapshot.
package enum RestoreOutcome: Equatable, Sendable {
    /// Everything goes on where it stopped.
    case complete
    /// The site has changed: the sensors that it still has go on, the others start anew.
    case partial(restored: Int, of: Int)
    /// Nothing was taken over, and why; every detector warms up again.
    case refused(String)
}

extension Diagnosis {
    private static let magic: UInt32 = 0x4947_4442  // "BDGI"
    /// 5: stretches of the day, the worst value, the first and last message of an episode; derived quantities, baselines and confirmations; live evidence
    /// and the history of the index; what the platform was told.
    private static let version: UInt32 = 5

    /// *Units*: bytes that a snapshot has at least. *Complexity*: constant.
    package var leastSnapshotBytes: Int { pulse.snapshotByteCount }

    /// *Units*: bytes that a snapshot hardly ever exceeds: grown by doubling, it would take two to three times its size for a moment.
    private var usualSnapshotBytes: Int {
        let ofSensors = sensors.count * (24 * Evidence.windowLimit + 256)
        return leastSnapshotBytes + ofSensors + conditions.count * (MemoryLayout<Condition>.size + 64)
    }

    /// The exact state after the entry `sequence`, by sensor and rule *names*, so that it survives a change of the site.
    package func snapshot() -> [UInt8] {
        var writer = ByteWriter(reserving: usualSnapshotBytes)
        writer.append(Diagnosis.magic)
        writer.append(Diagnosis.version)
        writer.append(sequence)
        writer.append(alertCount)
        writer.append(readingCount)
        writer.append(clock.elapsed)
        writer.append(clock.lastReceived.microseconds)
        writer.append(lastSilenceScan)
        writer.append(UInt32(plan.devices.count))
        for (index, device) in plan.devices.enumerated() {
            writer.append(device.id)
            writer.append(deviceHeard[index])
        }
        writer.append(UInt32(sensors.count))
        for index in sensors.indices { writer.append(sensorBlock(index)) }
        writer.append(indexBlock())
        writer.append(gateBlock())
        return writer.bytes
    }

    private func sensorBlock(_ index: Int) -> [UInt8] {
        let state = sensors[index]
        var writer = ByteWriter(reserving: 2048)
        writer.append(plan.sensors[index].id)
        writer.append(state.lastObserved)
        writer.append(state.lastValue)
        windows.write(sensor: index, to: &writer)
        for verdict in [state.latest, state.spoken] {
            writer.append(verdict != nil)
            if let verdict { verdict.write(to: &writer) }
        }
        writer.append(state.slot >= 0 ? pulse.snapshotSeries(Int(state.slot)) : [])
        writer.append(derived.snapshot(sensor: index))
        writer.append(UInt32(state.endCondition - state.firstCondition))
        for position in Int(state.firstCondition)..<Int(state.endCondition) {
            writer.append(plan.rules[Int(conditionRule[position])].id)
            conditions[position].write(to: &writer)
            var learned = ByteWriter()
            baselines[Int32(position)]?.write(to: &learned)
            writer.append(learned.bytes)
        }
        return writer.bytes
    }

    /// Takes a snapshot over. Refused, the diagnosis is as new.
    ///
    /// Precondition: nothing has been judged yet.
    package mutating func restore(from bytes: [UInt8]) -> RestoreOutcome {
        var reader = ByteReader(bytes)
        guard let magic = reader.integer(UInt32.self), magic == Diagnosis.magic else { return .refused("not a snapshot") }
        guard let version = reader.integer(UInt32.self) else { return .refused("truncated") }
        guard version == Diagnosis.version else { return .refused("snapshot version \(version), this program writes \(Diagnosis.version)") }
        guard let sequence = reader.integer(UInt64.self), let alerts = reader.integer(UInt64.self), let readings = reader.integer(UInt64.self),
            let elapsed = reader.integer(Int64.self), let lastReceived = reader.integer(Int64.self), let scan = reader.integer(Int64.self),
            let devices = reader.integer(UInt32.self)
        else { return .refused("truncated") }
        var heard: [String: Int64] = [:]
        for _ in 0..<devices {
            guard let id = reader.text(), let moment = reader.integer(Int64.self) else { return .refused("truncated") }
            heard[id] = moment
        }
        guard let count = reader.integer(UInt32.self) else { return .refused("truncated") }
        var blocks: [SensorBlock] = []
        for _ in 0..<count {
            guard let bytes = reader.block(), let block = SensorBlock(bytes) else { return .refused("truncated") }
            blocks.append(block)
        }
        guard let index = reader.block(), takeIndexBlock(index) else { return .refused("truncated") }
        guard let bytes = reader.block(), let gate = GateBlock(bytes) else { return .refused("truncated") }
        return take(blocks, heard: heard, gate: gate, header: (sequence, alerts, readings, elapsed, lastReceived, scan))
    }

    private mutating func take(
        _ blocks: [SensorBlock], heard: [String: Int64], gate block: GateBlock, header: (UInt64, UInt64, UInt64, Int64, Int64, Int64)
    ) -> RestoreOutcome {
        var indices: [String: Int] = [:]
        for (index, sensor) in plan.sensors.enumerated() { indices[sensor.id] = index }
        (sequence, alertCount, readingCount) = (header.0, header.1, header.2)
        clock = ListeningClock(elapsed: header.3, lastReceived: Timestamp(microseconds: header.4))
        lastSilenceScan = header.5
        takeBrokers(block)
        for (index, device) in plan.devices.enumerated() { deviceHeard[index] = heard[device.id] ?? brokers[device.broker].connected }
        var restored = 0
        var isExact = blocks.count == plan.sensors.count
        for block in blocks {
            guard let index = indices[block.id] else {
                isExact = false
                continue
            }
            if take(block, as: index) { restored += 1 } else { isExact = false }
        }
        holding = conditions.indices.filter { conditions[$0].isHolding }.map { Int32($0) }
        takeGate(block)
        for block in blocks { gate.removed += removedEpisodes(block.id, block.conditions) }
        return isExact ? .complete : .partial(restored: restored, of: plan.sensors.count)
    }

    /// Whether everything of the block found its place.
    private mutating func take(_ block: SensorBlock, as index: Int) -> Bool {
        var isWhole = true
        sensors[index].lastObserved = block.lastObserved
        sensors[index].lastValue = block.lastValue
        (sensors[index].latest, sensors[index].spoken) = (block.latest, block.spoken)
        windows.replace(sensor: index, with: block.windows)
        let slot = sensors[index].slot
        if slot >= 0 {
            do throws(SnapshotError) {
                try pulse.restoreSeries(Int(slot), from: block.pulse)
            } catch {
                isWhole = false
            }
        } else if !block.pulse.isEmpty {
            isWhole = false
        }
        if !derived.restore(sensor: index, from: block.derived) { isWhole = false }
        for position in Int(sensors[index].firstCondition)..<Int(sensors[index].endCondition) {
            let rule = plan.rules[Int(conditionRule[position])]
            if let condition = block.conditions[rule.id] { conditions[position] = condition } else { isWhole = false }
            guard let baseline = rule.baseline else { continue }
            var learned = ByteReader(block.learned[rule.id] ?? [])
            if let state = BaselineState(from: &learned, baseline) { baselines[Int32(position)] = state } else { isWhole = false }
        }
        return isWhole
    }
}

/// One sensor's part of a snapshot.
private struct SensorBlock {
    var id: String
    var lastObserved: Int64
    var lastValue: Double
    var windows: EvidenceWindows.Kept
    var latest: Verdict?
    var spoken: Verdict?
    var pulse: [UInt8]
    var derived: [UInt8]
    /// What rules of kind `baseline` have learned, by rule.
    var learned: [String: [UInt8]] = [:]
    var conditions: [String: Condition] = [:]

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let id = reader.text(), let observed = reader.integer(Int64.self), let value = reader.double(),
            let windows = EvidenceWindows.read(from: &reader)
        else { return nil }
        self.id = id
        lastObserved = observed
        lastValue = value
        self.windows = windows
        guard let hasLatest = reader.flag() else { return nil }
        if hasLatest {
            guard let verdict = Verdict(from: &reader) else { return nil }
            latest = verdict
        }
        guard let hasSpoken = reader.flag() else { return nil }
        if hasSpoken {
            guard let verdict = Verdict(from: &reader) else { return nil }
            spoken = verdict
        }
        guard let pulse = reader.block(), let derived = reader.block(), let count = reader.integer(UInt32.self) else { return nil }
        self.pulse = pulse
        self.derived = derived
        for _ in 0..<count {
            guard let rule = reader.text(), let condition = Condition(from: &reader), let learned = reader.block() else { return nil }
            conditions[rule] = condition
            if !learned.isEmpty { self.learned[rule] = learned }
        }
    }
}

extension Condition {
    func write(to writer: inout ByteWriter) {
        for small in [level, held, latch, worst, support, announced, marks.rawValue, withheld] { writer.append(small) }
        for number in [heldSinceListening, heldSinceObserved, onsetObserved] { writer.append(number) }
        for number in [heldSequence, onsetSequence] { writer.append(number) }
        for number in [worstValue, worstExcess] { writer.append(number) }
        for message in [first, last] {
            writer.append(message.cause)
            writer.append(message.tag)
            writer.append(message.recorded)
        }
    }

    init?(from reader: inout ByteReader) {
        guard let level = reader.integer(UInt8.self), let held = reader.integer(UInt8.self), let latch = reader.integer(UInt8.self),
            let worst = reader.integer(UInt8.self), let support = reader.integer(UInt8.self),
            let announced = reader.integer(UInt8.self), let marks = reader.integer(UInt8.self), let withheld = reader.integer(UInt8.self),
            let listening = reader.integer(Int64.self),
            let observed = reader.integer(Int64.self),
            let onset = reader.integer(Int64.self), let heldSequence = reader.integer(UInt64.self), let onsetSequence = reader.integer(UInt64.self),
            let worstValue = reader.double(), let worstExcess = reader.double(), let first = MessageMark(from: &reader),
            let last = MessageMark(from: &reader), level <= 4, held <= 4, latch & ~8 <= 4, worst <= 4, announced <= 4, withheld <= 4
        else { return nil }
        self.init(
            level: level, held: held, latch: latch, heldSinceListening: listening, heldSinceObserved: observed, heldSequence: heldSequence,
            onsetObserved: onset, onsetSequence: onsetSequence, worst: worst, worstValue: worstValue, worstExcess: worstExcess, first: first,
            last: last, support: support, announced: announced, marks: Marks(rawValue: marks), withheld: withheld)
    }
}

extension MessageMark {
    init?(from reader: inout ByteReader) {
        guard let cause = reader.integer(UInt64.self), let tag = reader.integer(UInt32.self), let recorded = reader.integer(Int64.self) else {
            return nil
        }
        self.init(cause: cause, tag: tag, recorded: recorded)
    }
}

extension Verdict {
    func write(to writer: inout ByteWriter) {
        writer.append(score.bitPattern)
        writer.append(rawScore.bitPattern)
        let flags: UInt8 = (isWarmingUp ? 1 : 0) | (isOutside ? 2 : 0) | (isDrifting ? 4 : 0)
        for small in [feature.rawValue, suspicion.rawValue, flags] { writer.append(small) }
        for number in [expected, low, high, seen, since] { writer.append(number) }
    }

    init?(from reader: inout ByteReader) {
        guard let score = reader.integer(UInt32.self), let rawScore = reader.integer(UInt32.self), let feature = reader.integer(UInt8.self),
            let suspicion = reader.integer(UInt8.self), let flags = reader.integer(UInt8.self), let expected = reader.double(),
            let low = reader.double(), let high = reader.double(), let seen = reader.double(), let since = reader.double()
        else { return nil }
        self.init(
            score: Float(bitPattern: score), rawScore: Float(bitPattern: rawScore), feature: Feature(rawValue: feature) ?? .none,
            suspicion: Suspicion(rawValue: suspicion) ?? .none, isWarmingUp: flags & 1 == 1, isOutside: flags & 2 == 2, isDrifting: flags & 4 == 4,
            expected: expected,
            low: low,
            high: high, seen: seen, since: since)
    }
}
