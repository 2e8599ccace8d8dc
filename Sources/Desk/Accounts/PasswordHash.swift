internal import CArgon2
import Glibc

/// Passwords as they are kept: Argon2id, in its own text form, which names its costs.
///
/// *Source*: RFC 9106, section 4: the second recommended option, 64 MiB and three passes, on one lane.
package enum PasswordHash {
    private static let (passes, kibibytes, lanes): (UInt32, UInt32, UInt32) = (3, 65_536, 1)
    private static let (saltBytes, hashBytes) = (16, 32)
    /// *Units*: characters. A passphrase of four words is longer.
    package static let minimum = 12
    /// *Units*: bytes: hashing is not for whole books.
    package static let limit = 256

    /// What a new password lacks; nil: it is good enough.
    package static func objection(_ password: String, name: String) -> (chinese: String, english: String)? {
        if password.count < minimum {
            return ("密码至少 \(minimum) 个字符，可以用几个词组成的句子。", "A password has at least \(minimum) characters; a few words make a good one.")
        }
        if password.utf8.count > limit { return ("密码最多 \(limit) 字节。", "A password has at most \(limit) bytes.") }
        let lower = password.lowercased()
        if Set(lower).count < 5 || lower == name.lowercased() || (name.count > 3 && lower.contains(name.lowercased())) {
            return ("密码过于简单：请避免重复字符和自己的名字。", "That password is easily guessed: use more different characters, and not the name.")
        }
        return nil
    }

    /// The text to keep. *Blocks* for about a tenth of a second and 64 MiB: not on a thread of the server. nil: there is no memory for it.
    package static func make(_ password: String) -> String? {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        let length = argon2_encodedlen(passes, kibibytes, lanes, UInt32(saltBytes), UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let bytes = Array(password.utf8)
        let code = argon2id_hash_encoded(passes, kibibytes, lanes, bytes, bytes.count, salt, salt.count, hashBytes, &encoded, length)
        guard code == ARGON2_OK.rawValue else { return nil }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a password is the one of a kept text. *Blocks* as `make` does.
    package static func verify(_ password: String, against encoded: String) -> Bool {
        let bytes = Array(password.utf8)
        return argon2id_verify(encoded, bytes, bytes.count) == ARGON2_OK.rawValue
    }

    /// A text that no password has: it is tried where there is no account, so that a name takes as long to be refused as a password.
    package static let decoy = make("a password that nobody has, \(Token.make())") ?? ""
}

/// Secrets that are handed out and kept only as hashes.
package enum Token {
    /// 43 characters that say 256 bits: letters, digits, `-`, `_`.
    package static func make() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        return String(decoding: (0..<43).map { _ in letters[Int.random(in: 0..<64, using: &random)] }, as: UTF8.self)
    }

    /// Whether two texts are the same, in a time that does not tell where they differ.
    package static func equal(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
