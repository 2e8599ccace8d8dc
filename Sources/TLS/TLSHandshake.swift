internal import COpenSSL

/// One handshake that is looked at rather than believed: nothing is sent over it, and what is wrong with the other end's certificate is told as a whole.
package struct TLSHandshake: Equatable, Sendable {
    /// How it ended.
    package enum Outcome: Equatable, Sendable {
        case done
        /// The other end took the connection and said nothing in time.
        case mute
        case closed
        /// OpenSSL's reason.
        case failed(String)
    }

    /// What the chain is worth at the present time.
    package enum Chain: Equatable, Sendable {
        case trusted, expired, notYetValid
        /// OpenSSL's words: an unknown authority, a broken signature.
        case untrusted(String)
    }

    package var outcome: Outcome
    /// `TLSv1.3`; empty unless `outcome` is `done`, as is all that follows.
    package var version = ""
    /// The other end wants a certificate of ours and got none.
    package var lacksClientCertificate = false
    package var certificate: Certificate?
    package var chain = Chain.trusted
    /// The certificate is made out to the host.
    package var matchesHost = false

    package init(outcome: Outcome) { self.outcome = outcome }

    /// Makes it over a connected socket, which stays the caller's and is of no other use afterwards. TLS 1.2 or newer.
    ///
    /// - Parameters:
    ///   - authority: path of a PEM bundle; nil: the system's.
    ///   - identity: paths of the client's certificate and key.
    ///   - milliseconds: after which it returns `mute`.
    package static func make(
        socket: Int32, host: String, authority: String?, identity: (certificate: String, key: String)?, milliseconds: Int64
    ) -> TLSHandshake {
        var raw = bamai_tls_result()
        bamai_tls_handshake(socket, host, authority, identity?.certificate, identity?.key, max(1, milliseconds), &raw)
        switch Int(raw.outcome) {
        case Int(BAMAI_TLS_DONE): break
        case Int(BAMAI_TLS_MUTE): return TLSHandshake(outcome: .mute)
        case Int(BAMAI_TLS_CLOSED): return TLSHandshake(outcome: .closed)
        default: return TLSHandshake(outcome: .failed(text(raw.text)))
        }
        var handshake = TLSHandshake(outcome: .done)
        handshake.version = text(raw.protocol)
        handshake.lacksClientCertificate = raw.lacks_client_certificate != 0
        handshake.certificate = raw.has_certificate != 0 ? Certificate(raw.certificate) : nil
        handshake.matchesHost = raw.matches_host != 0
        switch raw.chain_code {
        case 0: handshake.chain = .trusted
        case bamai_chain_expired: handshake.chain = .expired
        case bamai_chain_not_yet_valid: handshake.chain = .notYetValid
        default: handshake.chain = .untrusted(text(raw.chain_text))
        }
        return handshake
    }
}
