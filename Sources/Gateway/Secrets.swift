import Lifeline
import Site

/// The secrets of a site: one file each, in a directory that only the daemon may read.
///
/// A credential of the secret's name goes first (`LoadCredential=NAME:…`), then the file in `/etc/bamai/secrets` as it is now. Last comes that folder as
/// systemd read it when it started the daemon, for files that only root can read: it hands them over as `secret_NAME`, as the packaged unit asks it to.
package enum Secrets {
    /// *Units*: bytes. A password longer than that is no password.
    package static let limit = 4096

    /// Where secrets lie that nobody hands over.
    package static let folder = "/etc/bamai/secrets"

    /// The secret's text without its last line feed, from the first folder that has it; a sentence where it cannot be had.
    package static func read(_ name: String, from folders: [String]) -> Result<String, SecretProblem> {
        for path in folders.map({ "\($0)/\(name)" }) + folders.map({ "\($0)/secret_\(name)" }) {
            guard let bytes = SmallFile.read(path, limit: limit) else { continue }
            var text = String(decoding: bytes, as: UTF8.self)
            while text.last == "\n" || text.last == "\r" { text.removeLast() }
            return .success(text)
        }
        let place = folders.joined(separator: " or ")
        return .failure(SecretProblem(text: "the secret \"\(name)\" cannot be read from \(place); set it on the board: bamai secret set \(name)"))
    }
}

/// Why a secret is missing. Never holds the secret.
package struct SecretProblem: Error, Equatable, Sendable {
    package var text: String
}
