import Lifeline

/// The gate's part of a snapshot: by names, like the rest, so that it survives a change of the site.
struct GateBlock {
    /// A condition by its sensor's and its rule's id.
    struct Name: Hashable {
        var sensor: String
        var rule: String
    }

    struct LogEntry {
        var name: Int
        var entry: RaiseLog.Entry
    }

    var brokers: [(id: String, clock: BrokerClock)] = []
    var shelves: [AlarmGate.Shelf] = []
    var repeats: [(name: Name, due: Int64, said: Int)] = []
    var names: [Name] = []
    var log: [LogEntry] = []
    var counts: [UInt64] = []
    var looks: [Int64] = []
    var removed: [RemovedEpisode] = []
    var falseAlarms: [FalseAlarmPoint] = []

    /// More than any snapshot of this program has; a larger number is damage.
    private static let countLimit: UInt32 = 1 << 20

    init() {}

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let brokers = reader.count(GateBlock.countLimit) else { return nil }
        for _ in 0..<brokers {
            guard let id = reader.text(), let connected = reader.integer(Int64.self), let isDown = reader.flag() else { return nil }
            self.brokers.append((id, BrokerClock(connected: connected, isDown: isDown)))
        }
        guard let shelves = reader.count(UInt32(AlarmGate.shelfLimit)) else { return nil }
        for _ in 0..<shelves {
            guard let bytes = reader.block(), let ends = reader.integer(Int64.self) else { return nil }
            if let decision = Decision(bytes: bytes) { self.shelves.append(AlarmGate.Shelf(decision: decision, endsListening: ends)) }
        }
        guard let repeats = reader.count(GateBlock.countLimit) else { return nil }
        for _ in 0..<repeats {
            guard let name = Name(from: &reader), let due = reader.integer(Int64.self), let said = reader.integer(Int64.self) else { return nil }
            self.repeats.append((name, due, Int(clamping: said)))
        }
        guard let names = reader.count(GateBlock.countLimit) else { return nil }
        for _ in 0..<names {
            guard let name = Name(from: &reader) else { return nil }
            self.names.append(name)
        }
        guard let entries = reader.count(UInt32(RaiseLog.depth)) else { return nil }
        for _ in 0..<entries {
            guard let name = reader.integer(UInt32.self), name < names, let received = reader.integer(Int64.self),
                let listening = reader.integer(Int64.self), let level = reader.integer(UInt8.self), let raw = reader.integer(UInt8.self),
                let fate = RaiseLog.Fate(rawValue: raw)
            else { return nil }
            log.append(
                LogEntry(
                    name: Int(name),
                    entry: RaiseLog.Entry(received: received, listening: listening, condition: 0, level: level, fate: fate)))
        }
        for _ in 0..<9 {
            guard let count = reader.integer(UInt64.self) else { return nil }
            counts.append(count)
        }
        for _ in 0..<3 {
            guard let look = reader.integer(Int64.self) else { return nil }
            looks.append(look)
        }
        guard let removed = reader.count(GateBlock.countLimit) else { return nil }
        for _ in 0..<removed {
            guard let name = Name(from: &reader), let level = reader.integer(UInt8.self), let onset = reader.integer(Int64.self),
                let sequence = reader.integer(UInt64.self)
            else { return nil }
            self.removed.append(
                RemovedEpisode(sensor: name.sensor, rule: name.rule, level: level, onsetObserved: onset, onsetSequence: sequence))
        }
        // A snapshot of before there were any ends here.
        guard reader.remaining > 0 else { return }
        guard let points = reader.count(UInt32(AlarmGate.falseAlarmLimit)) else { return nil }
        for _ in 0..<points {
            guard let point = FalseAlarmPoint(from: &reader) else { return nil }
            falseAlarms.append(point)
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 512 + log.count * 24 + names.count * 32)
        writer.append(UInt32(brokers.count))
        for (id, clock) in brokers {
            writer.append(id)
            writer.append(clock.connected)
            writer.append(clock.isDown)
        }
        writer.append(UInt32(shelves.count))
        for shelf in shelves {
            writer.append(shelf.decision.bytes)
            writer.append(shelf.endsListening)
        }
        writer.append(UInt32(repeats.count))
        for (name, due, said) in repeats {
            name.write(to: &writer)
            writer.append(due)
            writer.append(Int64(said))
        }
        writer.append(UInt32(names.count))
        for name in names { name.write(to: &writer) }
        writer.append(UInt32(log.count))
        for item in log {
            writer.append(UInt32(item.name))
            writer.append(item.entry.received)
            writer.append(item.entry.listening)
            writer.append(item.entry.level)
            writer.append(item.entry.fate.rawValue)
        }
        for count in counts { writer.append(count) }
        for look in looks { writer.append(look) }
        writer.append(UInt32(removed.count))
        for episode in removed {
            Name(sensor: episode.sensor, rule: episode.rule).write(to: &writer)
            writer.append(episode.level)
            writer.append(episode.onsetObserved)
            writer.append(episode.onsetSequence)
        }
        writer.append(UInt32(falseAlarms.count))
        for point in falseAlarms { point.write(to: &writer) }
        return writer.bytes
    }
}

