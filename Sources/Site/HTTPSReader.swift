/// Reads a `[platform]` whose url is `https://…`.
struct HTTPSReader {
    let log: FindingLog

    /// Keys that only MQTT has, and those that only HTTPS has.
    private static let ofMQTT = [
        "client_id", "username", "password", "keepalive", "alert_topic", "readings_topic", "decisions_topic", "status_topic",
    ]
    private static let ofHTTPS = ["token", "proxy", "timeout", "alert_path", "readings_path", "decisions_path", "status_path"]

    /// What stands beside an `mqtt://` url and means nothing there.
    static func refuseOwnKeys(_ reader: TableReader, log: FindingLog) {
        for key in ofHTTPS where reader.has(key) { log.error("\(key) belongs to a platform with an https:// url", at: reader.spot(of: key)) }
    }

    /// The connection; nil where the url is at fault.
    func connection(_ reader: TableReader, text: Located<String>) -> HTTPSConfiguration? {
        for key in HTTPSReader.ofMQTT where reader.has(key) {
            log.error("\(key) belongs to a platform with an mqtt:// url", at: reader.spot(of: key))
        }
        let token = SecretName.read(reader, "token", log: log)
        let authority = reader.text("ca")
        let certificate = reader.text("certificate")
        let key = reader.text("key")
        if let certificate, !reader.has("key") { log.error("certificate without key: a client certificate needs both", at: certificate.spot) }
        if let key, !reader.has("certificate") { log.error("key without certificate: a client certificate needs both", at: key.spot) }
        let proxy = proxy(reader)
        let timeout = reader.seconds("timeout", in: 2...600)?.value ?? 30
        // A batch is held in memory as a whole.
        let window = reader.whole("window", in: 1...128)?.value ?? 64
        let url: HTTPSURL
        do throws(BrokerURL.Refusal) { url = try HTTPSURL(text.value) } catch {
            log.error("url: \(error.reason)", at: text.spot)
            return nil
        }
        if !url.usesTLS {
            if !BrokerURL.isLoopback(url.host) {
                log.error("plain HTTP to another host could be read and forged on the way: write \"https://…\"", at: text.spot)
            }
            for (name, value) in [("ca", authority), ("certificate", certificate), ("key", key)] {
                if let value { log.error("\(name) needs TLS: write \"https://…\" as the url (line \(text.spot.position.line))", at: value.spot) }
            }
        } else if token == nil && certificate == nil && !reader.has("token") && !reader.has("certificate") {
            log.warning("neither token nor certificate: the platform cannot know who sends", at: text.spot)
        }
        return HTTPSConfiguration(
            url: url.base, host: url.host, port: url.port,
            tls: TLSConfiguration(authority: authority?.value, certificate: certificate?.value, key: key?.value), tokenSecret: token?.value,
            proxy: proxy, timeout: timeout, window: window)
    }

    /// A path of the platform's, behind the url.
    func path(_ reader: TableReader, _ key: String) -> String? {
        guard let text = reader.text(key, limit: 1024) else { return nil }
        if let objection = HTTPSURL.objection(toPath: text.value) { log.error("\(key) \(objection)", at: text.spot) }
        return text.value
    }

    private func proxy(_ reader: TableReader) -> String? {
        guard let text = reader.text("proxy", limit: 400) else { return nil }
        let form = "write \"http://host:3128\""
        do throws(BrokerURL.Refusal) {
            let url = try HTTPSURL(text.value)
            guard !url.usesTLS, url.prefix.isEmpty else { throw BrokerURL.Refusal(reason: "a proxy is spoken to by HTTP and has no path; \(form)") }
            return url.base
        } catch {
            log.error("proxy: \(error.reason)", at: text.spot)
            return nil
        }
    }
}

/// The name in `secret://name`.
enum SecretName {
    static func read(_ reader: TableReader, _ key: String, log: FindingLog) -> Located<String>? {
        guard let text = reader.text(key, limit: 400) else { return nil }
        let scheme = "secret://"
        guard text.value.hasPrefix(scheme) else {
            // The text is not quoted: findings end up in logs and tickets.
            log.error("\(key): write \"secret://name\"; the secret itself never stands in a file", at: text.spot)
            return nil
        }
        let name = String(text.value.dropFirst(scheme.count))
        if let objection = TextRules.objection(toID: name) ?? (name.hasPrefix(".") ? "begins with a dot" : nil) {
            log.error("\(key): the secret's name \(objection)", at: text.spot)
            return nil
        }
        return Located(value: name, spot: text.spot)
    }
}
