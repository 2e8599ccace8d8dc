import Foundation
import FoundationXML

/// An XML element with its text or its children, in order.
final class CAPElement {
    let name: String
    var text = ""
    var children: [CAPElement] = []

    init(name: String) { self.name = name }

    func all(_ name: String) -> [CAPElement] { children.filter { $0.name == name } }
    func first(_ name: String) -> String? { all(name).first?.text }
}

/// Reads XML with the system's parser: not with anything of this project.
final class CAPReader: NSObject, XMLParserDelegate {
    private var stack: [CAPElement] = []
    private(set) var root: CAPElement?
    private(set) var namespace: String?

    static func read(_ bytes: [UInt8]) -> (root: CAPElement, namespace: String?)? {
        let reader = CAPReader()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = reader
        parser.shouldProcessNamespaces = true
        guard parser.parse(), let root = reader.root else { return nil }
        return (root, reader.namespace)
    }

    func parser(_ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
        let element = CAPElement(name: name)
        stack.last?.children.append(element)
        if stack.isEmpty { (root, namespace) = (element, namespaceURI) }
        stack.append(element)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { stack.removeLast() }
    func parser(_ parser: XMLParser, foundCharacters text: String) { stack.last?.text += text }
}

/// What CAP 1.2 demands of a message. *Source*: OASIS Common Alerting Protocol 1.2, sections 3.2 and 3.4.
enum CAPRules {
    /// Name, least and most number of times (0: without end), in the schema's order.
    private typealias Rule = (String, Int, Int)
    private static let alert: [Rule] = [
        ("identifier", 1, 1), ("sender", 1, 1), ("sent", 1, 1), ("status", 1, 1), ("msgType", 1, 1), ("source", 0, 1), ("scope", 1, 1),
        ("restriction", 0, 1), ("addresses", 0, 1), ("code", 0, 0), ("note", 0, 1), ("references", 0, 1), ("incidents", 0, 1), ("info", 0, 0),
    ]
    private static let info: [Rule] = [
        ("language", 0, 1), ("category", 1, 0), ("event", 1, 1), ("responseType", 0, 0), ("urgency", 1, 1), ("severity", 1, 1), ("certainty", 1, 1),
        ("audience", 0, 1), ("eventCode", 0, 0), ("effective", 0, 1), ("onset", 0, 1), ("expires", 0, 1), ("senderName", 0, 1), ("headline", 0, 1),
        ("description", 0, 1), ("instruction", 0, 1), ("web", 0, 1), ("contact", 0, 1), ("parameter", 0, 0), ("resource", 0, 0), ("area", 0, 0),
    ]
    private static let area: [Rule] = [
        ("areaDesc", 1, 1), ("polygon", 0, 0), ("circle", 0, 0), ("geocode", 0, 0), ("altitude", 0, 1), ("ceiling", 0, 1),
    ]
    private static let pair: [Rule] = [("valueName", 1, 1), ("value", 1, 1)]
    private static let words: [String: Set<String>] = [
        "status": ["Actual", "Exercise", "System", "Test", "Draft"], "msgType": ["Alert", "Update", "Cancel", "Ack", "Error"],
        "scope": ["Public", "Restricted", "Private"],
        "category": ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"],
        "responseType": ["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"],
        "urgency": ["Immediate", "Expected", "Future", "Past", "Unknown"], "severity": ["Extreme", "Severe", "Moderate", "Minor", "Unknown"],
        "certainty": ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
    ]

    /// Everything that is against a message; empty: it is sound.
    static func complaints(_ bytes: [UInt8]) -> [String] {
        guard let (root, namespace) = CAPReader.read(bytes) else { return ["not well-formed XML"] }
        var found: [String] = []
        if root.name != "alert" || namespace != "urn:oasis:names:tc:emergency:cap:1.2" { found.append("the root is no CAP 1.2 alert") }
        check(root, alert, &found)
        for name in ["identifier", "sender"] {
            if (root.first(name) ?? "").contains(where: { " ,<&".contains($0) }) || (root.first(name) ?? "").isEmpty {
                found.append("\(name): restricted")
            }
        }
        time("sent", root.first("sent"), &found)
        for name in ["status", "msgType", "scope"] { word(name, root.first(name) ?? "", &found) }
        if (root.first("scope") == "Restricted") != (root.first("restriction") != nil) { found.append("restriction if and only if Restricted") }
        if root.first("scope") == "Private" && root.first("addresses") == nil { found.append("Private needs addresses") }
        let references = root.first("references")
        if ["Update", "Cancel", "Ack", "Error"].contains(root.first("msgType") ?? ""), references == nil {
            found.append("an update names what it updates")
        }
        for reference in (references ?? "").split(separator: " ") {
            let parts = reference.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if parts.count != 3 { found.append("reference \(reference)") } else { time("reference", parts[2], &found) }
        }
        for part in root.all("info") { complain(info: part, &found) }
        return found
    }

    private static func complain(info part: CAPElement, _ found: inout [String]) {
        check(part, info, &found)
        for name in ["category", "responseType", "urgency", "severity", "certainty"] { for item in part.all(name) { word(name, item.text, &found) } }
        for name in ["effective", "onset", "expires"] { if let text = part.first(name) { time(name, text, &found) } }
        for item in part.all("parameter") + part.all("eventCode") { check(item, pair, &found) }
        for item in part.all("area") {
            check(item, area, &found)
            for code in item.all("geocode") { check(code, pair, &found) }
            for circle in item.all("circle") {
                let parts = circle.text.split(separator: " ")
                if parts.count != 2 || Double(parts[1]) == nil || !isPoint(parts[0]) { found.append("circle \(circle.text)") }
            }
            for polygon in item.all("polygon") {
                let points = polygon.text.split(separator: " ")
                if points.count < 4 || points.first != points.last || !points.allSatisfy({ isPoint($0) }) { found.append("polygon \(polygon.text)") }
            }
        }
    }

    private static func isPoint(_ text: Substring) -> Bool {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 2, let latitude = parts[0], let longitude = parts[1] else { return false }
        return abs(latitude) <= 90 && abs(longitude) <= 180
    }

    private static func check(_ element: CAPElement, _ rules: [Rule], _ found: inout [String]) {
        var last = 0
        for child in element.children {
            guard let place = rules.firstIndex(where: { $0.0 == child.name }) else {
                found.append("\(element.name) has no \(child.name)")
                continue
            }
            if place < last { found.append("\(child.name) stands too late in \(element.name)") }
            last = place
        }
        for (name, least, most) in rules {
            let count = element.all(name).count
            if count < least || (most > 0 && count > most) { found.append("\(element.name) has \(count) \(name)") }
        }
    }

    private static func word(_ name: String, _ text: String, _ found: inout [String]) {
        if words[name]?.contains(text) != true { found.append("\(name) \(text)") }
    }

    /// `2026-01-02T11:04:05+08:00`, no fraction, no letter for the zone, and `-00:00` for none.
    private static func time(_ name: String, _ text: String?, _ found: inout [String]) {
        let text = text ?? ""
        let form = Array("dddd-dd-ddTdd:dd:ddsdd:dd".utf8)
        let fits =
            text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { byte, form in
                switch form {
                case UInt8(ascii: "d"): (48...57).contains(byte)
                case UInt8(ascii: "s"): byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                default: byte == form
                }
            }
        if !fits || text.hasSuffix("+00:00") { found.append("\(name) \(text)") }
    }
}
