import Glibc
import MQTT
import Site

/// From a site's words to what a connection needs: certificates by path, passwords from their files.
package enum Connections {
    /// Where secrets lie: what systemd hands over, else `/etc/bamai/secrets`.
    static var secretsDirectory: String {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } ?? "/etc/bamai/secrets"
    }

    /// The secrets of these names; the first that cannot be had is the problem.
    static func secrets(_ names: [String]) -> Result<[String: String], SecretProblem> {
        var secrets: [String: String] = [:]
        for name in names {
            switch Secrets.read(name, from: secretsDirectory) {
            case .success(let text): secrets[name] = text
            case .failure(let problem): return .failure(problem)
            }
        }
        return .success(secrets)
    }

    /// What a connection to a broker of a site needs; a sentence where its password cannot be read.
    package static func options(_ broker: BrokerConfiguration) -> Result<MQTTOptions, SecretProblem> {
        var password: String?
        if let name = broker.passwordSecret {
            switch Secrets.read(name, from: secretsDirectory) {
            case .success(let text): password = text
            case .failure(let problem): return .failure(problem)
            }
        }
        let tls = broker.tls.map { MQTTTLS(authority: $0.authority, certificate: $0.certificate, key: $0.key) }
        return .success(
            MQTTOptions(
                host: broker.address.host, port: broker.address.port, clientID: broker.clientID, username: broker.username, password: password,
                keepalive: broker.keepalive, tls: tls, window: broker.window))
    }
}
