extension Alert {
    /// The alert as an OASIS CAP 1.2 XML document, for platforms that take no other: rendered from the CloudEvents document, so that the two never differ.
    package func capXML(utcOffsetSeconds: Int) -> [UInt8] {
        guard let xml = CAPDocument.xml(ofEvent: cloudEvent(utcOffsetSeconds: utcOffsetSeconds)) else {
            preconditionFailure("an alert's own document has all that CAP requires")
        }
        return xml
    }

    private var sender: String { gateway + ".bamai" }

    /// The members of CAP's `alert`, in the order of its schema.
    func capAlert(_ json: inout JSONWriter, utcOffsetSeconds: Int) {
        json.member("identifier", id)
        json.member("sender", sender)
        json.member("sent", CivilTime.cap(recorded, offsetSeconds: utcOffsetSeconds))
        json.member("status", "Actual")
        json.member("msgType", kind == .raised ? "Alert" : "Update")
        json.member("scope", "Restricted")
        json.member("restriction", "City lifeline duty officers")
        if !references.isEmpty {
            let earlier = references.map { "\(sender),\($0.id),\(CivilTime.cap($0.recorded, offsetSeconds: utcOffsetSeconds))" }
            json.member("references", earlier.joined(separator: " "))
        }
        json.member("incidents", episode)
        json.key("info")
        json.beginArray()
        info(&json, language: "zh-CN", chinese: true, utcOffsetSeconds: utcOffsetSeconds)
        info(&json, language: "en-GB", chinese: false, utcOffsetSeconds: utcOffsetSeconds)
        json.endArray()
    }

    private func info(_ json: inout JSONWriter, language: String, chinese: Bool, utcOffsetSeconds: Int) {
        json.beginObject()
        json.member("language", language)
        list(&json, "category", rule.category)
        json.member("event", chinese ? rule.event.chinese : rule.event.english)
        list(&json, "responseType", kind == .cleared ? "AllClear" : level >= .orange ? "Execute" : "Assess")
        json.member("urgency", urgency)
        json.member("severity", level.capSeverity)
        json.member("certainty", certainty.rawValue)
        json.key("eventCode")
        json.beginArray()
        pair(&json, "cn.bamai.rule", rule.id)
        json.endArray()
        json.member("onset", CivilTime.cap(onset, offsetSeconds: utcOffsetSeconds))
        json.member("senderName", chinese ? "把脉网关 \(gateway)" : "Bamai gateway \(gateway)")
        json.member("headline", chinese ? headline.chinese : headline.english)
        json.member("description", chinese ? sentence.chinese : sentence.english)
        json.member("instruction", chinese ? rule.advice.chinese : rule.advice.english)
        json.key("parameter")
        json.beginArray()
        parameters(&json)
        json.endArray()
        json.key("area")
        json.beginArray()
        area(&json)
        json.endArray()
        json.endObject()
    }

    private func parameters(_ json: inout JSONWriter) {
        pair(&json, "sensor", sensor)
        pair(&json, "level", level.name)
        if let seen = evidence.seen { pair(&json, quantity.name + "_" + quantity.unit.symbol, JSONWriter.sixDigits(seen)) }
        if let limit = evidence.limit { pair(&json, "limit", JSONWriter.sixDigits(limit)) }
        if let low = evidence.expectedLow, let high = evidence.expectedHigh {
            pair(&json, "expected", JSONWriter.sixDigits(low) + "…" + JSONWriter.sixDigits(high))
        }
        if let worst = evidence.worst { pair(&json, "worst", JSONWriter.sixDigits(worst)) }
        if let score = evidence.score { pair(&json, "score", JSONWriter.sixDigits(score)) }
        pair(&json, "rule", rule.id)
        pair(&json, "profile", rule.origin)
        if isLate { pair(&json, "late", "true") }
        if let location = asset.location, location.system != .wgs84 {
            pair(&json, location.system.rawValue, JSONWriter.shortest(location.latitude) + "," + JSONWriter.shortest(location.longitude))
        }
    }

    private func area(_ json: inout JSONWriter) {
        json.beginObject()
        json.member("areaDesc", asset.address.isEmpty ? asset.name : asset.address)
        if let location = asset.location, location.system == .wgs84 {
            // CAP's circle is WGS-84 by definition; other systems go into parameters and `bamai.location`, never here. The radius is in kilometres: 20 m.
            list(&json, "circle", JSONWriter.shortest(location.latitude) + "," + JSONWriter.shortest(location.longitude) + " 0.02")
        }
        json.endObject()
    }

    /// *Source*: CAP 1.2 `urgency`: orange and red ask for action now, the rest soon; what has ended is past.
    private var urgency: String {
        if kind == .cleared { return "Past" }
        return level >= .orange ? "Immediate" : "Expected"
    }

    private func list(_ json: inout JSONWriter, _ name: String, _ text: String) {
        json.key(name)
        json.beginArray()
        json.value(text)
        json.endArray()
    }

    private func pair(_ json: inout JSONWriter, _ name: String, _ text: String) {
        json.beginObject()
        json.member("valueName", name)
        json.member("value", text)
        json.endObject()
    }
}
