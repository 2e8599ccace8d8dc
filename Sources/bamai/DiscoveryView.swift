import Commissioning
import Lifeline

/// What was discovered, as a person reads it.
struct DiscoveryView {
    let discovery: Discovery
    let configuration: ConfigurationLines
    /// Where the lines went; nil: they follow.
    let file: String?
    let width: Int

    /// The most readings or fields shown of a device.
    private static let shown = 4
    /// The most devices shown that no template fits; the lines have as many skeletons.
    private static let strangers = ConfigurationLines.skeletonLimit

    func lines() -> [String] {
        let figures = discovery.figures
        guard !discovery.devices.isEmpty else {
            return ["no device was heard. Does it report that often? May this client read its topics? --for 10min listens longer."] + leftOut()
        }
        let fitting = discovery.devices.filter { $0.known == nil && $0.fit != nil }
        let strange = discovery.devices.filter { $0.known == nil && $0.fit == nil }
        let known = discovery.devices.filter { $0.known != nil }
        var result = [
            "\(Terminal.paint(Terminal.plural(discovery.devices.count, "device"), .bold))  \(Terminal.plural(figures.messages, "message")), "
                + Terminal.bytes(Int64(figures.bytes))
        ]
        if !fitting.isEmpty { result += table(fitting) }
        if !strange.isEmpty {
            result += ["", Terminal.paint("no template fits", .yellow)] + strange.prefix(DiscoveryView.strangers).flatMap(stranger)
            let more = strange.count - DiscoveryView.strangers
            if more > 0 { result.append("  and \(more) more: narrow it with --topic, or see them all with --json") }
        }
        if !known.isEmpty {
            result += ["", Terminal.paint("the site has already", .green)]
            result += Terminal.wrap(known.map { Terminal.plain($0.known ?? $0.id) }.joined(separator: " "), width - 4).map { "  " + $0 }
        }
        result += leftOut()
        return result + tail()
    }

    private func table(_ devices: [DiscoveredDevice]) -> [String] {
        let head = ["device", "name", "template", "fit", "class", "every", "signal", "seen", "readings"]
        var rows = [head]
        for device in devices {
            guard let fit = device.fit else { continue }
            let sign = device.alternatives.isEmpty ? "" : "±"
            rows.append([
                Terminal.cut(Terminal.plain(device.id), 20), Terminal.cut(Terminal.plain(device.name ?? ""), 18), Terminal.cut(fit.template, 28),
                "\(fit.score)\(sign)", device.classes[0].rawValue, every(device), device.signal ?? "",
                "\(fit.seen.count)/\(fit.readings)", readings(fit),
            ])
        }
        let widths = head.indices.map { column in rows.map { Terminal.width($0[column]) }.max() ?? 0 }
        var result = [""]
        for (index, row) in rows.enumerated() {
            let cells = row.indices.map { $0 == 3 ? Terminal.padLeft(row[$0], widths[$0]) : Terminal.pad(row[$0], widths[$0]) }
            let line = DiscoveryView.trimmed("  " + cells.joined(separator: "  "))
            result.append(index == 0 ? Terminal.paint(line, .grey) : Terminal.cut(line, width))
            if index > 0, !devices[index - 1].alternatives.isEmpty {
                let others = devices[index - 1].alternatives.map { "\($0.template) \($0.score)" }.joined(separator: ", ")
                result.append(Terminal.paint(Terminal.cut("      ± or \(others)", width), .grey))
            }
        }
        return result
    }

    private static func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }

    private func every(_ device: DiscoveredDevice) -> String {
        if device.isRetainedOnly { return "kept" }
        guard let interval = device.interval else { return "" }
        return (interval.isSteady ? "" : "~") + DiscoveryView.duration(interval.seconds)
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 60 ? "\(JSONWriter.threeDecimals(seconds)) s" : Terminal.duration(Int64(seconds.rounded()))
    }

    private func readings(_ fit: TemplateFit) -> String {
        // What tells most of an asset comes first in a template.
        let texts = fit.seen.prefix(DiscoveryView.shown).map { seen in
            let unit = seen.quantity.unit.display
            return "\(seen.reading) \(JSONWriter.threeDecimals(seen.value))\(unit.isEmpty ? "" : " " + unit)"
        }
        return texts.joined(separator: ", ")
    }

    private func stranger(_ device: DiscoveredDevice) -> [String] {
        var about = [device.format.rawValue, Terminal.plural(device.messages, "message")]
        if device.isRetainedOnly { about.append("kept by the broker") }
        if let interval = device.interval { about.append("every \(interval.isSteady ? "" : "~")\(DiscoveryView.duration(interval.seconds))") }
        if let near = device.candidates.first { about.append("nearest \(near.template) \(near.score)") }
        let topic = device.topics.count == 1 ? device.topics[0] : "\(device.topicFilter) (\(device.topics.count) topics)"
        let fields = device.fields.filter { $0.kind != .moment }.sorted { $0.isMeasurement && !$1.isMeasurement }
        var result = [Terminal.cut("  \(Terminal.pad(Terminal.cut(Terminal.plain(topic), 44), 44))  \(about.joined(separator: ", "))", width)]
        if !fields.isEmpty {
            let texts = fields.prefix(2 * DiscoveryView.shown).map { "\($0.path.joined(separator: ".")) \(Terminal.cut($0.sample, 20))" }
            let more = fields.count - texts.count + device.fieldsLeftOut
            let line = texts.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            result.append(Terminal.paint(Terminal.cut("      " + Terminal.plain(line), width), .grey))
        }
        return result
    }

    private func leftOut() -> [String] {
        let figures = discovery.figures
        var parts: [String] = []
        if figures.ofGateways > 0 { parts.append("\(Terminal.plural(figures.ofGateways, "message")) of Bamai gateways") }
        if figures.beyondDevices > 0 {
            parts.append("\(Terminal.plural(figures.beyondDevices, "message")) of devices or topics beyond the limit: narrow it with --topic")
        }
        if figures.unread > 0 { parts.append("\(Terminal.plural(figures.unread, "message")) too large, or beyond the room for messages") }
        return parts.isEmpty ? [] : ["", "left out: " + parts.joined(separator: "; ")]
    }

    private func tail() -> [String] {
        if configuration.text.isEmpty { return ["", "there is nothing new: every device is in the site already"] }
        var what: [String] = []
        if configuration.ready > 0 { what.append("\(Terminal.plural(configuration.ready, "device")) ready") }
        if configuration.skeletons > 0 { what.append("\(configuration.skeletons) to fill in") }
        if configuration.refused > 0 { what.append("\(configuration.refused) that a site cannot take") }
        let summary = what.joined(separator: ", ")
        if let file { return ["", "\(summary): \(file). Put them into site.toml, then: bamai check SITE"] }
        return ["", Terminal.paint("# \(summary): put these lines into site.toml, then: bamai check SITE", .grey)]
            + configuration.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { Terminal.plain(String($0)) }
    }
}
