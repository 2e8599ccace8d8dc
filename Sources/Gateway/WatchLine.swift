import Diagnosis
import Journal
import Lifeline

/// The lines that a watcher at the control socket gets.
enum WatchLine {
    static func reading(_ plan: SitePlan, _ sensor: Int, _ reading: Reading, _ judgement: Judgement) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("type", "reading")
        json.member("sensor", plan.sensors[sensor].id)
        json.member("value", reading.value)
        json.member("unit", plan.sensors[sensor].quantity.unit.symbol)
        json.member("observed", CivilTime.rfc3339(reading.observed, offsetSeconds: plan.utcOffsetSeconds))
        if let verdict = judgement.verdict {
            json.member("score", Double(verdict.score))
            json.key("low")
            json.rounded(verdict.low)
            json.key("high")
            json.rounded(verdict.high)
            json.key("expected")
            json.rounded(verdict.expected)
            json.member("warming", verdict.isWarmingUp)
            json.member("outside", verdict.isOutside)
        }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    static func alert(_ record: AlertRecord) -> [UInt8] {
        var json = JSONWriter(reserving: record.body.count + 64)
        json.beginObject()
        json.member("type", "alert")
        json.key("alert")
        json.raw(record.body)
        json.endObject()
        json.endLine()
        return json.bytes
    }
}
