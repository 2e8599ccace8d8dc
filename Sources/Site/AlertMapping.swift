/// How a platform wants an alert: its own names, codes and forms instead of the CloudEvents document. Data, read from `mappings/<name>.toml`.
package struct AlertMapping: Equatable, Sendable {
    /// The file's name without `.toml`.
    package var name: String
    /// *Range*: from 1.
    package var version: Int
    /// What the messages are, as a MIME type; said where the protocol has a place for it (MQTT 5, HTTPS).
    package var contentType: String
    /// Beside each message, where the protocol has a place for them: user properties of MQTT 5. At most `headerLimit`.
    package var headers: [Header]
    /// In the order of the file; at most `fieldLimit`.
    package var fields: [Field]
    /// The message's shape: where the fields stand in it.
    package var root: Node

    package static let fieldLimit = 128
    package static let headerLimit = 16
    package static let codeLimit = 512

    /// A name and a constant or secret.
    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: Source
    }

    /// A value that a mapping file states.
    package enum Constant: Equatable, Sendable {
        case text(String)
        case number(Double)
        case flag(Bool)
    }

    /// Where a value comes from.
    package enum Source: Equatable, Sendable {
        /// Names from the root of the CloudEvents document, whole numbers for items of lists.
        case path([String])
        case constant(Constant)
        /// The name of a secret, which only the daemon can read.
        case secret(String)
    }

    /// How a value is written.
    package enum Form: String, CaseIterable, Sendable {
        /// As it stands in the document.
        case asIs = "as_is"
        case text
        /// A text that is a number becomes one.
        case number
        /// `2026-01-02T11:04:05+08:00`
        case rfc3339
        /// `2026-01-02 11:04:05`, in the site's local time, without an offset.
        case local
        /// `20260102110405`, likewise.
        case compact
        /// Whole seconds since 1970, and milliseconds.
        case unixSeconds = "unix_s"
        case unixMilliseconds = "unix_ms"
    }

    /// One value of the message.
    package struct Field: Equatable, Sendable {
        package var source: Source
        package var form: Form
        /// The platform's word for each of ours; empty: values go as they are.
        package var codes: [String: Constant]
        /// For what `codes` does not know, and for what the document does not hold; nil: the field is left out.
        package var otherwise: Constant?
    }

    /// A part of the message's shape.
    package indirect enum Node: Equatable, Sendable {
        /// Index into `fields`.
        case field(Int)
        case list([Node])
        case object([Member])
    }

    /// A member of an object.
    package struct Member: Equatable, Sendable {
        package var name: String
        package var node: Node
    }

    /// The names of all secrets that the mapping uses, each once.
    package var secrets: [String] {
        var names: [String] = []
        for source in headers.map(\.value) + fields.map(\.source) {
            if case .secret(let name) = source, !names.contains(name) { names.append(name) }
        }
        return names
    }
}
