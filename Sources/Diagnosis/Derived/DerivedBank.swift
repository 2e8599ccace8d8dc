import Lifeline

/// All derived quantities of a plan, and which readings feed them.
///
/// *Memory*: fixed after `init`. *Complexity*: a reading costs what its own features cost; most sensors feed none.
struct DerivedBank: Sendable {
    /// One place where a sensor's readings go.
    struct Feed: Sendable {
        /// Index into the features.
        var feature: Int32
        var isCompanion: Bool
    }

    private(set) var features: [any DerivedFeature] = []
    /// For each feature, the sensor that its values belong to.
    private(set) var targets: [Int] = []
    /// For each sensor of the plan. Companions come first: what they say counts for a source of the same message, and moment.
    private(set) var feeds: [[Feed]]
    /// For each sensor, the feature that makes its values, or −1.
    private let makers: [Int32]
    private let offset: Double

    init(plan: SitePlan) {
        feeds = Array(repeating: [], count: plan.sensors.count)
        offset = Double(plan.utcOffsetSeconds)
        var makers = [Int32](repeating: -1, count: plan.sensors.count)
        for (index, sensor) in plan.sensors.enumerated() {
            guard let derived = sensor.derived else { continue }
            let number = Int32(features.count)
            features.append(plan.derivations[derived.derivation].feature(interval: plan.sensors[derived.source].interval))
            targets.append(index)
            makers[index] = number
            feeds[derived.source].append(Feed(feature: number, isCompanion: false))
            if let companion = derived.companion { feeds[companion].append(Feed(feature: number, isCompanion: true)) }
        }
        self.makers = makers
    }

    /// Takes a reading to one of its features; a value where one is due.
    mutating func take(_ feed: Feed, _ value: Double, observed: Timestamp) -> Double? {
        let local = observed.secondsSinceEpoch + offset
        if feed.isCompanion {
            features[Int(feed.feature)].takeCompanion(value, at: local)
            return nil
        }
        return features[Int(feed.feature)].take(value, at: local)
    }

    /// The state of the feature whose values belong to a sensor; empty where there is none.
    func snapshot(sensor: Int) -> [UInt8] {
        guard makers[sensor] >= 0 else { return [] }
        var writer = ByteWriter()
        features[Int(makers[sensor])].write(to: &writer)
        return writer.bytes
    }

    /// Takes a state over; false, and as before, where it does not fit.
    mutating func restore(sensor: Int, from bytes: [UInt8]) -> Bool {
        guard makers[sensor] >= 0 else { return bytes.isEmpty }
        let index = Int(makers[sensor])
        let before = features[index]
        var reader = ByteReader(bytes)
        if features[index].read(from: &reader) && reader.remaining == 0 { return true }
        features[index] = before
        return false
    }
}
