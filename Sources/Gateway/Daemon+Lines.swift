import Glibc
import Intake
import Journal
import Lifeline
import Lines
import Linux
import Site

/// The board's own lines in the daemon's loop.
extension Daemon {
    /// Everything that brings readings: the brokers in the site's order, then the lines.
    var allSources: [any Source] {
        var all: [any Source] = sources
        if let lines { all.append(lines) }
        return all
    }

    /// Returns a reason where the gateway cannot begin. A line that cannot be had now is none.
    func openLines(_ site: SiteConfiguration, _ gateway: Gateway) -> String? {
        guard !site.lines.isEmpty else { return nil }
        do throws(SystemError) {
            let made = try GPIOSource(
                lines: site.lines, chips: MachineChips(folder: deviceFolder), now: time.monotonicNanoseconds,
                journalled: { gateway.lastJournalled(sensor: $0) })
            try epoll.add(made.descriptor, .readable, token: Token.lines.rawValue)
            lines = made
            lineHolds = made.status.map { _ in .waiting }
            noteLines()
        } catch {
            return "the lines of the board cannot be watched: \(error)"
        }
        return nil
    }

    /// Where the chips' device files are.
    private var deviceFolder: String { getenv("BAMAI_DEVICES").map { String(cString: $0) } ?? "/dev" }

    /// Edges are taken from the kernel whatever the store says: its queue is short.
    func takeEdges(_ ready: inout [any Source]) {
        guard let lines else { return }
        lines.collect()
        ready.append(lines)
    }

    func tickLines(_ now: Int64, _ ready: inout [any Source]) {
        guard let lines else { return }
        if now >= lines.nextDeadline { lines.tick(monotonicNanoseconds: now) }
        // What a level that lasted, a report or a store that takes commits again has brought waits for nobody's descriptor.
        if lines.hasReadings && !ready.contains(where: { $0 === lines }) { ready.append(lines) }
    }

    /// How often the outputs and the log look at what stands, beside every alert. *Units*: nanoseconds.
    private static let lookInterval: Int64 = 500_000_000

    /// Lets the outputs follow what the gateway knows, and says what has changed.
    func driveLines(_ gateway: Gateway, _ now: Int64) {
        guard let lines else { return }
        let isDue =
            now >= linesLookedAt + Daemon.lookInterval || gateway.figures.alerts != alertsDriven || gateway.storage.isRefusing == conditions.isJudging
        if isDue {
            (linesLookedAt, alertsDriven) = (now, gateway.figures.alerts)
            noteLines()
            conditions = OutputState.Conditions(
                isJudging: !gateway.storage.isRefusing, hasProblem: lines.hasOutputs && hasProblem(gateway),
                worst: lines.hasOutputs ? worst(gateway) : nil)
        }
        if lines.hasOutputs { lines.drive(conditions, now: now) }
    }

    /// The worst level of what stands, unless a person has seen it or put it aside.
    private func worst(_ gateway: Gateway) -> Level? {
        gateway.activeEpisodes().lazy.filter { !$0.isAcknowledged && $0.withheld != .shelved && $0.withheld != .maintenance }.map(\.level).max()
    }

    /// Whether `bamai status` would report an error.
    private func hasProblem(_ gateway: Gateway) -> Bool {
        problems.contains { $0.severity == .error } || sources.contains { $0.status.state != .connected }
            || (uplink.map { $0.status.state != .connected } ?? false) || (lines?.status.contains { $0.hold != .held } ?? false)
    }

    private func noteLines() {
        guard let lines else { return }
        for (index, status) in lines.status.enumerated() where status.hold != lineHolds[index] {
            lineHolds[index] = status.hold
            switch status.hold {
            case .held: say(.notice, "line \(status.words): held")
            case .waiting: break
            case .busy, .absent, .refused: say(.warning, "line \(status.words): \(status.lastError ?? "not held"); it is tried again")
            }
        }
    }

    /// What the lines have counted since their last report, before a commit that is the last one.
    func reportLines(_ gateway: Gateway) {
        guard let lines else { return }
        lines.report(now: time.monotonicNanoseconds)
        while lines.readable(limit: Gateway.drainLimit, sink: gateway) > 0 {}
    }

    /// An alert is durable: a siren's time begins anew.
    func raise(_ record: AlertRecord) {
        let calling: [AlertKind] = [.raised, .escalated, .repeated]
        guard let lines, calling.contains(where: { $0.rawValue == record.kind }), let level = Level(rawValue: record.level) else { return }
        lines.raised(level, at: time.monotonicNanoseconds)
    }
}
