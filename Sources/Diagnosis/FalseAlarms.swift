import Lifeline

/// What people have reported as false alarms, by sensor and rule: shown with a suggestion, and never acted on by the gateway itself.
struct FalseAlarmPoint: Equatable {
    var asset: String
    var rule: String
    /// Empty where the report named none.
    var sensor: String
    var count = 0
    /// The least and the most of the worst values of those episodes, where they were known.
    var least = Double.infinity
    var most = -Double.infinity
    /// *Units*: microseconds since 1970, when the last was reported, with who and why.
    var last: Int64 = 0
    var by = ""
    var reason = ""
}

extension AlarmGate {
    /// The most points that are remembered: beyond them the one that was reported on longest ago goes.
    static let falseAlarmLimit = 64

    mutating func note(falseAlarm decision: Decision) {
        guard !decision.asset.isEmpty, !decision.rule.isEmpty else { return }
        let known = falseAlarms.firstIndex { ($0.asset, $0.rule, $0.sensor) == (decision.asset, decision.rule, decision.sensor) }
        var point = known.map { falseAlarms.remove(at: $0) } ?? FalseAlarmPoint(asset: decision.asset, rule: decision.rule, sensor: decision.sensor)
        point.count += 1
        if let value = decision.value, value.isFinite {
            point.least = min(point.least, value)
            point.most = max(point.most, value)
        }
        (point.last, point.by, point.reason) = (decision.made.microseconds, decision.by, decision.reason)
        if falseAlarms.count >= AlarmGate.falseAlarmLimit { falseAlarms.removeFirst() }
        falseAlarms.append(point)
    }
}

/// A point that people have called a false alarm, and what they might do about it.
package struct FalseAlarmReport: Equatable, Sendable {
    /// What is suggested. The gateway does neither by itself.
    package enum Suggestion: Equatable, Sendable {
        /// A limit beyond the values of those episodes, in the quantity's unit.
        case limit(beyond: Double, unit: String, direction: String)
        /// To put it aside for a time.
        case shelve
    }

    package var asset: String
    package var rule: String
    package var sensor: String
    package var count: Int
    package var last: Timestamp
    package var by: String
    package var reason: String
    package var suggestion: Suggestion
}

extension FalseAlarmPoint {
    /// With a suggestion: of a fixed limit, one beyond what was no danger; of everything else, a shelf.
    func report(_ plan: SitePlan) -> FalseAlarmReport {
        var suggestion = FalseAlarmReport.Suggestion.shelve
        let unit = plan.sensors.first { $0.id == sensor }?.quantity.unit.symbol ?? ""
        switch plan.rules.first(where: { $0.id == rule })?.kind {
        case .high where most.isFinite: suggestion = .limit(beyond: most, unit: unit, direction: "above")
        case .low where least.isFinite: suggestion = .limit(beyond: least, unit: unit, direction: "below")
        default: break
        }
        return FalseAlarmReport(
            asset: asset, rule: rule, sensor: sensor, count: count, last: Timestamp(microseconds: last), by: by, reason: reason,
            suggestion: suggestion)
    }

    func write(to writer: inout ByteWriter) {
        for text in [asset, rule, sensor, by, reason] { writer.append(text) }
        writer.append(Int64(count))
        writer.append(least)
        writer.append(most)
        writer.append(last)
    }

    init?(from reader: inout ByteReader) {
        guard let asset = reader.text(), let rule = reader.text(), let sensor = reader.text(), let by = reader.text(), let reason = reader.text(),
            let count = reader.integer(Int64.self), let least = reader.double(), let most = reader.double(), let last = reader.integer(Int64.self)
        else { return nil }
        self.init(
            asset: asset, rule: rule, sensor: sensor, count: Int(clamping: count), least: least, most: most, last: last, by: by, reason: reason)
    }
}
