import Lifeline

/// How a daemon says it is: its answer to `health`.
package struct DaemonHealth: Equatable, Sendable {
    /// One connection to a broker.
    package struct Broker: Equatable, Sendable {
        package var id: String
        package var isConnected: Bool
        package var error: String

        package init(id: String, isConnected: Bool, error: String) { (self.id, self.isConnected, self.error) = (id, isConnected, error) }
    }

    /// One of the board's own lines.
    package struct Line: Equatable, Sendable {
        package var id: String
        package var isHeld: Bool
        package var error: String

        package init(id: String, isHeld: Bool, error: String) { (self.id, self.isHeld, self.error) = (id, isHeld, error) }
    }

    /// As it was answered.
    package var bytes: [UInt8]
    package var version: String
    package var gateway: String
    /// The revision that it has loaded.
    package var revision: String
    /// Another one after every start.
    package var instance: String
    package var isRunning: Bool
    /// `ok`, or why the store refuses.
    package var journal: String
    package var brokers: [Broker]
    /// The board's own lines, and whether each is held.
    package var lines: [Line]
    /// `none`, `connected`, …
    package var platform: String
    package var platformError: String
    /// Devices that speak often and do.
    package var reporting: Set<String>
    /// Devices that speak often and were not heard since the configuration was loaded.
    package var unheard: Set<String>
    package var devices: Int
    /// Devices that need not speak within the window.
    package var quiet: Int
    /// Why a configuration was not taken, or only in part.
    package var configuration: [String]

    /// *Units*: bytes.
    static let byteLimit = 512 << 10

    package init?(json bytes: [UInt8]) {
        guard bytes.count <= DaemonHealth.byteLimit, let value = JSONValue(bytes), value["schema"].count == 1, let revision = value["revision"].text,
            let instance = value["instance"].text, let gateway = value["gateway"].text
        else { return nil }
        self.bytes = bytes
        (self.revision, self.instance, self.gateway, version) = (revision, instance, gateway, value["bamai"].text ?? "")
        isRunning = value["state"].text == "running"
        journal = value["journal"].text ?? ""
        brokers = value["brokers"].list.map {
            Broker(id: $0["id"].text ?? "", isConnected: $0["state"].text == "connected", error: $0["error"].text ?? "")
        }
        lines = value["lines"].list.map { Line(id: $0["id"].text ?? "", isHeld: $0["held"].flag == true, error: $0["error"].text ?? "") }
        (platform, platformError) = (value["platform"].text ?? "none", value["platform_error"].text ?? "")
        reporting = Set(value["reporting"].list.compactMap(\.text))
        unheard = Set(value["unheard"].list.compactMap(\.text))
        (devices, quiet) = (Int(value["devices"].count), Int(value["quiet"].count))
        configuration = value["configuration"].list.compactMap(\.text)
    }
}

/// Whether a daemon is as well as it was before a change: a pure function.
package enum HealthGate {
    /// Why it is not, in one sentence; nil where it is.
    ///
    /// - Parameters:
    ///   - before: how it was; nil where none answered then: what was not there cannot be missed.
    ///   - now: how it is; nil where none answers.
    ///   - revision: what it must have loaded.
    ///   - sameProcess: whether a restart since `before` counts against it.
    package static func objection(before: DaemonHealth?, now: DaemonHealth?, revision: String, sameProcess: Bool) -> String? {
        guard let now else { return "the daemon does not answer" }
        guard now.isRunning else { return "the daemon is stopping" }
        if let why = now.configuration.first { return why }
        guard now.revision == revision else { return "the daemon runs revision \(now.revision), not \(revision)" }
        if let before, sameProcess, before.instance != now.instance { return "the daemon has restarted since the change" }
        if now.journal != "ok", before?.journal ?? "ok" == "ok" { return "the journal refuses: \(now.journal)" }
        // A line that could not be had before either is not the change's fault.
        let missed = Set(before?.lines.filter { !$0.isHeld }.map(\.id) ?? [])
        if let line = now.lines.first(where: { !$0.isHeld && !missed.contains($0.id) }) {
            return "line \(line.id) is not held\(reason(line.error))"
        }
        if let before, let why = lost(before, now) { return why }
        return nil
    }

    /// *Limits*: troubles that are told.
    static let troubleLimit = 8

    /// What is wrong with a daemon by itself, with nothing to compare it with; empty where nothing is.
    ///
    /// - Parameter revision: what it should have loaded; nil where no generation says so.
    package static func troubles(_ now: DaemonHealth?, revision: String?) -> [String] {
        guard let now else { return ["the daemon does not answer"] }
        var troubles = now.configuration
        if !now.isRunning { troubles.append("the daemon is stopping") }
        if let revision, now.revision != revision { troubles.append("the daemon runs revision \(now.revision), not \(revision)") }
        if now.journal != "ok" { troubles.append("the journal refuses: \(now.journal)") }
        for line in now.lines where !line.isHeld { troubles.append("line \(line.id) is not held\(reason(line.error))") }
        for broker in now.brokers where !broker.isConnected { troubles.append("broker \(broker.id) is not connected\(reason(broker.error))") }
        if now.platform != "none", now.platform != "connected" { troubles.append("the platform is not connected\(reason(now.platformError))") }
        return Array(troubles.prefix(troubleLimit))
    }

    /// What was there before and is not now.
    private static func lost(_ before: DaemonHealth, _ now: DaemonHealth) -> String? {
        let up = Set(before.brokers.filter(\.isConnected).map(\.id))
        for broker in now.brokers where up.contains(broker.id) && !broker.isConnected {
            return "broker \(broker.id) was connected before and is not now\(reason(broker.error))"
        }
        if !up.isEmpty, !now.brokers.isEmpty, !now.brokers.contains(where: \.isConnected) {
            return "brokers were connected before and none is now\(reason(now.brokers[0].error))"
        }
        if before.platform == "connected", now.platform != "none", now.platform != "connected" {
            return "the platform was connected before and is not now\(reason(now.platformError))"
        }
        let missing = before.reporting.intersection(now.unheard).sorted()
        guard let first = missing.first else { return nil }
        return "\(missing.count) of \(before.reporting.count) devices that spoke before were not heard since, first \(first)"
    }

    private static func reason(_ text: String) -> String { text.isEmpty ? "" : " (\(text))" }
}
