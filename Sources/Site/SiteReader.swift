import Lifeline

/// Reads a site file and what it names.
struct SiteReader {
    let path: String
    let shelf: FileShelf
    private var log: FindingLog { shelf.log }

    init(path: String, shelf: FileShelf) {
        self.path = path
        self.shelf = shelf
    }

    func read() -> SiteConfiguration? {
        guard let root = shelf.root(of: path, role: "site") else { return nil }
        let file = TableReader(root, Schema.siteFile, file: path, log: log)
        let site = file.table("site", Schema.site)
        let header = identity(site)

        let profile = profileDraft(site)
        var quantities = profile.book
        quantities.read(file.tables("quantity", Schema.quantity, limit: Limits.quantities), log: log)

        var connections = ConnectionReader(log: log)
        var brokers = BrokerList(gateway: header.id, log: log)
        brokers.read(file.tables("broker", Schema.broker, limit: Limits.brokers), with: &connections)
        var uplink: PlatformConfiguration?
        if let table = file.table("platform", Schema.platform) { uplink = platform(table, site, gateway: header.id, with: &connections) }

        var assets = AssetList(model: profile.index, log: log)
        assets.read(file.tables("asset", Schema.asset, limit: Limits.assets))

        let templates = TemplateShelf(shelf, folder: folder(site, "devices", default: "../devices"))
        let codes = CodeShelf(shelf, folder: folder(site, "codes", default: "../codes"))
        var devices = DeviceReader(
            assets: assets.register, brokers: brokers.register, quantities: quantities, templates: templates, codes: codes, log: log)
        let deviceTables = file.tables("device", Schema.device, limit: Limits.devices)
        if let first = deviceTables.first, brokers.register.names.isEmpty, !file.has("broker") {
            log.error("there is a device but no [[broker]] to hear it through", at: first.here)
        }
        for table in deviceTables { devices.read(table) }
        let board = BoardShelf(shelf: shelf, site: path).board(file.table("board", Schema.board), folder: site?.text("boards", limit: 1024)?.value)
        var lines = LineReader(
            assets: assets.register, quantities: quantities, board: board, noBroker: brokers.register.names.count, log: log)
        for table in file.tables("line", Schema.line, limit: Limits.lines) { lines.read(table, into: &devices) }
        if devices.sensors.count > Limits.sensors {
            log.error("\(devices.sensors.count) sensors are too many; at most \(Limits.sensors) are allowed", at: file.here)
        }

        let siteRules = RuleReader(quantities: quantities, origin: "site", targets: (assets.register, devices.sensorIDs), log: log)
            .rules(file.tables("rule", Schema.siteRule, limit: Limits.rules))
        let merge = RuleMerge(profile: profile, site: siteRules, disabled: site?.texts("disable", limit: Limits.disabledRules) ?? [], log: log)
        let own = DerivationReader(quantities: quantities, log: log)
            .derivations(file.tables("derive", Schema.derivation, limit: Limits.derivations))
        let plan = SitePlan(
            gateway: header.id, utcOffsetSeconds: header.offset, assets: assets.assets, devices: devices.devices, sensors: devices.sensors,
            rules: merge.rules(), derivations: own + profile.derivations, indexModel: profile.index, brokers: brokers.register.names,
            alarms: file.table("alarms", Schema.alarms).map(AlarmReader(base: profile.alarms).read) ?? profile.alarms,
            maintenance: MaintenanceReader(assets: assets.register, utcOffsetSeconds: header.offset, log: log)
                .windows(file.tables("maintenance", Schema.maintenance, limit: Limits.maintenanceWindows)))
        let store = file.table("journal", Schema.journal).map(journal) ?? JournalConfiguration()
        BoardResources(board: board.configuration, log: log).check(store, file)
        let control = file.table("control", Schema.control).flatMap(socket) ?? SiteReader.controlSocket
        if !log.hasErrors { SiteWarnings(plan: plan, assets: assets.register, siteRules: siteRules, file: file, log: log).check() }
        return SiteConfiguration(
            plan: plan, name: header.name, brokers: brokers.brokers, platform: uplink, journal: store, controlSocket: control,
            board: board.configuration, lines: lines.lines, revision: shelf.revision)
    }

