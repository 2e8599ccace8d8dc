import Lifeline
import Site

/// One device template, as a site would use it.
struct TrialTemplate: Sendable {
    var name: String
    /// `{id}` stands where the device's id goes; "" where the template names no topic.
    var topic: String
    var pattern: TopicPattern
    var device: Device
    /// One a reading, in the order of the device's fields.
    var sensors: [Sensor]
    /// The readings' names, in the same order.
    var readings: [String]
}

/// All device templates of a folder, read by the site's own loader, so that whatever it takes is tried without a word of code here.
package struct TemplateCatalogue: Sendable {
    var templates: [TrialTemplate]
    /// The site's, or that of a site with nothing in it: its rules tell which class a quantity belongs to.
    package var plan: SitePlan
    /// Ids of the site's brokers; one that stands for the command's where there is no site.
    package var brokers: [String]
    /// Templates that the loader refused.
    package var findings: [Finding]
    /// What lines are tried against: the text of a site file, and where it lies.
    let base: SiteBase

    /// Reads every template.
    ///
    /// - Parameters:
    ///   - site: a site file whose templates, profile and quantities count; nil: those of a folder of templates, with the profile in `../profiles`.
    package static func load(site: String?, folder: String?, from sources: SiteSources) -> Validation<TemplateCatalogue> {
        let base: SiteBase
        let names: [String]
        if let site {
            base = SiteBase(path: site, text: nil, sources: sources)
            names = Site.templates(ofSite: site, from: sources).names
        } else {
            base = SiteBase(devices: folder ?? ".", sources: sources)
            names = Site.templates(ofSite: base.path, from: base.sources(adding: "")).names
        }
        let plan: SitePlan
        let brokers: [String]
        switch base.load(adding: "") {
        case .invalid(let findings): return .invalid(findings)
        case .valid(let configuration, _): (plan, brokers) = (configuration.plan, configuration.brokers.map(\.id))
        }
        var catalogue = TemplateCatalogue(templates: [], plan: plan, brokers: brokers, findings: [], base: base)
        // All at once, which is quick; one by one only where one of them is broken.
        if case .success(let templates) = catalogue.trials(names, topic: "") {
            catalogue.templates = templates
        } else {
            for name in names {
                switch catalogue.trial(name) {
                case .success(let template): catalogue.templates.append(template)
                case .failure(let refusal): catalogue.findings.append(refusal.finding)
                }
            }
        }
        return .valid(catalogue, warnings: [])
    }

    private struct Refusal: Error { var finding: Finding }

    /// Ids that no device has, valid for every format: LoRaWAN EUIs.
    private static func trialID(_ number: Int) -> String {
        let tail = String(0x10000 + number, radix: 16).suffix(4)
        return "b0a3a1d15c0e\(tail)"
    }
    private static let trialAsset = "bamai-discover"

    /// A template by itself; one without a topic gets one.
    private func trial(_ name: String) -> Result<TrialTemplate, Refusal> {
        var first: Refusal?
        for topic in ["", "topic = \"bamai-discover\"\n"] {
            switch trials([name], topic: topic) {
            case .success(let templates): if let template = templates.first { return .success(template) }
            case .failure(let refusal): first = first ?? refusal
            }
        }
        return .failure(first ?? Refusal(finding: Finding(file: name, line: 1, column: 1, message: "this template cannot be read")))
    }

    private func trials(_ names: [String], topic: String) -> Result<[TrialTemplate], Refusal> {
        guard names.count < 0xffff else {
            return .failure(Refusal(finding: Finding(file: base.path, line: 1, column: 1, message: "\(names.count) templates are too many")))
        }
        let asset = TemplateCatalogue.trialAsset
        var text = brokers.isEmpty ? "\n[[broker]]\nid = \"heard\"\nurl = \"mqtt://127.0.0.1\"\n" : ""
        text += "\n[[asset]]\nid = \"\(asset)\"\nclass = \"other\"\n"
        for (number, name) in names.enumerated() {
            text += "[[device]]\nid = \"\(TemplateCatalogue.trialID(number))\"\nasset = \"\(asset)\"\ntemplate = \(SiteText.quoted(name))\n"
            // Readings of the same name must not meet on the asset.
            text += "prefix = \"t\(number)\"\n" + topic + (brokers.first.map { "broker = \"\($0)\"\n" } ?? "")
        }
        switch base.load(adding: text) {
        case .invalid(let findings):
            // What the template says wrong comes before what it makes wrong in the trial.
            let finding = findings.first { $0.file != base.path } ?? findings[0]
            return .failure(Refusal(finding: finding))
        case .valid(let configuration, _):
            let plan = configuration.plan
            var templates: [TrialTemplate] = []
            for (number, name) in names.enumerated() {
                guard var device = plan.devices.first(where: { $0.id == TemplateCatalogue.trialID(number) }) else { continue }
                let sensors = device.fields.map { plan.sensors[$0.sensor] }
                let head = "\(asset)/t\(number)."
                let readings = sensors.map { String($0.id.dropFirst(head.utf8.count)) }
                device.topic = topic.isEmpty ? TemplateCatalogue.replacing(device.id, in: device.topic, with: "{id}") : ""
                templates.append(
                    TrialTemplate(
                        name: name, topic: device.topic, pattern: TopicPattern(device.topic), device: device, sensors: sensors, readings: readings))
            }
            return .success(templates)
        }
    }

    /// Where devices are looked for.
    var claims: [Listening.Claim] {
        templates.filter { !$0.topic.isEmpty }.map { Listening.Claim(pattern: $0.pattern, identityPath: $0.device.identityPath) }
    }

    /// What listens for the devices of these templates.
    package func listening(limits: ListeningLimits = ListeningLimits()) -> Listening { Listening(claims: claims, limits: limits) }

    static func replacing(_ word: String, in text: String, with other: String) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { level -> String in
            guard let range = level.firstRange(of: word) else { return String(level) }
            return String(level[..<range.lowerBound]) + other + String(level[range.upperBound...])
        }
        return parts.joined(separator: "/")
    }
}

