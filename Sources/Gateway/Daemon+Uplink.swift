import Journal
import Linux
import Site
import Uplink

/// The way to the platform: opened, and heard.
extension Daemon {
    /// What the uplink's thread has for this one: acknowledged, refused, decided.
    func hear(_ uplink: Uplink) {
        gateway?.takeAcknowledged(uplink)
        if uplink.takeStatusRequest() { uplink.give(status: statusForPlatform()) }
        let offers = uplink.takeDecisions()
        guard !offers.isEmpty else { return }
        // The platform keeps what is not answered.
        guard let gateway else { return uplink.answerDecisions(areDurable: false) }
        do throws(JournalError) {
            let before = gateway.decisionFigures
            try gateway.take(offers, sources: sources)
            uplink.answerDecisions(areDurable: true)
            uplink.wake()
            let figures = gateway.decisionFigures
            say(
                .notice,
                "decisions from the platform: \(figures.taken - before.taken) taken, \(figures.duplicates - before.duplicates) known, "
                    + "\(offers.count - Int(figures.taken - before.taken + figures.duplicates - before.duplicates)) refused")
        } catch {
            uplink.answerDecisions(areDurable: false)
            say(.error, "decisions from the platform wait: \(error.sentence)")
        }
    }

    /// What `bamai status --json` says, within what a platform takes: where that is too much, without its lists.
    private func statusForPlatform() -> [UInt8] {
        let whole = status()
        return whole.count <= Daemon.platformStatusBytes ? whole : status(isBrief: true)
    }

    /// *Units*: bytes; beyond, the lists are left out.
    private static let platformStatusBytes = Uplink.statusBytesLimit / 2

    func openUplink(_ site: SiteConfiguration) {
        guard let platform = site.platform else { return }
        switch uplink(of: platform, site) {
        case .failure(let problem): problems.append(Problem(.error, "platform", problem.text))
        case .success(let made):
            do throws(SystemError) {
                try epoll.add(made.ackDescriptor, .readable, token: Token.uplink.rawValue)
                uplink = made
            } catch {
                problems.append(Problem(.error, "platform", "\(error)"))
            }
        }
    }

    private func uplink(of platform: PlatformConfiguration, _ site: SiteConfiguration) -> Result<Uplink, SecretProblem> {
        let (gateway, offset) = (site.plan.gateway, site.plan.utcOffsetSeconds)
        let path = site.journal.path
        let openReader: @Sendable () throws(JournalError) -> any JournalReader = { () throws(JournalError) in
            try SQLiteJournalReader.open(path: path)
        }
        return Connections.secrets(platform.mapping?.secrets ?? []).flatMap { secrets in
            switch platform.transport {
            case .mqtt(let broker):
                Connections.options(broker).flatMap { options in
                    Daemon.made { () throws(SystemError) in
                        try Uplink(
                            platform: platform, options: options, gateway: gateway, utcOffsetSeconds: offset, secrets: secrets,
                            seed: self.seed(broker.clientID), openReader: openReader)
                    }
                }
            case .https(let server):
                Connections.options(server).flatMap { options in
                    Daemon.made { () throws(SystemError) in
                        try Uplink(
                            platform: platform, server: server, options: options, gateway: gateway, utcOffsetSeconds: offset, secrets: secrets,
                            seed: self.seed(gateway + server.url), openReader: openReader)
                    }
                }
            }
        }
    }

    private static func made(_ body: () throws(SystemError) -> Uplink) -> Result<Uplink, SecretProblem> {
        do throws(SystemError) { return .success(try body()) } catch { return .failure(SecretProblem(text: "\(error)")) }
    }
}

extension Gateway {
    /// Takes what an uplink says is acknowledged, and what it says never will be.
    func takeAcknowledged(_ uplink: Uplink) {
        acknowledged(uplink.takeAcknowledged())
        buried(uplink.takeDeadLetters())
    }
}