    /// *Source*: the service's runtime folder.
    static let controlSocket = "/run/bamai/control.sock"
    static let profileName = "lifeline-cn"

    private func identity(_ site: TableReader?) -> (id: String, name: String, offset: Int) {
        let id = site?.identifier("id", limit: 32, alphabet: "-")?.value ?? ""
        let name = site?.text("name")?.value ?? id
        var offset = 28_800  // China has one zone, +08:00.
        if let text = site?.text("utc_offset") {
            if let seconds = CivilTime.parseOffset(text.value), text.value.contains(":"), abs(seconds) <= 14 * 3600 {
                offset = seconds
            } else {
                log.error("utc_offset is written like \"+08:00\" (at most 14 h), found \(Wording.quote(text.value))", at: text.spot)
            }
        }
        return (id, name, offset)
    }

    private func folder(_ site: TableReader?, _ key: String, default path: String) -> String {
        FilePath.join(FilePath.folder(of: self.path), site?.text(key, limit: 1024)?.value ?? path)
    }

    private func profileDraft(_ site: TableReader?) -> ProfileReader.Draft {
        guard let site else { return .unreadable }
        let folder = folder(site, "profiles", default: "../profiles")
        let named = site.identifier("profile")
        if site.has("profile"), named == nil { return .unreadable }
        let name = named ?? Located(value: SiteReader.profileName, spot: site.here)
        if name.value == "none" { return ProfileReader.Draft() }
        let draft = ProfileReader(shelf: shelf).draft(at: FilePath.join(folder, name.value + ".toml")) {
            (Wording.unknown("profile", name.value, among: self.shelf.names(in: folder), place: " in \(folder)"), name.spot)
        }
        return draft ?? .unreadable
    }

    private func platform(_ reader: TableReader, _ site: TableReader?, gateway: String, with connections: inout ConnectionReader)
        -> PlatformConfiguration?
    {
        let lane: Located<ReadingsLane>? = reader.choice("readings", "readings lane")
        let summary = reader.seconds("summary_interval", in: 1...86_400)?.value ?? 300
        let mapping = mapping(reader, site)
        if let url = reader.text("url", limit: 400), HTTPSURL.isMeant(by: url.value) {
            let https = HTTPSReader(log: log)
            let alerts = https.path(reader, "alert_path") ?? SiteReader.eventsPath
            let readings = https.path(reader, "readings_path")
            if mapping != nil, readings == nil, lane?.value != ReadingsLane.none {
                log.error("with a mapping, say readings = \"none\", or where the platform takes them: readings_path", at: reader.here)
            }
            let decisions = https.path(reader, "decisions_path") ?? SiteReader.decisionsPath
            guard let server = https.connection(reader, text: url) else { return nil }
            return PlatformConfiguration(
                transport: .https(server), alertTopic: alerts, readingsTopic: readings ?? alerts,
                decisionsTopic: hearsDecisions(reader, mapping, "decisions_path") ? decisions : nil,
                readings: lane?.value ?? .summary, summaryInterval: summary, mapping: mapping
            ).sending(status(reader, mapping, "status_path", https.path(reader, "status_path") ?? SiteReader.statusPath))
        }
        HTTPSReader.refuseOwnKeys(reader, log: log)
        let alerts = topic(reader, "alert_topic", default: "bamai/{gateway}/alerts", gateway)
        let readings = topic(reader, "readings_topic", default: "bamai/{gateway}/readings", gateway)
        let decisions = topic(reader, "decisions_topic", default: "bamai/{gateway}/decisions", gateway)
        let state = status(reader, mapping, "status_topic", topic(reader, "status_topic", default: "bamai/{gateway}/status", gateway))
        // Twice the window of a source: uploads share nothing with the sensing side.
        guard let broker = connections.connection(reader, id: "platform", client: "bamai-\(gateway)-uplink", window: 32) else { return nil }
        return PlatformConfiguration(
            broker: broker, alertTopic: alerts, readingsTopic: readings,
            decisionsTopic: hearsDecisions(reader, mapping, "decisions_topic") ? decisions : nil, readings: lane?.value ?? .summary,
            summaryInterval: summary, mapping: mapping
        ).sending(state)
    }

