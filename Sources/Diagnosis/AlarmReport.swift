import Lifeline

/// What a gateway says of its own alerts: how many, whose, and what is kept back.
package struct AlarmReport: Equatable, Sendable {
    /// One asset and rule, and how often they raised.
    package struct Point: Equatable, Sendable {
        package var asset: String
        package var rule: String
        package var count: Int
        /// *Range*: 0…1, of all raises.
        package var share: Double
    }

    /// Raises told in the last hour and the last day; `isComplete` is false where there were more than are remembered.
    package var lastHour = 0
    package var lastDay = 0
    package var isComplete = true
    /// Those that a flood held back in the last day.
    package var heldLastDay = 0
    /// The most raises in any ten minutes of the last day, told or held back by a flood.
    package var peakTenMinutes = 0
    package var acceptableADay = 0
    /// Of the last day's raises, by level, blue to red.
    package var byLevel = [0, 0, 0, 0]
    /// The ten points that raised most in the last day.
    package var worst: [Point] = []
    /// Told and standing longer than the policy's limit.
    package var stale: [ActiveEpisode] = []
    package var chattering: [ActiveEpisode] = []
    package var withheld: [ActiveEpisode] = []
    /// Shelves and maintenances by command, in the order of their decisions.
    package var shelves: [Decision] = []
    /// Windows of the site that are open now.
    package var windows: [MaintenanceWindow] = []
    /// Since the journal began: by reason, how often something was withheld, and how often that ended without a word.
    package var withheldCount: [UInt64] = [0, 0, 0, 0]
    package var unsaidCount: [UInt64] = [0, 0, 0, 0]
    package var chatterCount: UInt64 = 0
    /// What people have called false alarms, the newest report last.
    package var falseAlarms: [FalseAlarmReport] = []
}

extension Diagnosis {
    /// The most points, and the most episodes of one list, that a report names.
    static let pointLimit = 10

    /// The report on the alerts up to now. *Complexity*: the conditions of the plan, and the raises that are remembered.
    package func alarmReport(now: Timestamp) -> AlarmReport {
        Diagnosis.report(
            plan, gate, sensors: conditionSensor, rules: conditionRule, active: activeEpisodes(), now: now)
    }

    /// Apart from the state, whose type cannot be copied: Swift 6.0's compiler breaks on closures that borrow parts of it here.
    private static func report(
        _ plan: SitePlan, _ gate: AlarmGate, sensors conditionSensor: [Int32], rules conditionRule: [Int32], active: [ActiveEpisode], now: Timestamp
    ) -> AlarmReport {
        var report = AlarmReport()
        report.acceptableADay = plan.alarms.acceptableADay
        let day: Int64 = 86_400_000_000
        let entries = gate.log.entries
        let today = entries.filter { $0.received > now.microseconds - day && $0.received <= now.microseconds }
        report.isComplete = !(gate.log.isFull && today.count == entries.count)
        var counts: [SIMD2<Int>: Int] = [:]
        for entry in today {
            if entry.fate == .held {
                report.heldLastDay += 1
                continue
            }
            report.lastDay += 1
            if entry.received > now.microseconds - day / 24 { report.lastHour += 1 }
            if (1...4).contains(entry.level) { report.byLevel[Int(entry.level) - 1] += 1 }
            let asset = plan.sensors[Int(conditionSensor[Int(entry.condition)])].asset
            counts[SIMD2(asset, Int(conditionRule[Int(entry.condition)])), default: 0] += 1
        }
        report.peakTenMinutes = Diagnosis.peak(today.filter { $0.fate != .released }.map(\.listening), within: 600_000_000)
        let ordered = counts.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
        report.worst = ordered.prefix(Diagnosis.pointLimit).map { key, count in
            AlarmReport.Point(
                asset: plan.assets[key[0]].id, rule: plan.rules[key[1]].id, count: count, share: Double(count) / Double(max(1, report.lastDay)))
        }
        let horizon = now.advanced(byMicroseconds: -Int64(plan.alarms.staleAfter * 1e6))
        report.stale = active.filter { $0.since < horizon && $0.withheld == nil }
        report.chattering = active.filter(\.isChattering)
        report.withheld = active.filter { $0.withheld != nil }
        report.shelves = gate.shelves.map(\.decision)
        report.windows = plan.maintenance.filter { $0.contains(now, utcOffsetSeconds: plan.utcOffsetSeconds) }
        report.withheldCount = gate.withheldCount
        report.unsaidCount = gate.unsaidCount
        report.chatterCount = gate.chatterCount
        report.falseAlarms = gate.falseAlarms.map { $0.report(plan) }
        return report
    }

    /// The most of ascending moments that lie within any window of a width.
    private static func peak(_ moments: [Int64], within width: Int64) -> Int {
        var (first, most) = (0, 0)
        for last in moments.indices {
            while moments[last] - moments[first] >= width { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }
}
