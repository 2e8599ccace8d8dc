/// CAP 1.2 XML out of the document that the journal keeps of an alert.
///
/// *Source*: OASIS CAP 1.2, section 3.2 (elements) and 3.4 (XML schema: their order).
package enum CAPDocument {
    /// An element of CAP: text, or elements of its own. In the document it stands alone or in a list.
    private struct Element {
        var name: String
        var isRequired = false
        var content: [Element] = []
    }

    private static func text(_ names: String...) -> [Element] { names.map { Element(name: $0) } }
    private static func required(_ names: String...) -> [Element] { names.map { Element(name: $0, isRequired: true) } }
    private static func pair(_ name: String) -> [Element] { [Element(name: name, content: required("valueName", "value"))] }

    private static let area = Element(
        name: "area", content: required("areaDesc") + text("polygon", "circle") + pair("geocode") + text("altitude", "ceiling"))
    private static let info = Element(
        name: "info",
        content: text("language") + required("category", "event") + text("responseType") + required("urgency", "severity", "certainty")
            + text("audience") + pair("eventCode")
            + text("effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact") + pair("parameter")
            + [area])
    private static let alert = Element(
        name: "alert",
        content: required("identifier", "sender", "sent", "status", "msgType") + text("source") + required("scope")
            + text("restriction", "addresses", "code", "note", "references", "incidents") + [info])

    /// The XML of an alert's CloudEvents document; nil where the bytes are none, or lack what CAP requires.
    ///
    /// What CAP has no element for (the evidence windows) stays behind. The same document gives the same bytes.
    package static func xml(ofEvent document: some Collection<UInt8>) -> [UInt8]? {
        guard let event = JSONValue(document) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(8192)
        out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n".utf8
        guard write(alert.content, of: event["data"], depth: 1, to: &out) else { return nil }
        out += "</alert>\n".utf8
        return out
    }

    /// Whether everything required was there.
    private static func write(_ elements: [Element], of value: JSONValue, depth: Int, to out: inout [UInt8]) -> Bool {
        for element in elements {
            let found = value[element.name]
            let values: [JSONValue] = if case .list(let list) = found { list } else { found.isNull ? [] : [found] }
            if element.isRequired && values.isEmpty { return false }
            for value in values {
                out += repeatElement(UInt8(ascii: " "), count: depth * 2)
                out += "<\(element.name)>".utf8
                if element.content.isEmpty {
                    guard let text = value.text ?? value.number.map(JSONWriter.shortest) else { return false }
                    escape(text, to: &out)
                } else {
                    out.append(UInt8(ascii: "\n"))
                    guard write(element.content, of: value, depth: depth + 1, to: &out) else { return false }
                    out += repeatElement(UInt8(ascii: " "), count: depth * 2)
                }
                out += "</\(element.name)>\n".utf8
            }
        }
        return true
    }

    /// *Source*: XML 1.0, sections 2.2 (what is no character at all becomes U+FFFD) and 2.4.
    private static func escape(_ text: String, to out: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;".utf8
            case "<": out += "&lt;".utf8
            case ">": out += "&gt;".utf8
            // A bare carriage return would be read as a line feed.
            case "\r": out += "&#13;".utf8
            case "\t", "\n": out.append(UInt8(scalar.value))
            case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": out += "\u{fffd}".utf8
            default: out += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
    }
}
