import Lifeline

/// One raised episode, for `bamai status`.
package struct ActiveEpisode: Equatable, Sendable {
    package var subject: String
    package var sensor: String
    package var rule: String
    package var level: Level
    /// The device's time of the onset.
    package var since: Timestamp
    package var event: BilingualText
    /// What `acknowledge` and `end` ask for.
    package var episode: String
    /// Why the platform has not been told of this level; nil: it has.
    package var withheld: WithholdReason?
    package var isAcknowledged: Bool
    package var isLatched: Bool
    package var isChattering: Bool
}

/// How many sensors speak.
package struct Presence: Equatable, Sendable {
    package var total = 0
    /// Heard within three of their intervals (or ever, where none is known).
    package var reporting = 0
    /// Heard before, but not for that long.
    package var silent = 0
    /// Never heard.
    package var never = 0
}

extension Diagnosis {
    /// The episodes that are raised now, the worst first.
    package func activeEpisodes() -> [ActiveEpisode] {
        var episodes: [ActiveEpisode] = []
        for (index, condition) in conditions.enumerated() {
            guard let level = Level(rawValue: condition.level) else { continue }
            let sensor = plan.sensors[Int(conditionSensor[index])]
            let rule = plan.rules[Int(conditionRule[index])]
            episodes.append(
                ActiveEpisode(
                    subject: plan.assets[sensor.asset].subject, sensor: sensor.id, rule: rule.id, level: level,
                    since: Timestamp(microseconds: condition.onsetObserved), event: rule.event, episode: episodeID(index),
                    withheld: WithholdReason(rawValue: condition.withheld), isAcknowledged: condition.marks.contains(.acknowledged),
                    isLatched: rule.latched, isChattering: condition.marks.contains(.chattering)))
        }
        return episodes.sorted { ($1.level, $0.since.microseconds, $0.sensor) < ($0.level, $1.since.microseconds, $1.sensor) }
    }

    /// Counts the sensors that speak, in listening time.
    package func presence() -> Presence {
        var presence = Presence()
        for (index, state) in sensors.enumerated() {
            // The gateway, its index, and what is reckoned, are no sensors that could be silent.
            if plan.sensors[index].derived != nil || indexing.assetOfSensor[index] >= 0
                || plan.assets[plan.sensors[index].asset].assetClass == .gateway
            {
                continue
            }
            presence.total += 1
            if state.lastObserved == .min {
                presence.never += 1
            } else if let interval = plan.sensors[index].interval,
                quiet(device: plan.sensors[index].device) > max(3 * interval, 60)
            {
                presence.silent += 1
            } else {
                presence.reporting += 1
            }
        }
        return presence
    }

    /// By device: heard within three of its shortest interval. False where it was never heard, or where no interval is known.
    package func reportingDevices(count: Int) -> [Bool] {
        var reporting = Array(repeating: false, count: count)
        for (index, state) in sensors.enumerated() where state.lastObserved != .min {
            let sensor = plan.sensors[index]
            guard let interval = sensor.interval, sensor.derived == nil, sensor.device < count else { continue }
            if quiet(device: sensor.device) <= max(3 * interval, 60) { reporting[sensor.device] = true }
        }
        return reporting
    }

    /// The newest value of a sensor; NaN before the first.
    package func lastValue(sensor: Int) -> Double { sensors[sensor].lastValue }

    /// Whether a retained message tells something new: it is a state, not an event, and comes again with every subscription.
    package func isNews(sensor: Int, observed: Timestamp, value: Double, flags: ReadingFlags) -> Bool {
        let state = sensors[sensor]
        if state.lastObserved == .min { return true }
        return flags.contains(.timeOfReceipt) ? value != state.lastValue : observed.microseconds > state.lastObserved
    }
}
