extension Alert {
    /// The alert on the wire: a CloudEvents 1.0 structured document whose `data` speaks CAP 1.2.
    ///
    /// *Source*: CloudEvents 1.0.2 JSON format with the sequence, recorded time, correlation and severity extensions; OASIS CAP 1.2 section 3.2. A gateway
    /// never warns the public: `scope` is always `Restricted`. The same alert gives the same bytes, always.
    package func cloudEvent(utcOffsetSeconds: Int) -> [UInt8] {
        let sent = CivilTime.rfc3339(recorded, offsetSeconds: utcOffsetSeconds)
        let onsetText = CivilTime.rfc3339(onset, offsetSeconds: utcOffsetSeconds)
        let paddedSequence = Alert.padded(sequence)
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai.alert." + kind.rawValue)
        json.member("subject", asset.subject)
        json.member("time", CivilTime.rfc3339(occurred, offsetSeconds: utcOffsetSeconds))
        json.member("datacontenttype", "application/json")
        json.member("recordedtime", sent)
        json.member("sequence", paddedSequence)
        json.member("correlationid", episode)
        json.member("severitytext", level.name.uppercased())
        json.member("severitynumber", level.severityNumber)
        json.key("data")
        json.beginObject()
        json.member("identifier", id)
        json.member("sender", gateway + ".bamai")
        json.member("sent", sent)
        json.member("status", "Actual")
        json.member("msgType", kind == .raised ? "Alert" : "Update")
        json.member("scope", "Restricted")
        json.member("restriction", "City lifeline duty officers")
        json.member("incidents", episode)
        json.key("info")
        json.beginArray()
        info(&json, language: "zh-CN", chinese: true, onset: onsetText)
        info(&json, language: "en-GB", chinese: false, onset: onsetText)
        json.endArray()
        json.key("bamai")
        details(&json, utcOffsetSeconds: utcOffsetSeconds)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// Nine digits, so that texts sort as numbers do; longer numbers are not cut.
    package static func padded(_ sequence: Sequence64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
    }

    private func info(_ json: inout JSONWriter, language: String, chinese: Bool, onset: String) {
        json.beginObject()
        json.member("language", language)
        json.key("category")
        json.beginArray()
        json.value(rule.category)
        json.endArray()
        json.member("event", chinese ? rule.event.chinese : rule.event.english)
        json.key("responseType")
        json.beginArray()
        json.value(kind == .cleared ? "AllClear" : level >= .orange ? "Execute" : "Assess")
        json.endArray()
        json.member("urgency", urgency)
        json.member("severity", level.capSeverity)
        json.member("certainty", certainty.rawValue)
        json.member("onset", onset)
        json.member("headline", chinese ? sentence.chinese : sentence.english)
        json.member("instruction", chinese ? rule.advice.chinese : rule.advice.english)
        json.key("parameter")
        json.beginArray()
        parameter(&json, "sensor", sensor)
        if let seen = evidence.seen { parameter(&json, quantity.name + "_" + quantity.unit.symbol, JSONWriter.sixDigits(seen)) }
        if let limit = evidence.limit { parameter(&json, "limit", JSONWriter.sixDigits(limit)) }
        if let low = evidence.expectedLow, let high = evidence.expectedHigh {
            parameter(&json, "expected", JSONWriter.sixDigits(low) + "…" + JSONWriter.sixDigits(high))
        }
        if let score = evidence.score { parameter(&json, "score", JSONWriter.sixDigits(score)) }
        parameter(&json, "rule", rule.id)
        json.endArray()
        json.key("area")
        json.beginArray()
        json.beginObject()
        json.member("areaDesc", asset.address.isEmpty ? asset.name : asset.address)
        if let location = asset.location, location.system == .wgs84 {
            // CAP's circle is WGS-84 by definition; other systems go into `bamai.location`, never here.
            json.key("circle")
            json.beginArray()
            json.value(JSONWriter.shortest(location.latitude) + "," + JSONWriter.shortest(location.longitude) + " 0.02")
            json.endArray()
        }
        json.endObject()
        json.endArray()
        json.endObject()
    }

    /// *Source*: CAP 1.2 `urgency`: red asks for action now, the rest soon; what has ended is past.
    private var urgency: String {
        if kind == .cleared { return "Past" }
        return level >= .orange ? "Immediate" : "Expected"
    }

    private func parameter(_ json: inout JSONWriter, _ name: String, _ text: String) {
        json.beginObject()
        json.member("valueName", name)
        json.member("value", text)
        json.endObject()
    }

    /// What the desk shows beside the sentence: numbers as numbers, and the window of readings.
    private func details(_ json: inout JSONWriter, utcOffsetSeconds: Int) {
        json.beginObject()
        json.member("rule", rule.id)
        json.member("profile", rule.origin)
        json.member("sensor", sensor)
        json.member("asset_class", asset.assetClass.rawValue)
        json.member("asset_name", asset.name)
        json.member("quantity", quantity.name)
        json.member("unit", quantity.unit.symbol)
        json.member("late", isLate)
        if isChattering { json.member("chattering", true) }
        if let location = asset.location {
            json.key("location")
            json.beginObject()
            json.member("latitude", location.latitude)
            json.member("longitude", location.longitude)
            json.member("system", location.system.rawValue)
            json.endObject()
        }
        json.key("evidence")
        json.beginObject()
        number(&json, "seen", evidence.seen)
        number(&json, "limit", evidence.limit)
        number(&json, "expected", evidence.expected)
        number(&json, "expected_low", evidence.expectedLow)
        number(&json, "expected_high", evidence.expectedHigh)
        number(&json, "score", evidence.score)
        if let feature = evidence.feature { json.member("feature", feature) }
        if let first = evidence.window.first {
            json.member("window_start", CivilTime.rfc3339(first.observed, offsetSeconds: utcOffsetSeconds))
            json.key("window")
            json.beginArray()
            for point in evidence.window {
                json.beginArray()
                // Seconds from the window's start, to the millisecond: a chart needs no more.
                json.rounded(Double(point.observed.microseconds(since: first.observed) / 1000) / 1000)
                json.rounded(point.value)
                json.endArray()
            }
            json.endArray()
        }
        json.endObject()
        json.endObject()
    }

    private func number(_ json: inout JSONWriter, _ name: String, _ value: Double?) {
        guard let value else { return }
        json.key(name)
        json.rounded(value)
    }
}
