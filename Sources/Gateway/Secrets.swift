import Lifeline
import Site

/// The secrets of a site: one file each, that only the daemon may read.
package enum Secrets {
    /// *Units*: bytes. A password longer than that is no password.
    package static let limit = 4096
    /// Where secrets of a board are set.
    package static let folder = "/etc/bamai/secrets"

    /// Where a secret may lie, the one that counts first.
    ///
    /// 1. A credential of its name: whoever says `LoadCredential=NAME:…` means that one.
    /// 2. The file in `folder`, as it is now: a secret that was just set counts at the next load of the site, without a restart.
    /// 3. The folder as systemd read it when it started the daemon, for files that only root can read. It names them `secret_NAME`, as the unit asks it to.
    ///
    /// - Parameter credentials: `$CREDENTIALS_DIRECTORY`; nil where the service manager gave none.
    package static func places(of name: String, credentials: String?, folder: String = folder) -> [String] {
        guard let credentials else { return ["\(folder)/\(name)"] }
        return ["\(credentials)/\(name)", "\(folder)/\(name)", "\(credentials)/secret_\(name)"]
    }

    /// The secret's text without its last line feed, from the first of `places` that can be read; a sentence where none can.
    package static func read(_ name: String, from places: [String]) -> Result<String, SecretProblem> {
        for path in places {
            guard let bytes = SmallFile.read(path, limit: limit) else { continue }
            var text = String(decoding: bytes, as: UTF8.self)
            while text.last == "\n" || text.last == "\r" { text.removeLast() }
            return .success(text)
        }
        let words = places.joined(separator: " nor ")
        return .failure(SecretProblem(text: "the secret \"\(name)\" cannot be read from \(words); set it on the board: bamai secret set \(name)"))
    }
}

/// Why a secret is missing. Never holds the secret.
package struct SecretProblem: Error, Equatable, Sendable {
    package var text: String
}
