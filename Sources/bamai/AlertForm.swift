import Journal
import Lifeline
import Site
import Uplink

/// How `bamai alerts` shows an alert.
enum AlertForm {
    case lines(Language)
    case cloudEvents
    case cap
    case mapped(AlertMapping, utcOffsetSeconds: Int)

    private var isDocument: Bool { if case .cloudEvents = self { true } else { false } }

    /// What to print of a record; nil where its document is lost or none.
    func text(_ record: AlertRecord) -> String? {
        // The answer to a decision is a document and no alert.
        if record.isHandling { return isDocument ? String(decoding: record.body, as: UTF8.self) : nil }
        switch self {
        case .lines(let language):
            AlertView(record.body).map { $0.line(language, columns: Terminal.isInteractive ? Terminal.size.columns : nil) }
        case .cloudEvents: String(decoding: record.body, as: UTF8.self)
        // The line feed at its end is the print's.
        case .cap: CAPDocument.xml(ofEvent: record.body).map { String(decoding: $0.dropLast(), as: UTF8.self) }
        // Secrets are the daemon's: here their names stand in their places.
        case .mapped(let mapping, let offset):
            String(decoding: mapping.message(of: record.body, secrets: [:], utcOffsetSeconds: offset), as: UTF8.self)
        }
    }
}
