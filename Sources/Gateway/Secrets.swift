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
            guard var bytes = SmallFile.read(path, limit: limit) else { continue }
            // Bytes: to a text, the two of a line's end from Windows are one character.
            while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            return .success(String(decoding: bytes, as: UTF8.self))
        }
        let place = folders.joined(separator: " or ")
        return .failure(SecretProblem(text: "the secret \"\(name)\" cannot be read from \(place); set it on the board: bamai secret set \(name)"))
    }
}

/// Why a secret is missing. Never holds the secret.
package struct SecretProblem: Error, Equatable, Sendable {
    package var text: String
}
