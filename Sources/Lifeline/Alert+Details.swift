extension Alert {
    /// What the desk shows beside the sentence and what mapping profiles take: numbers as numbers, the colour, the window of readings.
    func details(_ json: inout JSONWriter, utcOffsetSeconds: Int, dropped: [Shed]) {
        json.beginObject()
        json.member("gateway", gateway)
        json.member("rule", rule.id)
        json.member("profile", rule.origin)
        json.member("level", level.name)
        json.member("sensor", sensor)
        json.member("asset", asset.id)
        json.member("asset_class", asset.assetClass.rawValue)
        json.member("asset_name", asset.name)
        json.member("quantity", quantity.name)
        json.member("unit", quantity.unit.symbol)
        json.member("late", isLate)
        if isChattering { json.member("chattering", true) }
        if rule.latched { json.member("latched", true) }
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
        number(&json, "worst", evidence.worst)
        number(&json, "score", evidence.score)
        if let feature = evidence.feature { json.member("feature", feature) }
        if let other = evidence.confirmedBy { json.member("confirmed_by", other) }
        if !evidence.circumstances.isEmpty {
            json.key("circumstances")
            json.beginArray()
            for state in evidence.circumstances {
                json.beginObject()
                json.member("zh", state.chinese)
                json.member("en", state.english)
                json.endObject()
            }
            json.endArray()
        }
        window(&json, utcOffsetSeconds: utcOffsetSeconds)
        if let history = evidence.history { stretches(&json, history, utcOffsetSeconds: utcOffsetSeconds) }
        json.endObject()
        indexMember(&json)
        if !dropped.isEmpty {
            json.key("dropped")
            json.beginArray()
            for shed in dropped { json.value(shed.rawValue) }
            json.endArray()
        }
        json.endObject()
    }

    private func window(_ json: inout JSONWriter, utcOffsetSeconds: Int) {
        guard let first = evidence.window.first else { return }
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

    private func stretches(_ json: inout JSONWriter, _ history: EvidenceHistory, utcOffsetSeconds: Int) {
        json.key("history")
        json.beginObject()
        json.member("start", CivilTime.rfc3339(history.start, offsetSeconds: utcOffsetSeconds))
        json.key("step_s")
        json.rounded(Double(history.step) / 1e6)
        numbers(&json, "low", history.low)
        numbers(&json, "high", history.high)
        if !history.expectedLow.isEmpty {
            numbers(&json, "expected_low", history.expectedLow)
            numbers(&json, "expected_high", history.expectedHigh)
        }
        json.endObject()
    }

    private func numbers(_ json: inout JSONWriter, _ name: String, _ values: [Float?]) {
        json.key(name)
        json.beginArray()
        for value in values { if let value { json.rounded(Double(value)) } else { json.null() } }
        json.endArray()
    }

    private func number(_ json: inout JSONWriter, _ name: String, _ value: Double?) {
        guard let value else { return }
        json.key(name)
        json.rounded(value)
    }
}
