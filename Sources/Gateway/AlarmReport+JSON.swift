import Diagnosis
import Lifeline

extension AlarmReport {
    /// The report as the value of a key, for `bamai alarms` and `bamai status --json`.
    ///
    /// *Source*: the figures are those that EEMUA 191 and ISA-18.2 ask of an alarm system.
    func write(to json: inout JSONWriter, utcOffsetSeconds: Int) {
        json.beginObject()
        json.member("last_hour", lastHour)
        json.member("last_day", lastDay)
        json.member("complete", isComplete)
        json.member("held_by_flood_last_day", heldLastDay)
        json.member("peak_10_min", peakTenMinutes)
        json.member("acceptable_a_day", acceptableADay)
        json.key("levels")
        json.beginObject()
        for level in Level.allCases.reversed() { json.member(level.name, byLevel[Int(level.rawValue) - 1]) }
        json.endObject()
        json.key("worst")
        json.beginArray()
        for point in worst {
            json.beginObject()
            json.member("asset", point.asset)
            json.member("rule", point.rule)
            json.member("count", point.count)
            json.key("share")
            json.rounded((point.share * 1000).rounded() / 1000)
            json.endObject()
        }
        json.endArray()
        for (name, episodes) in [("stale", stale), ("chattering", chattering), ("withheld", withheld)] {
            list(name, episodes, &json, utcOffsetSeconds)
        }
        json.key("shelves")
        json.beginArray()
        for shelf in shelves { shelf.write(to: &json, utcOffsetSeconds: utcOffsetSeconds) }
        json.endArray()
        json.member("maintenance_windows_open", windows.count)
        json.key("false_alarms")
        json.beginArray()
        for point in falseAlarms { falseAlarm(point, &json, utcOffsetSeconds) }
        json.endArray()
        json.key("reasons")
        json.beginObject()
        for reason in WithholdReason.allCases {
            json.key(reason.name)
            json.beginObject()
            json.member("withheld", withheldCount[Int(reason.rawValue) - 1])
            json.member("ended_untold", unsaidCount[Int(reason.rawValue) - 1])
            json.endObject()
        }
        json.endObject()
        json.member("chattered", chatterCount)
        json.endObject()
    }

    private func falseAlarm(_ point: FalseAlarmReport, _ json: inout JSONWriter, _ utcOffsetSeconds: Int) {
        json.beginObject()
        for (name, text) in [("asset", point.asset), ("rule", point.rule), ("sensor", point.sensor)] where !text.isEmpty { json.member(name, text) }
        json.member("count", point.count)
        json.member("last", CivilTime.rfc3339(point.last, offsetSeconds: utcOffsetSeconds))
        json.member("by", point.by)
        json.member("reason", point.reason)
        json.key("suggestion")
        json.beginObject()
        switch point.suggestion {
        case .shelve: json.member("act", "shelve")
        case .limit(let beyond, let unit, let direction):
            json.member("act", "limit")
            json.member("direction", direction)
            json.key("beyond")
            json.rounded(beyond)
            json.member("unit", unit)
        }
        json.endObject()
        json.endObject()
    }

    /// The most episodes that a list names; `count` says how many there are.
    static let listLimit = 50

    private func list(_ name: String, _ episodes: [ActiveEpisode], _ json: inout JSONWriter, _ utcOffsetSeconds: Int) {
        json.key(name)
        json.beginObject()
        json.member("count", episodes.count)
        json.key("episodes")
        json.beginArray()
        for episode in episodes.prefix(AlarmReport.listLimit) {
            json.beginObject()
            json.member("subject", episode.subject)
            json.member("rule", episode.rule)
            json.member("level", episode.level.name)
            json.member("since", CivilTime.rfc3339(episode.since, offsetSeconds: utcOffsetSeconds))
            if let reason = episode.withheld { json.member("reason", reason.name) }
            json.member("episode", episode.episode)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
