import Lifeline
import Site

/// The secrets of a site: one file each, in a directory that only the daemon may read.
///
/// systemd hands credentials over in `$CREDENTIALS_DIRECTORY`; without it `/etc/bamai/secrets` is read.
package enum Secrets {
    /// *Units*: bytes. A password longer than that is no password.
    package static let limit = 4096

    /// Where secrets lie that nobody hands over.
    package static let folder = "/etc/bamai/secrets"

    /// The secret's text without its last line feed, from the first folder that has it; a sentence where it cannot be had.
    package static func read(_ name: String, from folders: [String]) -> Result<String, SecretProblem> {
        for folder in folders {
            guard let bytes = SmallFile.read(folder + "/" + name, limit: limit) else { continue }
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
