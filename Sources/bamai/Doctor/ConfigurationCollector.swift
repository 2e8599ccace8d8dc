import Doctor
import Gateway
import Glibc
import Lifeline
import Linux
import Site

/// Looks at a site's secrets and profile, and at the service that runs it.
struct ConfigurationCollector: Sendable {
    /// The unit that packages bring.
    static let unitName = "bamaid.service"
    static let shippedProfiles = "/usr/share/bamai/profiles"

    // MARK: - Secrets

    static func secrets(_ site: SiteConfiguration) -> [ConfigurationFacts.Secret] {
        site.secretNames.map { name in
            // The first folder that has it counts, as for the daemon.
            let places = Connections.secretFolders.map { $0 + "/" + name }
            let place = places.first { access($0, F_OK) == 0 || errno == EACCES } ?? places[places.count - 1]
            return ConfigurationFacts.Secret(name: name, path: place, fault: fault(place))
        }
    }

    private static func fault(_ path: String) -> ConfigurationFacts.Secret.Fault? {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno == EACCES ? .notAllowed : .absent }
        if status.st_size == 0 { return .empty }
        if UInt32(status.st_mode) & 0o007 != 0 { return .open }
        return access(path, R_OK) == 0 ? nil : .notAllowed
    }

    // MARK: - Profile

    static func profile(_ site: SiteConfiguration) -> Answer<ConfigurationFacts.Profiles>? {
        guard let origin = site.plan.rules.map(\.origin).first(where: { $0.contains("@") }) else { return nil }
        let parts = origin.split(separator: "@")
        guard parts.count == 2, let version = Int(parts[1]) else { return nil }
        let name = String(parts[0])
        let path = "\(shippedProfiles)/\(name).toml"
        let shipped = SystemFile.exists(path) ? loadProfile(at: path, from: .disk).value?.version : nil
        return .known(ConfigurationFacts.Profiles(name: name, version: version, shipped: shipped))
    }

    // MARK: - Service

    /// The unit, and the user that it runs as; nil: it names none.
    struct UnitAnswer: Sendable {
        var unit: Answer<ConfigurationFacts.Unit>
        var user: String?
    }

    /// Asks systemd, where it runs.
    static func unit(until deadline: Int64) -> UnitAnswer {
        guard SystemFile.exists("/run/systemd/system") else {
            return UnitAnswer(unit: .unknown(.lacking(BilingualText(chinese: "运行中的 systemd", english: "systemd running on this machine"))))
        }
        let names = "LoadState,ActiveState,UnitFileState,NRestarts,WatchdogUSec,User"
        switch ProgramOutput.of("/usr/bin/systemctl", ["show", unitName, "--no-pager", "-p", names], until: deadline) {
        case .unknown(let reason): return UnitAnswer(unit: .unknown(reason))
        case .known(let text):
            var values: [Substring: String] = [:]
            for line in text.split(separator: "\n") {
                guard let equals = line.firstIndex(of: "=") else { continue }
                values[line[..<equals]] = String(line[line.index(after: equals)...])
            }
            guard let load = values["LoadState"] else { return UnitAnswer(unit: .unknown(.failed("systemctl: other words than expected"))) }
            let unit = ConfigurationFacts.Unit(
                name: unitName, load: load, active: values["ActiveState"] ?? "", file: values["UnitFileState"] ?? "",
                restarts: values["NRestarts"].flatMap { Int($0) } ?? 0, watchdog: microseconds(values["WatchdogUSec"] ?? "0"))
            return UnitAnswer(unit: .known(unit), user: values["User"].flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// `30s`, `1min 30s`, `infinity`, as systemctl writes them. *Source*: systemd.time(7).
    static func microseconds(_ text: String) -> Int64 {
        if text == "infinity" { return 0 }
        let units: [(String, Int64)] = [("us", 1), ("ms", 1000), ("min", 60_000_000), ("s", 1_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)]
        var total: Int64 = 0
        for word in text.split(separator: " ") {
            guard let (unit, factor) = units.first(where: { word.hasSuffix($0.0) }), let number = Double(word.dropLast(unit.utf8.count)), number < 1e6
            else { continue }
            total += Int64(number * Double(factor))
        }
        return total
    }

    // MARK: - Writers

    /// Who holds the lock of a journal, as the kernel tells, without trying the lock: that could be in a starting gateway's way.
    static func holders(journal: String) -> Answer<[Int32]> {
        var status = stat()
        guard stat(journal + ".lock", &status) == 0 else { return errno == ENOENT ? .known([]) : .unknown(SystemFile.ignorance(journal + ".lock")) }
        let (major, minor) = MountTable.numbers(UInt64(status.st_dev))
        switch SystemFile.text("/proc/locks") {
        case .unknown(let reason): return .unknown(reason)
        case .known(let text):
            // `4: FLOCK  ADVISORY  WRITE 13430 fe:00:16220164 0 EOF`; who waits has an arrow.
            return .known(
                text.split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ")
                    guard words.count >= 6, words[1] == "FLOCK", let holder = Int32(words[4]) else { return nil }
                    let place = words[5].split(separator: ":")
                    guard place.count == 3, UInt64(place[0], radix: 16) == major, UInt64(place[1], radix: 16) == minor else { return nil }
                    return UInt64(place[2]) == UInt64(status.st_ino) ? holder : nil
                })
        }
    }
}
