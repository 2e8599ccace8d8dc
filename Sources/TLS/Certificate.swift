internal import COpenSSL

/// What stands in one certificate.
package struct Certificate: Equatable, Sendable {
    /// `CN = platform.example`.
    package var subject: String
    package var issuer: String
    /// Names and addresses that it is made out to, with ", " between them; may be empty.
    package var names: String
    /// *Units*: seconds since 1970.
    package var notBefore: Int64
    package var notAfter: Int64

    package init(subject: String, issuer: String, names: String, notBefore: Int64, notAfter: Int64) {
        self.subject = subject
        self.issuer = issuer
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    init(_ raw: bamai_certificate) {
        self.init(
            subject: text(raw.subject), issuer: text(raw.issuer), names: text(raw.names), notBefore: raw.not_before, notAfter: raw.not_after)
    }
}

/// The certificates of a PEM file.
package struct CertificateFile: Equatable, Sendable {
    /// Why a file gives none.
    package enum Failure: Error, Equatable, Sendable {
        /// The `errno` of opening it.
        case unreadable(Int32)
        /// No PEM certificate is in it.
        case empty
    }

    package var first: Certificate
    /// The one that ends first.
    package var earliest: Certificate
    /// *Range*: 1…1000; more are not counted.
    package var count: Int

    package init(first: Certificate, earliest: Certificate, count: Int) {
        self.first = first
        self.earliest = earliest
        self.count = count
    }

    /// Reads a file. *Throws*: `Failure`. Blocks for as long as the file system does.
    package static func read(_ path: String) throws(Failure) -> CertificateFile {
        var (first, earliest, count) = (bamai_certificate(), bamai_certificate(), Int32(0))
        switch bamai_certificates_read(path, &first, &earliest, &count) {
        case 0: return CertificateFile(first: Certificate(first), earliest: Certificate(earliest), count: Int(count))
        case -1: throw .empty
        case let code: throw .unreadable(code)
        }
    }
}

/// Whether a key is the one of a certificate.
package enum KeyMatch: Equatable, Sendable {
    case matches, differs, noCertificate, noKey
    /// It is encrypted; a gateway has nobody to type the password.
    case wantsPassword

    /// Compares the PEM key of a file with the first certificate of another.
    package static func of(certificate: String, key: String) -> KeyMatch {
        switch bamai_key_matches(certificate, key) {
        case 1: .matches
        case 0: .differs
        case -1: .noCertificate
        case -3: .wantsPassword
        default: .noKey
        }
    }
}

/// A C array of characters that Swift sees as a tuple. SAFETY: the C side ends it in zero.
func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
