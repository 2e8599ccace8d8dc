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
        switch self {
        // The answer to a decision, and a change of the board, are documents like any other, and no alerts.
        case .lines: record.isHandling ? nil : alertText(record)
        case .cap, .mapped: record.isHandling || record.isAudit ? nil : alertText(record)
        case .cloudEvents: String(decoding: record.body, as: UTF8.self)
        }
    }

    private func alertText(_ record: AlertRecord) -> String? {
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
