import Lifeline

/// Episodes for spreadsheets and programs.
enum AlertExport {
    static func json(_ found: EpisodeList, utcOffsetSeconds: Int) -> [UInt8] {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("total", found.total)
        json.key("alerts")
        json.beginArray()
        for row in found.rows { write(row, to: &json, utcOffsetSeconds: utcOffsetSeconds) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func write(_ row: EpisodeRow, to json: inout JSONWriter, utcOffsetSeconds: Int) {
        func time(_ moment: Timestamp) -> String { CivilTime.rfc3339(moment, offsetSeconds: utcOffsetSeconds) }
        json.beginObject()
        json.member("id", row.id)
        for (name, text) in [
            ("gateway", row.gateway), ("episode", row.episode), ("asset", row.asset), ("asset_class", row.assetClass), ("asset_name", row.assetName),
            ("address", row.address), ("rule", row.rule), ("sensor", row.sensor), ("level", row.level.name), ("worst", row.peak.name),
            ("headline_zh", row.headline.chinese), ("headline_en", row.headline.english), ("handling", row.handling.rawValue),
            ("handled_by", row.handledBy), ("onset", time(row.onset)), ("updated", time(row.updated)), ("received", time(row.received)),
        ] { json.member(name, text) }
        json.member("active", row.isActive)
        json.member("latched", row.isLatched)
        json.member("late", row.isLate)
        json.member("alerts", row.alerts)
        for (name, moment) in [("cleared", row.cleared), ("handled_at", row.handledAt), ("shelved_until", row.shelvedUntil)] {
            json.key(name)
            if let moment { json.value(time(moment)) } else { json.null() }
        }
        json.endObject()
    }

    static func csv(_ rows: [EpisodeRow], utcOffsetSeconds: Int) -> String {
        func time(_ moment: Timestamp?) -> String { moment.map { CivilTime.rfc3339($0, offsetSeconds: utcOffsetSeconds) } ?? "" }
        var lines = [
            "id,gateway,episode,asset,class,name,address,rule,level,worst,active,onset,updated,cleared,received,handling,handled_by,handled_at,headline_zh,headline_en"
        ]
        for row in rows {
            let place: [String] = [String(row.id), row.gateway, row.episode, row.asset, row.assetClass, row.assetName, row.address, row.rule]
            let state: [String] = [row.level.name, row.peak.name, row.isActive ? "1" : "0", time(row.onset), time(row.updated), time(row.cleared)]
            let people: [String] = [time(row.received), row.handling.rawValue, row.handledBy, time(row.handledAt)]
            lines.append(CSV.line(place + state + people + [row.headline.chinese, row.headline.english]))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}

/// The newest alerts as an Atom feed of CAP documents. *Source*: RFC 4287; OASIS CAP 1.2 for the documents that its entries link to.
enum CAPFeed {
    static func atom(_ events: [EventRow], base: String, title: String, now: Timestamp, utcOffsetSeconds: Int) -> String {
        func time(_ moment: Timestamp) -> String { CivilTime.rfc3339(moment, offsetSeconds: utcOffsetSeconds) }
        var out: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom">
            <id>\(base)/feed.atom</id>
            <title>\(title)</title>
            <updated>\(time(events.first?.received ?? now))</updated>
            <link rel="self" href="\(base)/feed.atom"/>
            <author><name>\(title)</name></author>

            """
        for event in events {
            let document = JSONValue(Array(event.document.utf8)) ?? .null
            let info = document["data"]["info"].list.first ?? .null
            out += """
                <entry>
                <id>urn:bamai:event:\(clean(event.id))</id>
                <title>\(clean(info["headline"].text ?? event.id))</title>
                <updated>\(time(event.received))</updated>
                <published>\(time(event.occurred))</published>
                <summary>\(clean(info["description"].text ?? ""))</summary>
                <category term="\(event.level.name)"/>
                <link rel="alternate" type="application/cap+xml" href="\(base)/cap/\(event.sequence).xml"/>
                </entry>

                """
        }
        out += "</feed>\n"
        return out.text
    }

    /// What is no character of XML is replaced.
    private static func clean(_ text: String) -> String { Plain.text(text, limit: 2000) }
}
