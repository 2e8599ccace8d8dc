import Foundation
import Journal
import Lifeline

/// An alert's document as one or two lines for people.
struct AlertView {
    let event: [String: Any]

    init?(_ body: [UInt8]) {
        guard let object = ControlLine.object(body) else { return nil }
        event = object
    }

    init(_ event: [String: Any]) { self.event = event }

    private var data: [String: Any] { event["data"] as? [String: Any] ?? [:] }

    var kind: String { (event["type"] as? String ?? "").split(separator: ".").last.map(String.init) ?? "" }
    var level: String { (event["severitytext"] as? String ?? "").lowercased() }
    var subject: String { event["subject"] as? String ?? "" }
    var time: String { String((event["recordedtime"] as? String ?? "").dropFirst(11).prefix(8)) }

    func headline(_ language: String) -> String {
        let wanted = language == "zh" ? "zh-CN" : "en-GB"
        let infos = data["info"] as? [[String: Any]] ?? []
        return infos.first { $0["language"] as? String == wanted }?["headline"] as? String ?? ""
    }

    /// `11:20:31 orange  raised    manhole/MH-17  Manhole cover …`
    func line(_ language: String) -> String {
        let word = Terminal.pad(kind, 9)
        let painted = kind == "cleared" ? Terminal.paint(word, .green) : Terminal.paint(word, .bold)
        return "\(time) \(kind == "cleared" ? Terminal.paint(Terminal.pad(level, 6), .grey) : Terminal.level(level)) \(painted) \(Terminal.pad(subject, 14)) \(headline(language))"
    }
}
