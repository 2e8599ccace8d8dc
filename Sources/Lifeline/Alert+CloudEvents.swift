extension Alert {
    /// *Units*: bytes. No alert's document is longer, with the stamp of its forwarding.
    package static let documentLimit = 16_384
    /// *Units*: bytes that the uplink may add: when it was sent, and how the clock stood.
    package static let stampReserve = 256

    /// The alert on the wire: a CloudEvents 1.0 structured document whose `data` speaks CAP 1.2.
    ///
    /// *Source*: CloudEvents 1.0.2 JSON format with the sequence, recorded time, correlation and severity extensions; OASIS CAP 1.2 section 3.2. A gateway
    /// never warns the public: `scope` is always `Restricted`. The same alert gives the same bytes, always.
    ///
    /// *Range*: at most `documentLimit` less `stampReserve`, for names and texts within the limits of a site file, whatever characters they hold. What does not
    /// fit is left out in the order of `Shed` and named in `bamai.dropped`.
    package func cloudEvent(utcOffsetSeconds: Int) -> [UInt8] {
        var alert = self
        var dropped: [Shed] = []
        var bytes = alert.document(utcOffsetSeconds: utcOffsetSeconds, dropped: dropped)
        for shed in Shed.allCases where bytes.count > Alert.documentLimit - Alert.stampReserve {
            alert.leaveOut(shed)
            dropped.append(shed)
            bytes = alert.document(utcOffsetSeconds: utcOffsetSeconds, dropped: dropped)
        }
        return bytes
    }

    /// Nine digits, so that texts sort as numbers do; longer numbers are not cut.
    package static func padded(_ sequence: Sequence64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
    }

    private func document(utcOffsetSeconds: Int, dropped: [Shed]) -> [UInt8] {
        var json = JSONWriter(reserving: 6144)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai.alert." + kind.rawValue)
        json.member("subject", asset.subject)
        json.member("time", CivilTime.rfc3339(occurred, offsetSeconds: utcOffsetSeconds))
        json.member("datacontenttype", "application/json")
        json.member("recordedtime", CivilTime.rfc3339(recorded, offsetSeconds: utcOffsetSeconds))
        json.member("sequence", Alert.padded(sequence))
        json.member("correlationid", episode)
        json.member("severitytext", level.name.uppercased())
        json.member("severitynumber", level.severityNumber)
        json.key("data")
        json.beginObject()
        capAlert(&json, utcOffsetSeconds: utcOffsetSeconds)
        json.key("bamai")
        details(&json, utcOffsetSeconds: utcOffsetSeconds, dropped: dropped)
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
