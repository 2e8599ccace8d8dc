import Lifeline

/// What is known of the site's files and of the service that runs them.
package struct ConfigurationFacts: Sendable {
    /// Where the site is.
    package var path: String
    package var site: Answer<SiteState> = .unknown(.late)
    /// One a secret that the site names.
    package var secrets: Answer<[Secret]> = .unknown(.noSite)
    /// The profile that the site uses, beside the one that this program came with; nil: the site uses none.
    package var profile: Answer<Profiles>?
    /// The running gateway's revision.
    package var running: Answer<String> = .unknown(.noGateway)
    package var unit: Answer<Unit> = .unknown(.late)
    /// Processes that hold the journal's lock; the gateway that answers is one.
    package var writers: Answer<Writers> = .unknown(.late)

    package init(path: String) { self.path = path }

    /// What reading the site came to.
    package enum SiteState: Equatable, Sendable {
        case valid(gateway: String, revision: String, sensors: Int, warnings: [String])
        case invalid([String])
    }

    /// A secret's file.
    package struct Secret: Equatable, Sendable {
        /// What is wrong with it.
        package enum Fault: Equatable, Sendable { case absent, notAllowed, empty, open }
        package var name: String
        /// The file that was looked at.
        package var path: String
        package var fault: Fault?
        package init(name: String, path: String, fault: Fault?) {
            self.name = name
            self.path = path
            self.fault = fault
        }
    }

    /// Two versions of a profile.
    package struct Profiles: Equatable, Sendable {
        package var name: String
        package var version: Int
        /// nil: this program came without that profile.
        package var shipped: Int?
        package init(name: String, version: Int, shipped: Int?) {
            self.name = name
            self.version = version
            self.shipped = shipped
        }
    }

    /// The service as systemd knows it.
    package struct Unit: Equatable, Sendable {
        package var name: String
        /// `loaded`, `not-found` …
        package var load: String
        /// `active`, `failed` …
        package var active: String
        /// `enabled`, `disabled` …; may be empty.
        package var file: String
        package var restarts: Int
        /// *Units*: microseconds; 0: none.
        package var watchdog: Int64
        package init(name: String, load: String, active: String, file: String, restarts: Int, watchdog: Int64) {
            self.name = name
            self.load = load
            self.active = active
            self.file = file
            self.restarts = restarts
            self.watchdog = watchdog
        }
    }

    /// Who writes the journal.
    package struct Writers: Equatable, Sendable {
        package var holders: [Int32]
        /// The process at the other end of the control socket; nil: nobody answers.
        package var gateway: Int32?
        package init(holders: [Int32], gateway: Int32?) {
            self.holders = holders
            self.gateway = gateway
        }
    }
}

extension ConfigurationFacts {
    /// Findings that are shown; `bamai check` shows them all.
    static let findingLimit = 3

    /// The lines of the section.
    package func results() -> [CheckResult] {
        var results = siteResults
        results += secretResults
        if let profileResult { results.append(profileResult) }
        results.append(revisionResult)
        results += unitResults
        results.append(writerResult)
        return results
    }

