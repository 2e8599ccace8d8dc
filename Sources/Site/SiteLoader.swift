import Lifeline

/// What became of a site's files.
package enum SiteOutcome: Sendable {
    case valid(SiteConfiguration)
    /// At least one finding, in the order of files and places.
    case invalid([Finding])
}

/// Reads a site: `FOLDER/site.toml`, the profile in `FOLDER/../profiles` and the device templates in `FOLDER/../devices`.
///
/// All errors are reported at once; only a text that is no TOML hides what stands behind it.
///
/// - Parameters:
///   - path: of the site's folder or of its `site.toml`.
///   - read: a file's bytes, nil where it cannot be read.
package func loadSite(at path: String, read: @escaping (String) -> [UInt8]?) -> SiteOutcome {
    let file = path.hasSuffix(".toml") ? path : (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/site.toml"
    let findings = Findings()
    let files = FileSet(findings, read: read)
    var loader = SiteLoader(file: file, files: files, findings: findings)
    let configuration = loader.load()
    if findings.isEmpty, let configuration { return .valid(configuration) }
    return .invalid(findings.sorted)
}

/// Builds a site from its tables, section by section.
struct SiteLoader {
    let file: String
    let files: FileSet
    let findings: Findings
    private var profile: Profile?
    private var gateway = "gateway"
    private var utcOffset = 0

    init(file: String, files: FileSet, findings: Findings) {
        self.file = file
        self.files = files
        self.findings = findings
    }

    /// The folder that holds the site's folder, `devices` and `profiles`.
    private var root: String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return parts.isEmpty ? (file.contains("/") ? "." : "..") : parts.joined(separator: "/")
    }

    mutating func load() -> SiteConfiguration? {
        guard let root = files.root(file, keys: SiteSchema.siteFile, from: nil) else { return nil }
        guard let site = root.table("site", keys: SiteSchema.site) else {
            if !root.has("site") { findings.add(file, root.place, "the file needs a table [site] with id, name and profile") }
            return nil
        }
        let name = readSite(site)
        let brokers = root.tables("broker", keys: SiteSchema.broker).compactMap { self.broker($0) }
        unique(brokers.map(\.1.id), brokers.map(\.0), "broker")
        let assets = root.tables("asset", keys: SiteSchema.asset).compactMap { self.asset($0) }
        unique(assets.map(\.1.id), assets.map(\.0), "asset")
        var devices = DeviceReader(
            root: self.root, files: files, quantities: profile?.quantities ?? [:], assets: assets.map(\.1), brokers: brokers.map(\.1.id))
        for table in root.tables("device", keys: SiteSchema.device) { devices.read(table) }
        let rules = self.rules(root, site, devices.sensors, assets.map(\.1))
        let platform = root.table("platform", keys: SiteSchema.platform).flatMap { self.platform($0) }
        let journal = self.journal(root.table("journal", keys: SiteSchema.journal))
        let socket = root.table("control", keys: SiteSchema.control)?.text("socket") ?? "/run/bamai/control.sock"
        if brokers.isEmpty && !root.has("broker") { findings.add(file, root.place, "the site needs at least one [[broker]]") }
        let plan = SitePlan(
            gateway: gateway, utcOffsetSeconds: utcOffset, assets: assets.map(\.1), devices: devices.devices, sensors: devices.sensors, rules: rules)
        return SiteConfiguration(
            plan: plan, name: name, brokers: brokers.map(\.1), platform: platform, journal: journal, controlSocket: socket, revision: files.revision)
    }

    private mutating func readSite(_ site: TableReader) -> String {
        gateway = site.identifier("id", limit: 32, example: "gw7") ?? gateway
        let name = site.text("name") ?? gateway
        if let text = site.text("utc_offset") {
            if let seconds = CivilTime.parseOffset(text) {
                utcOffset = seconds
            } else {
                site.report("utc_offset", "\"\(text)\" is no offset; write \"+08:00\"")
            }
        } else if !site.has("utc_offset") {
            let _: Int? = site.missing("utc_offset", "\"+08:00\"")
        }
        if let text = site.identifier("profile", example: "lifeline-cn") {
            profile = Profile("\(root)/profiles/\(text).toml", files, from: (file, site.place(of: "profile")))
        }
        return name
    }

    // MARK: - Sections

    private func broker(_ table: TableReader) -> (TableReader, BrokerConfiguration)? {
        guard let id = table.identifier("id", example: "local") else { return nil }
        return connection(table, id: id, clientID: "bamai-\(gateway)-\(id)", window: 20).map { (table, $0) }
    }

    private func connection(_ table: TableReader, id: String, clientID: String, window: Int) -> BrokerConfiguration? {
        guard let text = table.text("url", example: "mqtt://127.0.0.1:1883") else { return nil }
        guard let (address, isSecure) = Texts.url(text) else {
            table.report("url", "\"\(text)\" is no address; write \"mqtt://host:1883\" or \"mqtts://host:8883\"")
            return nil
        }
        let (authority, certificate, key) = (table.text("ca"), table.text("certificate"), table.text("key"))
        if (certificate == nil) != (key == nil) {
            let present = certificate == nil ? "key" : "certificate"
            table.report(present, "certificate and key belong together: one of them is missing")
        }
        if !isSecure, let stray = ["ca", "certificate", "key"].first(where: { table.has($0) }) {
            table.report(stray, "only a mqtts:// address uses certificates")
        }
        var configuration = BrokerConfiguration(
            id: id, address: address, tls: isSecure ? TLSConfiguration(authority: authority, certificate: certificate, key: key) : nil,
            clientID: table.text("client_id") ?? clientID, username: table.text("username"), passwordSecret: secret(table),
            keepalive: Int(table.duration("keepalive", in: 5...3600) ?? 30), window: table.integer("window", in: 1...65_535) ?? window)
        if configuration.passwordSecret != nil && configuration.username == nil { table.report("password", "a password needs a username") }
        if configuration.clientID.isEmpty || configuration.clientID.utf8.count > 128 {
            table.report("client_id", "a client id has 1 to 128 characters")
            configuration.clientID = clientID
        }
        return configuration
    }

    private func secret(_ table: TableReader) -> String? {
        guard let text = table.text("password") else { return nil }
        guard text.hasPrefix("secret://"), Texts.isIdentifier(String(text.dropFirst(9)), limit: 64) else {
            // The text is not repeated: it may be the secret.
            table.report("password", "a secret never stands in a file: write \"secret://name\" and set the secret on the board")
            return nil
        }
        return String(text.dropFirst(9))
    }

    private func platform(_ table: TableReader) -> PlatformConfiguration? {
        guard let connection = connection(table, id: "platform", clientID: "bamai-\(gateway)-uplink", window: 32) else { return nil }
        func topic(_ key: String, _ standard: String) -> String {
            let text = (table.text(key) ?? standard).replacing(part: "{gateway}", with: gateway)
            if text.contains("+") || text.contains("#") || text.isEmpty { table.report(key, "a topic that is published to has no wildcards") }
            return text
        }
        return PlatformConfiguration(
            broker: connection, alertTopic: topic("alert_topic", "bamai/{gateway}/alerts"),
            readingsTopic: topic("readings_topic", "bamai/{gateway}/readings"),
            readings: table.choice("readings", "readings lane", ReadingsLane.allCases.map(\.rawValue)) { ReadingsLane(rawValue: $0) } ?? .summary,
            summaryInterval: Int(table.duration("summary_interval", in: 1...86_400) ?? 300))
    }

    private func asset(_ table: TableReader) -> (TableReader, Asset)? {
        let id = table.identifier("id", example: "MH-17")
        guard let text = table.text("class", example: "manhole_cover") else { return nil }
        guard let assetClass = AssetClass(rawValue: text) else {
            table.report("class", "unknown asset class \"\(text)\"\(Nearest.hint(text, in: AssetClass.allCases.map(\.rawValue)))")
            return nil
        }
        var location: Location?
        if let place = table.table("location", keys: SiteSchema.location) {
            let systems = Location.System.allCases.map(\.rawValue)
            if !place.has("system") {
                let _: Int? = place.missing("system", "\"WGS-84\" (or \"GCJ-02\", \"BD-09\": they differ by hundreds of metres)")
            }
            let system = place.choice("system", "coordinate system", systems) { Location.System(rawValue: $0) }
            if let latitude = place.number("latitude"), let longitude = place.number("longitude") {
                if !(-90...90).contains(latitude) { place.report("latitude", "a latitude lies between -90 and 90") }
                if !(-180...180).contains(longitude) { place.report("longitude", "a longitude lies between -180 and 180") }
                location = Location(latitude: latitude, longitude: longitude, system: system ?? .wgs84)
            } else if !place.has("latitude") || !place.has("longitude") {
                let _: Int? = place.missing("latitude and longitude", "34.75, 113.63")
            }
        }
        guard let id else { return nil }
        return (
            table, Asset(id: id, assetClass: assetClass, name: table.text("name") ?? id, address: table.text("address") ?? "", location: location)
        )
    }

    private func journal(_ table: TableReader?) -> JournalConfiguration {
        var journal = JournalConfiguration()
        guard let table else { return journal }
        if let path = table.text("path") { journal.path = path }
        if let text = table.text("max_bytes") {
            if let bytes = Texts.size(text), bytes >= 1_048_576, bytes <= 1_099_511_627_776 {
                journal.maxBytes = Int64(bytes)
            } else {
                table.report("max_bytes", "\"\(text)\" is no size from \"1 MiB\" to \"1024 GiB\"")
            }
        }
        if let seconds = table.duration("commit_delay", in: 0...10) { journal.commitDelay = .microseconds(Int64(seconds * 1e6)) }
        if let batch = table.integer("max_batch", in: 1...65_536) { journal.maxBatch = batch }
        if let seconds = table.duration("checkpoint_interval", in: 1...86_400) { journal.checkpointInterval = .microseconds(Int64(seconds * 1e6)) }
        return journal
    }

    // MARK: - Rules

    private func rules(_ root: TableReader, _ site: TableReader, _ sensors: [Sensor], _ assets: [Asset]) -> [Rule] {
        guard let profile else { return [] }
        var rules = profile.rules
        for (id, place) in site.texts("disable") {
            if !rules.contains(where: { $0.id == id }) {
                findings.add(file, place, "disable: unknown rule \"\(id)\"\(Nearest.hint(id, in: rules.map(\.id)))")
            }
            rules.removeAll { $0.id == id }
        }
        let reader = RuleReader(quantities: profile.quantities, origin: "site")
        var own: [String] = []
        for table in root.tables("rule", keys: SiteSchema.rule) {
            guard let rule = reader.rule(table) else { continue }
            if own.contains(rule.id) { table.report("id", "the rule \"\(rule.id)\" stands here twice") }
            own.append(rule.id)
            if let asset = rule.asset, !assets.contains(where: { $0.id == asset }) {
                table.report("asset", "unknown asset \"\(asset)\"\(Nearest.hint(asset, in: assets.map(\.id)))")
            }
            if let sensor = rule.sensor, !sensors.contains(where: { $0.id == sensor }) {
                table.report("sensor", "unknown sensor \"\(sensor)\"\(Nearest.hint(sensor, in: sensors.map(\.id)))")
            }
            if let other = rule.confirmedBy, !rules.contains(where: { $0.id == other }) {
                table.report("confirmed_by", "unknown rule \"\(other)\"\(Nearest.hint(other, in: rules.map(\.id)))")
            }
            rules.removeAll { $0.id == rule.id }
            rules.append(rule)
        }
        return rules
    }

    private func unique(_ ids: [String], _ tables: [TableReader], _ what: String) {
        var first: [String: Place] = [:]
        for (id, table) in zip(ids, tables) {
            if let place = first[id] {
                table.report("id", "the \(what) \"\(id)\" stands here a second time; the first is in line \(place.line)")
            } else {
                first[id] = table.place(of: "id")
            }
        }
    }
}

extension String {
    /// The text with every occurrence of a part replaced.
    func replacing(part: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(part) {
                result += other
                rest = rest.dropFirst(part.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
