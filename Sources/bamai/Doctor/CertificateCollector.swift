import Doctor
import Glibc
import Site
import TLS

/// Reads the TLS files that a site names.
struct CertificateCollector: Sendable {
    /// Owners (a broker's id, `platform`) and their files.
    var owners: [(name: String, files: TLSConfiguration)]
    var account: Account?

    init(site: SiteConfiguration, account: Account?) {
        owners = []
        self.account = account
        for broker in site.brokers {
            if let tls = broker.tls { owners.append((name: broker.id, files: tls)) }
        }
        if let tls = site.platform?.broker?.tls ?? site.platform?.server?.tls { owners.append((name: "platform", files: tls)) }
    }

    func facts() -> [CertificateFacts] {
        var facts: [CertificateFacts] = []
        for (owner, files) in owners {
            if let path = files.authority { facts.append(file(owner, .authority, path, certificates(path))) }
            if let path = files.certificate { facts.append(file(owner, .certificate, path, certificates(path))) }
            if let path = files.key { facts.append(file(owner, .key, path, key(path, files.certificate))) }
        }
        return facts
    }

    private func file(_ owner: String, _ role: CertificateFacts.Role, _ path: String, _ content: Answer<CertificateFacts.Content>) -> CertificateFacts
    {
        var status = stat()
        let mode = stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o7777 : nil
        return CertificateFacts(
            owner: owner, role: role, path: path, content: content, mode: mode, isReadable: account?.mayRead(path), user: account?.name ?? "")
    }

    private func certificates(_ path: String) -> Answer<CertificateFacts.Content> {
        do throws(CertificateFile.Failure) {
            let file = try CertificateFile.read(path)
            return .known(
                .certificates(
                    subject: file.first.subject, count: file.count, notBefore: file.first.notBefore, notAfter: file.earliest.notAfter))
        } catch {
            switch error {
            case .empty: return .known(.empty)
            case .unreadable(let code):
                errno = code
                return .unknown(SystemFile.ignorance(path))
            }
        }
    }

    private func key(_ path: String, _ certificate: String?) -> Answer<CertificateFacts.Content> {
        guard access(path, R_OK) == 0 else { return .unknown(SystemFile.ignorance(path)) }
        switch KeyMatch.of(certificate: certificate ?? "", key: path) {
        case .matches: return .known(.key(.matches))
        case .differs: return .known(.key(.differs))
        case .noCertificate: return .known(.key(.noCertificate))
        case .noKey: return .known(.key(.unreadable))
        case .wantsPassword: return .known(.key(.wantsPassword))
        }
    }
}