    private func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(.configuration, check, name, verdict, text, figures: figures) }

    private var siteResults: [CheckResult] {
        let name = said("site", "站点")
        switch site {
        case .unknown(let reason): return [result("site", name, .unknown, same("\(path): ") + reason.text)]
        case .known(.valid(let gateway, let revision, let sensors, let warnings)):
            let text = said("\(gateway), revision \(revision.prefix(8)), \(sensors) sensors", "\(gateway)，版本 \(revision.prefix(8))，\(sensors) 个传感器")
            guard !warnings.isEmpty else { return [result("site", name, .ok, text)] }
            return [
                result(
                    "site", name, .warning,
                    text + said("; \(warnings.count) warnings: bamai check \(path)", "；\(warnings.count) 条警告：bamai check \(path)"),
                    [.init("warnings", Double(warnings.count))])
            ]
        case .known(.invalid(let findings)):
            var lines = findings.prefix(ConfigurationFacts.findingLimit).map { result("site", name, .error, same($0)) }
            if findings.count > ConfigurationFacts.findingLimit {
                let rest = findings.count - ConfigurationFacts.findingLimit
                lines.append(result("site", name, .error, said("and \(rest) more: bamai check \(path)", "还有 \(rest) 条：bamai check \(path)")))
            }
            return lines
        }
    }

    private var secretResults: [CheckResult] {
        let name = said("secrets", "密钥")
        switch secrets {
        case .unknown(let reason): return [result("secrets", name, .unknown, reason.text)]
        case .known(let secrets):
            guard !secrets.isEmpty else { return [] }
            let faulty = secrets.filter { $0.fault != nil }
            guard !faulty.isEmpty else { return [result("secrets", name, .ok, said("\(secrets.count) set", "\(secrets.count) 个均已设置"))] }
            return faulty.map { secret in
                let text: BilingualText
                switch secret.fault {
                case .notAllowed: text = Ignorance.notAllowed(secret.name).text
                case .empty:
                    text = said("\(secret.name) is empty: bamai secret set \(secret.name)", "\(secret.name) 为空：bamai secret set \(secret.name)")
                case .open:
                    text = said("everybody may read \(secret.path): chmod 640 it", "任何人都能读取 \(secret.path)：请 chmod 640")
                case .absent, nil:
                    text = said("\(secret.name) is not set: bamai secret set \(secret.name)", "\(secret.name) 未设置：bamai secret set \(secret.name)")
                }
                return result("secrets", name, secret.fault == .notAllowed ? .unknown : .error, text)
            }
        }
    }

    private var profileResult: CheckResult? {
        guard let profile else { return nil }
        let name = said("profile", "规则集")
        switch profile {
        case .unknown(let reason): return result("profile", name, .unknown, reason.text)
        case .known(let profiles):
            let text = same("\(profiles.name) \(profiles.version)")
            guard let shipped = profiles.shipped else { return result("profile", name, .ok, text) }
            if shipped > profiles.version {
                return result(
                    "profile", name, .warning,
                    text + said("; this program came with \(shipped): compare the two, then take the new one", "；程序自带版本 \(shipped)：比对后请更新"))
            }
            return result("profile", name, .ok, text)
        }
    }

    private var revisionResult: CheckResult {
        let name = said("revision", "运行版本")
        switch running {
        case .unknown(let reason): return result("revision", name, .unknown, reason.text)
        case .known(let running):
            guard case .known(.valid(_, let disk, _, _)) = site else { return result("revision", name, .unknown, Ignorance.noSite.text) }
            if running == disk { return result("revision", name, .ok, said("the gateway runs what is on disk", "网关运行的与磁盘一致")) }
            return result(
                "revision", name, .warning,
                said(
                    "the gateway runs \(running.prefix(8)), on disk is \(disk.prefix(8)): systemctl reload bamaid",
                    "网关运行 \(running.prefix(8))，磁盘上是 \(disk.prefix(8))：systemctl reload bamaid"))
        }
    }

    private var unitResults: [CheckResult] {
        let name = said("service", "系统服务")
        switch unit {
        case .unknown(let reason): return [result("service", name, .unknown, reason.text)]
        case .known(let unit):
            guard unit.load == "loaded" else {
                return [
                    result(
                        "service", name, .warning,
                        said(
                            "\(unit.name) is not installed (\(unit.load)): nothing starts the gateway at boot",
                            "\(unit.name) 未安装（\(unit.load)）：开机不会启动网关"))
                ]
            }
            var results: [CheckResult] = []
            switch (unit.active, unit.file) {
            case ("active", "enabled"), ("active", ""), ("active", "static"):
                results.append(result("service", name, .ok, same("\(unit.name) \(unit.active) \(unit.file)")))
            case ("active", _):
                results.append(
                    result(
                        "service", name, .warning,
                        said(
                            "\(unit.name) runs, but not at boot: systemctl enable \(unit.name)",
                            "\(unit.name) 在运行，但开机不启动：systemctl enable \(unit.name)")))
            default:
                results.append(
                    result(
                        "service", name, .error,
                        said(
                            "\(unit.name) is \(unit.active): journalctl -u \(unit.name) -n 50, systemctl start \(unit.name)",
                            "\(unit.name) 状态为 \(unit.active)：journalctl -u \(unit.name) -n 50，systemctl start \(unit.name)")))
            }
            let figures = [CheckResult.Figure("restarts", Double(unit.restarts))]
            if unit.restarts > 0 {
                results.append(
                    result(
                        "restarts", said("restarts", "重启次数"), .warning,
                        said(
                            "\(unit.restarts) by systemd since boot: journalctl -b -u \(unit.name) -p warning",
                            "启动以来被 systemd 重启 \(unit.restarts) 次：journalctl -b -u \(unit.name) -p warning"),
                        figures))
            } else {
                results.append(result("restarts", said("restarts", "重启次数"), .ok, said("none since boot", "启动以来无"), figures))
            }
            let hasWatchdog = unit.watchdog > 0 && unit.watchdog < .max
            results.append(
                result(
                    "service_watchdog", said("hang guard", "挂起保护"), hasWatchdog ? .ok : .warning,
                    hasWatchdog
                        ? said("WatchdogSec=\(unit.watchdog / 1_000_000)", "WatchdogSec=\(unit.watchdog / 1_000_000)")
                        : said("none: set WatchdogSec=30, or a daemon that hangs stays so", "无：请设 WatchdogSec=30，否则挂起后无人处理")))
            return results
        }
    }

    private var writerResult: CheckResult {
        let name = said("writer", "写入进程")
        switch writers {
        case .unknown(let reason): return result("writer", name, .unknown, reason.text)
        case .known(let writers):
            let others = writers.holders.filter { $0 != writers.gateway }
            if let other = others.first {
                return result(
                    "writer", name, .error,
                    said(
                        "process \(other) writes this journal, and is not the gateway that answers here: two of them? (ps \(other))",
                        "进程 \(other) 正在写该日志库，但不是此处应答的网关：是否启动了两个？（ps \(other)）"))
            }
            guard let gateway = writers.gateway else { return result("writer", name, .ok, said("none: no gateway runs", "无：网关未运行")) }
            if writers.holders.isEmpty {
                return result(
                    "writer", name, .warning, said("process \(gateway) answers, but writes another journal, or none", "进程 \(gateway) 应答，但没有写该日志库"))
            }
            return result("writer", name, .ok, said("process \(gateway), the only one", "进程 \(gateway)，唯一"))
        }
    }
}
