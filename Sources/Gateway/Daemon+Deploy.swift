import Glibc
import Journal
import Lifeline

/// What the board side of a push asks at the control socket.
extension Daemon {
    /// *Units*: entries of a list in the answer; what is beyond is only counted.
    static let listLimit = 2000

    /// How the gateway is, for whoever decides on a new generation.
    ///
    /// - Parameter window: seconds; devices that speak at least as often as this are listed: those that speak now, and those that were not heard since the
    ///   configuration was loaded.
    func health(_ window: Substring) -> [UInt8] {
        guard let gateway, let seconds = Double(window), seconds > 0 else { return error("the journal is not open yet") }
        let plan = gateway.configuration.plan
        let often = Daemon.intervals(plan).map { $0.map { $0 <= seconds } ?? false }
        let reporting = gateway.reportingDevices()
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("schema", 1)
        json.member("bamai", Version.text)
        json.member("gateway", plan.gateway)
        json.member("revision", gateway.configuration.revision)
        json.member("instance", "\(getpid())-\(started)")
        json.member("state", isStopping ? "stopping" : "running")
        json.member("journal", gateway.storage.problem.map(\.sentence) ?? "ok")
        json.key("brokers")
        json.beginArray()
        for source in sources {
            json.beginObject()
            json.member("id", source.status.id)
            json.member("state", source.status.state.rawValue)
            json.member("error", source.status.lastError ?? "")
            json.endObject()
        }
        json.endArray()
        json.key("lines")
        json.beginArray()
        for line in lines?.status ?? [] {
            json.beginObject()
            json.member("id", line.id)
            json.member("held", line.hold == .held)
            json.member("error", line.lastError ?? "")
            json.endObject()
        }
        json.endArray()
        json.member("platform", uplink?.status.state.rawValue ?? "none")
        json.member("platform_error", uplink?.status.lastError ?? "")
        list("reporting", plan.devices.indices.filter { often[$0] && reporting[$0] }.map { plan.devices[$0].id }, &json)
        list("unheard", plan.devices.indices.filter { often[$0] && !gateway.devicesHeard[$0] }.map { plan.devices[$0].id }, &json)
        json.member("devices", plan.devices.count)
        json.member("quiet", often.count { !$0 })
        let refusals = problems.filter { $0.subject == "configuration" || ($0.subject == "platform" && $0.severity == .error) }
        list("configuration", refusals.map(\.text), &json)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// *Units*: seconds. The shortest interval of each device; nil where it speaks only when something happens.
    private static func intervals(_ plan: SitePlan) -> [Double?] {
        var intervals = [Double?](repeating: nil, count: plan.devices.count)
        for sensor in plan.sensors where sensor.derived == nil {
            guard let interval = sensor.interval else { continue }
            intervals[sensor.device] = min(interval, intervals[sensor.device] ?? interval)
        }
        return intervals
    }

    private func list(_ name: String, _ texts: [String], _ json: inout JSONWriter) {
        json.key(name)
        json.beginArray()
        for text in texts.prefix(Daemon.listLimit) { json.value(text) }
        json.endArray()
    }

    /// Which of these secrets the gateway cannot read: names only.
    func lacks(_ names: Substring) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.key("missing")
        json.beginArray()
        for name in names.split(separator: " ").prefix(64) where !name.contains("/") && name.first != "." {
            if case .failure = Connections.secret(String(name)) { json.value(String(name)) }
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// Takes the changes that wait in the board's folder into the journal, and reads them back through a connection of its own.
    ///
    /// The answer comes after the commit. It is also how a push tries whether the journal takes what it is given.
    func takeAudit() -> [UInt8] {
        guard let gateway else { return error("the journal is not open yet") }
        do throws(JournalError) {
            let (taken, last) = try moveAudit(gateway)
            if let last {
                let reader = try SQLiteJournalReader.open(path: gateway.configuration.journal.path)
                guard try reader.latestAlerts(limit: AuditFolder.atOnce).contains(where: { $0.id == last }) else {
                    return error("the journal took an entry and does not give it back")
                }
            }
            return Array("{\"audited\":\(taken)}\n".utf8)
        } catch {
            return self.error("the journal refuses: \(error.sentence)")
        }
    }

    /// The same at a start, where nobody waits for an answer.
    func takeAuditAtStart() {
        guard let gateway else { return }
        do throws(JournalError) {
            let (taken, _) = try moveAudit(gateway)
            if taken > 0 { say(.notice, "changes of the board, made while no gateway ran, are in the journal: \(taken)") }
        } catch {
            say(.warning, "changes of the board wait to be journalled: \(error.sentence)")
        }
    }

    private func moveAudit(_ gateway: Gateway) throws(JournalError) -> (taken: Int, last: String?) {
        guard let folder = AuditFolder(sitePath: sitePath) else { return (0, nil) }
        let names = folder.names
        let entries = names.map { folder.entry($0) }
        let whole = entries.compactMap { $0 }
        try gateway.record(whole)
        for name in names { folder.remove(name) }
        if whole.count < names.count { say(.warning, "\(names.count - whole.count) files in \(folder.path) were no entries and were taken away") }
        if !whole.isEmpty { uplink?.wake() }
        return (whole.count, whole.last?.id)
    }
}
