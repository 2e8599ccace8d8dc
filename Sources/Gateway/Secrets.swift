import Lifeline
import Site

/// The secrets of a site: one file each, in a directory that only the daemon may read.
///
/// systemd hands credentials over in `$CREDENTIALS_DIRECTORY`; without it `/etc/bamai/secrets` is read.
package enum Secrets {
    /// *Units*: bytes. A password longer than that is no password.
    package static let limit = 4096

    /// The secret's text without its last line feed; a sentence where it cannot be had.
    package static func read(_ name: String, from directory: String) -> Result<String, SecretProblem> {
        let path = directory + "/" + name
        guard let bytes = SmallFile.read(path, limit: limit) else {
            return .failure(SecretProblem(text: "the secret \"\(name)\" cannot be read from \(directory); put it there, readable for bamaid only"))
        }
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last == "\n" || text.last == "\r" { text.removeLast() }
        return .success(text)
    }
}

/// Why a secret is missing. Never holds the secret.
package struct SecretProblem: Error, Equatable, Sendable {
    package var text: String
}