/// A site file to which lines are added for a trial; nothing is written.
struct SiteBase: Sendable {
    let path: String
    /// The file's text; nil: as it is on the disk.
    let text: String?
    let sources: SiteSources

    init(path: String, text: String?, sources: SiteSources) { (self.path, self.text, self.sources) = (path, text, sources) }

    /// A site with nothing in it, beside a folder of templates as any site would be: profiles and whatever else templates need are where they always are.
    init(devices folder: String, sources: SiteSources) {
        let parts = folder.split(separator: "/").filter { $0 != "." }
        let parent = (folder.hasPrefix("/") ? "/" : "") + parts.dropLast().map { $0 + "/" }.joined()
        // A folder that is named from above only lies beside nothing that has a name.
        let devices = parts.last == ".." || parts.isEmpty ? "../" + folder : "../\(parts.last ?? "devices")"
        self.init(
            path: (parts.last == ".." || parts.isEmpty ? "" : parent) + "bamai-discover/site.toml",
            text:
                "schema = 1\n[site]\nid = \"discover\"\ndevices = \(SiteText.quoted(devices))\n[[broker]]\nid = \"heard\"\nurl = \"mqtt://127.0.0.1\"\n",
            sources: sources)
    }

    func sources(adding lines: String) -> SiteSources {
        let (path, text, sources) = (path, text, sources)
        return SiteSources(
            read: { asked in
                guard asked == path else { return sources.read(asked) }
                if let text { return .bytes(Array((text + lines).utf8)) }
                guard case .bytes(let bytes) = sources.read(path) else { return sources.read(path) }
                return .bytes(bytes + Array(("\n" + lines).utf8))
            }, list: sources.list)
    }

    func load(adding lines: String) -> SiteOutcome { loadSite(at: path, from: sources(adding: lines)) }
}
