import Glibc
import HTTP
import Lifeline
import MQTT
import Site

/// From a site's words to what a connection needs: certificates by path, passwords from their files.
package enum Connections {
    /// Where secrets lie, in the order of looking: what systemd hands over, then `/etc/bamai/secrets`, where one may have been set since the start.
    package static var secretFolders: [String] {
        getenv("CREDENTIALS_DIRECTORY").map { [String(cString: $0), Secrets.folder] } ?? [Secrets.folder]
    }

    /// A secret by its name.
    static func secret(_ name: String) -> Result<String, SecretProblem> { Secrets.read(name, from: secretFolders) }

    /// The secrets of these names; the first that cannot be had is the problem.
    static func secrets(_ names: [String]) -> Result<[String: String], SecretProblem> {
        var secrets: [String: String] = [:]
        for name in names {
            switch secret(name) {
            case .success(let text): secrets[name] = text
            case .failure(let problem): return .failure(problem)
            }
        }
        return .success(secrets)
    }

    /// The first secret of a site that cannot be had; nil where all are there.
    static func missingSecret(_ site: SiteConfiguration) -> SecretProblem? {
        if case .failure(let problem) = secrets(site.secretNames) { return problem }
        return nil
    }

    /// A number that changes with the secrets of a site, as far as they can be read; never kept outside of this process.
    static func secretsMark(_ site: SiteConfiguration) -> UInt64 {
        var hash = StableHash()
        for name in site.secretNames {
            if case .success(let text) = secret(name) { hash.combine(text) }
            hash.combine(name)
        }
        return hash.value
    }

    /// What requests to a platform need; a sentence where its token cannot be read.
    static func options(_ server: HTTPSConfiguration) -> Result<HTTPOptions, SecretProblem> {
        var token: String?
        if let name = server.tokenSecret {
            switch secret(name) {
            case .success(let text): token = text
            case .failure(let problem): return .failure(problem)
            }
        }
        return .success(
            HTTPOptions(
                url: server.url,
                tls: HTTPOptions.TLS(authority: server.tls.authority, certificate: server.tls.certificate, key: server.tls.key), token: token,
                proxy: server.proxy, timeoutMilliseconds: server.timeout * 1000))
    }

    /// What a connection to a broker of a site needs; a sentence where its password cannot be read.
    package static func options(_ broker: BrokerConfiguration) -> Result<MQTTOptions, SecretProblem> {
        var password: String?
        if let name = broker.passwordSecret {
            switch secret(name) {
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

    /// How long a broker may bring nothing before its connection is made anew: three of the shortest intervals at which a sensor behind it speaks, at least
    /// ten minutes, at most a day; `.max` where no interval is known. *Units*: nanoseconds.
    static func quietLimit(_ plan: SitePlan, broker: Int) -> Int64 {
        let intervals = plan.sensors.lazy.filter { plan.devices[$0.device].broker == broker }.compactMap(\.interval)
        return intervals.min().map { Int64(min(max(3 * $0, 600), 86_400) * 1e9) } ?? .max
    }
}
