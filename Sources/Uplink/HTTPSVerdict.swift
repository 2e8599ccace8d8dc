import Lifeline

/// What a platform's answer to a batch of events means.
///
/// *Source*: RFC 9110 section 15. Only what says that the message itself is at fault may cost a message: whatever people mend at the platform or in the site's
/// file (credentials, paths, quotas) must not empty a backlog into the dead letters.
enum HTTPSVerdict: Equatable {
    case accepted
    /// The message is at fault, or one of the batch's.
    case atFault
    /// The platform knows no batches.
    case noBatches
    /// Later; not before so many seconds where it says so.
    case later(String, seconds: Int?)

    /// *Units*: seconds; a platform that asks for more is asked again after this.
    static let longestRetryAfter = 3600

    init(status: Int, retryAfter: Int?, isBatch: Bool) {
        switch status {
        case 200...299: self = .accepted
        case 400, 409, 413, 422: self = .atFault
        case 415 where isBatch: self = .noBatches
        case 408, 425, 429, 500...599:
            self = .later("the platform answers \(status)", seconds: retryAfter.map { min($0, HTTPSVerdict.longestRetryAfter) })
        case 401, 403: self = .later("the platform answers \(status): check the token or the client certificate", seconds: nil)
        case 404, 405, 410: self = .later("the platform answers \(status): check the url and the paths", seconds: nil)
        case 300...399: self = .later("the platform answers \(status): write the url that it redirects to", seconds: nil)
        case 415: self = .later("the platform answers 415: it does not take this kind of document", seconds: nil)
        default: self = .later("the platform answers \(status)", seconds: nil)
        }
    }

    /// A platform's own words, for people: printable, in one line, and short.
    static func words(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || (0x7f...0x9f).contains($0.value) ? " " : $0 }))
    }
}
