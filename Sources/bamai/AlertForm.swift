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

    /// What to print of a record; nil where its document is lost or none.
    func text(_ record: AlertRecord) -> String? {
        if record.isAudit {
            // A change of the board is no alert: neither CAP nor a platform's own message has a word for it.
            switch self {
            case .cap, .mapped: return nil
            case .lines, .cloudEvents: break
            }
        }
        return switch self {
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