    /// Where the gateway's own status goes, and how often; nil: nowhere. A platform with forms of its own gets none, unless the file says where.
    private func status(_ reader: TableReader, _ mapping: AlertMapping?, _ key: String, _ place: String) -> (topic: String, interval: Int)? {
        guard reader.has("status_interval") else { return mapping == nil || reader.has(key) ? (place, 300) : nil }
        guard let interval = reader.seconds("status_interval", in: 0...86_400) else { return nil }
        if interval.value == 0 { return nil }
        if interval.value < 10 { log.error("status_interval: write 10 s or more, or \"0 s\" for none", at: interval.spot) }
        return (place, interval.value)
    }

    /// A platform with forms of its own has no decisions of ours, unless the file says where.
    private func hearsDecisions(_ reader: TableReader, _ mapping: AlertMapping?, _ key: String) -> Bool {
        reader.boolean("decisions")?.value ?? (mapping == nil || reader.has(key))
    }

    /// What the review desk listens at.
    static let eventsPath = "/v1/events"
    static let decisionsPath = "/v1/decisions"
    static let statusPath = "/v1/status"

    private func mapping(_ platform: TableReader, _ site: TableReader?) -> AlertMapping? {
        guard let name = platform.identifier("mapping") else { return nil }
        let folder = folder(site, "mappings", default: "../mappings")
        return MappingReader(shelf: shelf).mapping(at: FilePath.join(folder, name.value + ".toml")) {
            (Wording.unknown("mapping", name.value, among: self.shelf.names(in: folder), place: " in \(folder)"), name.spot)
        }
    }

    private func topic(_ reader: TableReader, _ key: String, default pattern: String, _ gateway: String) -> String {
        let text = reader.text(key, limit: 1024)
        let topic = DeviceReader.replacing("{gateway}", in: text?.value ?? pattern, with: gateway)
        if let text, let objection = TextRules.objection(toTopicName: topic) { log.error("\(key) \(objection)", at: text.spot) }
        return topic
    }

    private func journal(_ reader: TableReader) -> JournalConfiguration {
        var journal = JournalConfiguration()
        if let path = reader.text("path", limit: 1024) { journal.path = path.value }
        if let size = reader.size("max_bytes", in: 1 << 20...1 << 40, named: "1 MiB … 1 TiB") { journal.maxBytes = size.value }
        if let delay = reader.duration("commit_delay", in: .seconds(0) ... .seconds(10)) { journal.commitDelay = delay.value }
        if let batch = reader.whole("max_batch", in: 1...65_536) { journal.maxBatch = batch.value }
        if let interval = reader.duration("checkpoint_interval", in: .seconds(1) ... .seconds(86_400)) { journal.checkpointInterval = interval.value }
        let ages: ClosedRange<Duration> = .seconds(3600) ... .seconds(3660 * 86_400)
        journal.keepReadings = reader.duration("keep_readings", in: ages)?.value
        journal.keepAlerts = reader.duration("keep_alerts", in: ages)?.value
        return journal
    }

    private func socket(_ reader: TableReader) -> String? {
        guard let path = reader.text("socket", limit: 1024) else { return nil }
        if path.value.utf8.count <= Limits.socketPath { return path.value }
        log.error("socket is longer than \(Limits.socketPath) bytes, the most that a UNIX socket's path may have", at: path.spot)
        return nil
    }
}

extension PlatformConfiguration {
    fileprivate func sending(_ status: (topic: String, interval: Int)?) -> PlatformConfiguration {
        var changed = self
        changed.statusTopic = status?.topic
        changed.statusInterval = status?.interval ?? statusInterval
        return changed
    }
}
