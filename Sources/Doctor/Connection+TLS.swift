import Lifeline

extension ConnectionFacts {
    /// *Units*: seconds. A month: how long people take to renew a certificate.
    static let renewal: Int64 = 30 * 86_400

    func handshakeResult(_ time: TimeFacts) -> CheckResult {
        let name = said("tls", "TLS")
        switch handshake {
        case .unknown(let reason): return result("tls", name, .unknown, reason.text)
        case .known(.mute):
            return result("tls", name, .error, said("no answer to the handshake: is this port TLS?", "握手无应答：该端口是 TLS 吗？"))
        case .known(.failed(let words)):
            return result("tls", name, .error, said("\(words): is this port TLS (1.2 or newer)?", "\(words)：该端口是 TLS（1.2 以上）吗？"))
        case .known(.done(let peer)): return peerResult(peer, time, name)
        }
    }

    private func peerResult(_ peer: Peer, _ time: TimeFacts, _ name: BilingualText) -> CheckResult {
        let offset = time.siteOffset ?? 0
        let figures = [CheckResult.Figure("not_before_s", Double(peer.notBefore)), .init("not_after_s", Double(peer.notAfter))]
        let (start, end) = (Amount.date(unixSeconds: peer.notBefore, offset), Amount.date(unixSeconds: peer.notAfter, offset))
        switch peer.chain {
        case .untrusted(let words):
            return result(
                "tls", name, .error,
                said(
                    "\(words); the certificate is issued by \(peer.issuer): set ca to that authority's file",
                    "\(words)；证书由 \(peer.issuer) 签发：请把 ca 设为该机构的证书文件"),
                figures)
        case .notYetValid:
            // The certificate is fine and the clock is wrong, far more often than the other way round.
            if !time.isTrusted {
                return result(
                    "tls", name, .error,
                    said("a certificate begins at \(start), and this clock may be behind it: set the clock first", "证书自 \(start) 起有效，本机时钟可能落后：请先校时"),
                    figures)
            }
            return result(
                "tls", name, .error, said("a certificate of the broker begins only at \(start): have it issued anew", "代理的证书自 \(start) 起才有效：请重新签发"),
                figures)
        case .expired:
            if time.isTrusted {
                return result(
                    "tls", name, .error, said("a certificate of the broker has ended (its own: \(end)): renew it there", "代理证书已过期（\(end)）：请在代理端更新"),
                    figures)
            }
            return result(
                "tls", name, .error,
                said("a certificate of the broker has ended (its own: \(end)), if this clock is right", "代理证书已过期（\(end)），前提是本机时钟正确"), figures)
        case .trusted: break
        }
        guard peer.matchesHost else {
            let names = peer.names.isEmpty ? peer.subject : peer.names
            return result(
                "tls", name, .error, said("made out to \(names), not to \(host): use that name in url", "证书属于 \(names)，不是 \(host)：url 请用该名称"), figures
            )
        }
        // Some brokers ask for one and do without; by HTTPS only the gateway's own connection can tell.
        if peer.lacksClientCertificate, !isAccepted, !isHTTPS {
            return result(
                "tls", name, .error,
                said("the broker wants a certificate of this gateway: set certificate and key", "代理要求网关证书：请设置 certificate 和 key"), figures)
        }
        let left = peer.notAfter - time.now
        let text = said("\(peer.version), \(peer.subject), valid until \(end)", "\(peer.version)，\(peer.subject)，有效期至 \(end)")
        if left < ConnectionFacts.renewal {
            let days = max(0, left / 86_400)
            return result("tls", name, .warning, text + said(": \(days) d left, renew it at the broker", "：还剩 \(days) 天，请在代理端更新"), figures)
        }
        return result("tls", name, .ok, text, figures)
    }
}
