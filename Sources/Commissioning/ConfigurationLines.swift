import Lifeline
import Site

/// The lines of a site file for devices that were discovered and that the site does not have.
///
/// Devices that a template fits get lines that the site's loader has accepted, tried together with the site; the others a skeleton behind `#`, to be filled in.
package struct ConfigurationLines: Sendable {
    package var text = ""
    /// Devices with ready lines.
    package var ready = 0
    /// Devices with a skeleton.
    package var skeletons = 0
    /// Devices whose lines the loader refused: they stand behind `#`, with the reason.
    package var refused = 0

    /// The most skeletons: a broker that serves a smart home keeps hundreds of topics that nobody will make readings of.
    package static let skeletonLimit = 40

    private let discovery: Discovery
    private let words: FieldWords
    private var namer: AssetNames

    package init(_ discovery: Discovery) {
        self.discovery = discovery
        words = FieldWords(discovery.catalogue.plan)
        namer = AssetNames(discovery.catalogue.plan)
        let new = discovery.devices.filter { $0.known == nil }
        let blocks = new.filter { $0.fit != nil }.map { ready($0) }
        take(blocks[...])
        for device in new.filter({ $0.fit == nil }).prefix(ConfigurationLines.skeletonLimit) { text += skeleton(device) }
    }

    /// Takes blocks over that stand in a site together; where they do not, one half after the other: one that cannot stand must not cost the others.
    private mutating func take(_ blocks: ArraySlice<String>) {
        if blocks.isEmpty { return }
        switch discovery.catalogue.base.load(adding: text + blocks.joined()) {
        case .valid:
            text += blocks.joined()
            ready += blocks.count
        case .invalid(let findings) where blocks.count == 1:
            text += "# Not taken: \(findings[0].message)\n" + ConfigurationLines.commented(blocks.joined())
            refused += 1
        case .invalid:
            let middle = blocks.startIndex + blocks.count / 2
            take(blocks[..<middle])
            take(blocks[middle...])
        }
    }

    private static func commented(_ block: String) -> String {
        block.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0.isEmpty ? "" : "# " + $0 }.joined(separator: "\n") + "\n"
    }

    /// A remark must not leave its line.
    private static func remark(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || (0x7f..<0xa0).contains($0.value) ? "·" : $0 }))
    }

    // MARK: - A device that a template fits

    private mutating func ready(_ device: DiscoveredDevice) -> String {
        guard let fit = device.fit else { return "" }
        let template = discovery.catalogue.templates[fit.index]
        let place = namer.asset(for: device, readings: template.readings, template: template.name)
        var lines = "\n# \(ConfigurationLines.remark(heard(device)))\n"
        if place.isNew { lines += asset(place.asset, device) }
        lines += "[[device]]\nid = \(SiteText.quoted(place.device))\nasset = \(SiteText.quoted(place.asset))\n"
        lines += "template = \(SiteText.quoted(template.name))  # \(fit.score) of 100"
        if !device.alternatives.isEmpty { lines += "; or " + device.alternatives.map { "\($0.template) (\($0.score))" }.joined(separator: ", ") }
        lines += "\n" + broker(device)
        if let prefix = place.prefix { lines += "prefix = \(SiteText.quoted(prefix))\n" }
        lines += topic(device, place.device, template)
        return lines + interval(device, template)
    }

    private func heard(_ device: DiscoveredDevice) -> String {
        let name = device.name.map { "\($0): " } ?? ""
        return "\(name)\(device.messages) message\(device.messages == 1 ? "" : "s") on \(device.topicFilter)"
            + (device.signal.map { ", \($0)" } ?? "") + (device.isRetainedOnly ? ", kept by the broker" : "")
    }

    private func asset(_ id: String, _ device: DiscoveredDevice) -> String {
        let others = device.classes.dropFirst().map(\.rawValue)
        var lines = "[[asset]]\nid = \(SiteText.quoted(id))\nclass = \(SiteText.quoted(device.classes[0].rawValue))"
        lines += others.isEmpty ? "\n" : "  # or \(others.joined(separator: ", "))\n"
        if let name = device.name, name != id { lines += "name = \(SiteText.quoted(ConfigurationLines.remark(name)))\n" }
        return lines + "\n"
    }

    private func broker(_ device: DiscoveredDevice) -> String {
        let brokers = discovery.catalogue.brokers
        guard brokers.count > 1, brokers.indices.contains(device.broker) else { return "" }
        return "broker = \(SiteText.quoted(brokers[device.broker]))\n"
    }

    /// Where the device's messages do not come on the template's topic, or its id cannot stand in a site file.
    private func topic(_ device: DiscoveredDevice, _ id: String, _ template: TrialTemplate) -> String {
        if device.fit?.isOnItsTopic == true {
            if id == device.id || !template.topic.contains("{id}") { return "" }
            return "topic = \(SiteText.quoted(TemplateCatalogue.replacing("{id}", in: template.topic, with: device.id)))\n"
        }
        return ownTopic(device, id)
    }

    private func ownTopic(_ device: DiscoveredDevice, _ id: String) -> String {
        let filter =
            id == device.id ? device.topicFilter : TemplateCatalogue.replacing("{id}", in: device.topicFilter, with: device.id)
        return "topic = \(SiteText.quoted(filter))\n"
    }

    private func interval(_ device: DiscoveredDevice, _ template: TrialTemplate) -> String {
        guard let estimate = device.interval else { return "" }
        let known = template.sensors.compactMap(\.interval)
        // A template without a rhythm speaks when something happens.
        guard let usual = known.first(where: { value in known.count { $0 == value } * 2 >= known.count }) ?? known.first else { return "" }
        if abs(estimate.seconds - usual) <= 0.25 * usual { return "" }
        let text = SiteText.duration(estimate.seconds)
        return estimate.isSteady
            ? "interval = \(text)  # as heard; the template says \(SiteText.duration(usual).filter { $0 != "\"" })\n"
            : "# heard about every \(text.filter { $0 != "\"" })\n"
    }

    // MARK: - A device that no template fits

    private mutating func skeleton(_ device: DiscoveredDevice) -> String {
        skeletons += 1
        var lines = "\n# No template fits. \(ConfigurationLines.remark(heard(device))), \(device.format.rawValue)"
        if let near = device.candidates.first { lines += "; nearest: \(near.template) (\(near.score) of 100)" }
        let measurements = device.fields.filter(\.isMeasurement)
        guard !measurements.isEmpty else { return lines + ". There is no field in it that could be a reading.\n" }
        lines += ". Take away the # and put the quantities in; bamai check knows their names.\n"
        let place = namer.asset(for: device, readings: [], template: "")
        var block = asset(place.asset, device)
        block += "[[device]]\nid = \(SiteText.quoted(place.device))\nasset = \(SiteText.quoted(place.asset))\n" + broker(device)
        block += ownTopic(device, place.device)
        if !device.identityPath.isEmpty { block += "identity = \(SiteText.path(device.identityPath))\n" }
        if let moment = device.fields.first(where: { $0.kind == .moment }), let format = moment.timeFormat {
            block += "time = { path = \(SiteText.path(moment.path)), format = \"\(format.rawValue)\" }\n"
        }
        if let estimate = device.interval {
            block += (estimate.isSteady ? "" : "# ") + "interval = \(SiteText.duration(estimate.seconds))\n"
        }
        var names: Set<String> = []
        for field in measurements.prefix(64) { block += reading(field, &names) }
        if device.fieldsLeftOut > 0 { block += "# \(device.fieldsLeftOut) further fields were left out\n" }
        return lines + ConfigurationLines.commented(block)
    }

    private func reading(_ field: FieldOutline, _ names: inout Set<String>) -> String {
        var name = SiteText.id(from: field.path.last { Int($0) == nil } ?? "")
        if name.isEmpty { name = "value" }
        let stem = String(name.prefix(58))
        var number = 2
        while !names.insert(name.lowercased()).inserted {
            name = "\(stem)-\(number)"
            number += 1
        }
        var lines = "\n  [[device.reading]]\n  name = \(SiteText.quoted(name))\n  quantity = \"?\"  # \(ConfigurationLines.remark(field.sample))"
        if let guess = words.quantity(of: field.path) { lines += "; perhaps \(guess)" }
        lines += "\n  path = \(SiteText.path(field.path))\n"
        if field.kind == .flag { lines += "  codes = { true = 1, false = 0 }\n" }
        return lines
    }
}