extension GateBlock.Name {
    func write(to writer: inout ByteWriter) {
        writer.append(sensor)
        writer.append(rule)
    }

    init?(from reader: inout ByteReader) {
        guard let sensor = reader.text(), let rule = reader.text() else { return nil }
        self.init(sensor: sensor, rule: rule)
    }
}

extension ByteReader {
    /// A number of things that follow; nil where it is beyond `limit`.
    fileprivate mutating func count(_ limit: UInt32) -> UInt32? { integer(UInt32.self).flatMap { $0 <= limit ? $0 : nil } }
}

extension Diagnosis {
    private func name(_ condition: Int32) -> GateBlock.Name {
        GateBlock.Name(sensor: plan.sensors[Int(conditionSensor[Int(condition)])].id, rule: plan.rules[Int(conditionRule[Int(condition)])].id)
    }

    private func brokerName(_ index: Int) -> String { index < plan.brokers.count ? plan.brokers[index] : "#\(index)" }

    func gateBlock() -> [UInt8] {
        var block = GateBlock()
        block.brokers = brokers.enumerated().map { (brokerName($0.offset), $0.element) }
        block.shelves = gate.shelves
        block.repeats = gate.repeats.map { (name($0.condition), $0.due, $0.said) }
        var places: [Int32: Int] = [:]
        for entry in gate.log.entries {
            if places[entry.condition] == nil {
                places[entry.condition] = block.names.count
                block.names.append(name(entry.condition))
            }
            block.log.append(GateBlock.LogEntry(name: places[entry.condition] ?? 0, entry: entry))
        }
        block.counts = gate.withheldCount + gate.unsaidCount + [gate.chatterCount]
        block.removed = gate.removed
        block.falseAlarms = gate.falseAlarms
        block.looks = [gate.lastLook, gate.lastRelease, gate.lastFloodUpdate]
        return block.bytes
    }

    /// A broker that the snapshot does not know begins like one that has always been connected.
    mutating func takeBrokers(_ block: GateBlock) {
        let known = Dictionary(block.brokers.map { ($0.id, $0.clock) }) { first, _ in first }
        for index in brokers.indices { brokers[index] = known[brokerName(index)] ?? BrokerClock(connected: clock.elapsed) }
    }

    /// What is about sensors and rules that the site no longer has is left out.
    ///
    /// Precondition: conditions and clock are restored.
    mutating func takeGate(_ block: GateBlock) {
        var places: [GateBlock.Name: Int32] = [:]
        for index in conditions.indices { places[name(Int32(index))] = Int32(index) }
        gate = AlarmGate()
        gate.shelves = block.shelves
        gate.removed = block.removed
        gate.falseAlarms = block.falseAlarms
        gate.withheld = conditions.indices.filter { conditions[$0].withheld > 0 }.map { Int32($0) }
        for item in block.repeats {
            guard let place = places[item.name] else { continue }
            gate.beginRepeat(place, due: item.due)
            if let entry = gate.repeats.firstIndex(where: { $0.condition == place }) { gate.repeats[entry].said = item.said }
        }
        for item in block.log {
            guard let place = places[block.names[item.name]] else { continue }
            var entry = item.entry
            entry.condition = place
            gate.log.append(entry)
        }
        gate.withheldCount = Array(block.counts[0..<4])
        gate.unsaidCount = Array(block.counts[4..<8])
        gate.chatterCount = block.counts[8]
        (gate.lastLook, gate.lastRelease, gate.lastFloodUpdate) = (block.looks[0], block.looks[1], block.looks[2])
    }
}
