/// Reads the keys that `[[broker]]` and `[platform]` have in common.
struct ConnectionReader {
    let log: FindingLog
    /// Who is known to a broker under which client id: a second one would throw the first one out, for ever.
    private var clients = IDRegister("client_id")

    init(log: FindingLog) { self.log = log }

    /// - Parameters:
    ///   - id: The connection's short name.
    ///   - client: The client id where the file names none; nil where the connection itself is at fault.
    ///   - window: The window where the file names none.
    mutating func connection(_ reader: TableReader, id: String, client: String?, window: Int) -> BrokerConfiguration? {
        let username = reader.text("username")
        let password = SecretName.read(reader, "password", log: log)
        if let password, username == nil, !reader.has("username") {
            log.error("password without username: MQTT has no place for it", at: password.spot)
        }
        // 128 characters: MQTT demands 23 of every broker, and every broker in use takes more.
        let named = reader.identifier("client_id", limit: 128, alphabet: "-_.:")
        let keepalive = reader.seconds("keepalive", in: 5...3600)?.value ?? 30
        let window = reader.whole("window", in: 1...65_535)?.value ?? window
        let authority = reader.text("ca")
        let certificate = reader.text("certificate")
        let key = reader.text("key")
        if let certificate, !reader.has("key") { log.error("certificate without key: a client certificate needs both", at: certificate.spot) }
        if let key, !reader.has("certificate") { log.error("key without certificate: a client certificate needs both", at: key.spot) }
        guard let text = reader.text("url", limit: 400) else { return nil }
        let url: BrokerURL
        do throws(BrokerURL.Refusal) { url = try BrokerURL(text.value) } catch {
            log.error("url: \(error.reason)", at: text.spot)
            return nil
        }
        if !url.usesTLS {
            for (name, value) in [("ca", authority), ("certificate", certificate), ("key", key)] {
                if let value { log.error("\(name) needs TLS: write \"mqtts://…\" as the url (line \(text.spot.position.line))", at: value.spot) }
            }
            if !url.isLoopback {
                log.warning("plain MQTT to another host can be read and forged on the way; prefer \"mqtts://…\"", at: text.spot)
            }
        }
        guard let clientID = named ?? client.map({ Located(value: $0, spot: reader.here) }) else { return nil }
        clients.declare(
            clientID.map { "\($0) at \(url.host):\(url.port)" }, log: log, hint: "; the broker would end one connection for the other again and again"
        )
        return BrokerConfiguration(
            id: id, address: BrokerAddress(host: url.host, port: url.port),
            tls: url.usesTLS ? TLSConfiguration(authority: authority?.value, certificate: certificate?.value, key: key?.value) : nil,
            clientID: clientID.value, username: username?.value, passwordSecret: password?.value, keepalive: keepalive, window: window)
    }
}
