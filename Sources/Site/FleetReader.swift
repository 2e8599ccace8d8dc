import Lifeline

/// Reads an inventory of boards.
struct FleetReader {
    let path: String
    let shelf: FileShelf
    private var log: FindingLog { shelf.log }
    private var folder: String { FilePath.folder(of: path) }

    init(path: String, shelf: FileShelf) { (self.path, self.shelf) = (path, shelf) }

    /// nil with a finding where the file cannot be read at all. What is wrong inside it leaves findings.
    func read() -> FleetInventory? {
        guard let root = shelf.root(of: path, role: "fleet") else { return nil }
        let reader = TableReader(root, Schema.fleetFile, file: path, log: log)
        let defaults = reader.table("defaults", Schema.fleetDefaults).map { reach($0) } ?? FleetInventory.Reach()
        var names = IDRegister("host")
        var sites: [String: Located<String>] = [:]
        var hosts: [FleetInventory.Host] = []
        let tables = reader.tables("host", Schema.fleetHost, limit: FleetInventory.hostLimit)
        for table in tables {
            _ = table.text("notes", limit: 2000)
            let own = reach(table)
            let name = table.identifier("name")
            if let name { names.declare(name, log: log) }
            let destination = destination(table, name)
            let site = site(table, &sites)
            let groups = groups(table)
            let isCanary = table.boolean("canary")?.value ?? false
            guard let name, let destination, let site else { continue }
            hosts.append(
                FleetInventory.Host(
                    name: name.value, destination: destination, site: site, groups: groups, isCanary: isCanary, reach: own.over(defaults),
                    line: name.spot.position.line, column: name.spot.position.column))
        }
        // A group that is called like a board could not be told from it.
        for table in tables {
            for group in table.texts("groups", limit: FleetInventory.groupLimit) {
                guard let place = names.place(of: group.value) else { continue }
                log.error(
                    "group \(Wording.quote(group.value)) is called like the host on \(place.words(from: group.spot)); call one of them otherwise",
                    at: group.spot)
            }
        }
        if hosts.isEmpty, !log.hasErrors { log.error("there is no host; write for example: [[host]]", at: reader.here) }
        return FleetInventory(path: path, hosts: hosts)
    }

    private func destination(_ table: TableReader, _ name: Located<String>?) -> String? {
        guard let text = table.text("ssh") else { return table.has("ssh") ? nil : name?.value }
        guard let objection = SSHWords.objection(toDestination: text.value) else { return text.value }
        log.error("ssh \(objection)", at: text.spot)
        return nil
    }

    private func site(_ table: TableReader, _ sites: inout [String: Located<String>]) -> String? {
        guard let text = table.text("site", limit: 512) else { return nil }
        let place = FilePath.join(folder, text.value)
        let file = place.hasSuffix(".toml") ? place : FilePath.join(place, "site.toml")
        if let first = sites[file] {
            log.error(
                "site \(Wording.quote(text.value)) is that of the host on \(first.spot.words(from: text.spot)) too; two boards cannot be one gateway",
                at: text.spot)
            return nil
        }
        sites[file] = text
        switch shelf.sources.read(file) {
        case .bytes: return file
        case .absent: log.error("there is no \(Wording.singleLine(file, limit: 200)); paths count from the inventory's folder", at: text.spot)
        case .tooLarge, .unreadable: log.error("\(Wording.singleLine(file, limit: 200)) cannot be read", at: text.spot)
        }
        return nil
    }

    private func groups(_ table: TableReader) -> [String] {
        var groups: [String] = []
        for group in table.texts("groups", limit: FleetInventory.groupLimit) {
            if let objection = TextRules.objection(toID: group.value) {
                log.error("a group's name \(objection)", at: group.spot)
            } else if !groups.contains(group.value) {
                groups.append(group.value)
            }
        }
        return groups
    }

    private func reach(_ table: TableReader) -> FleetInventory.Reach {
        var reach = FleetInventory.Reach(
            configuration: table.text("ssh_config", limit: 512).map { FilePath.join(folder, $0.value) }, remote: table.text("remote", limit: 1000)?.value)
        for option in table.texts("ssh_options", limit: 32) {
            if let objection = SSHWords.objection(toOption: option.value) {
                log.error("an option \(objection)", at: option.spot)
            } else {
                reach.options.append(option.value)
            }
        }
        if let root = table.text("root", limit: 512) {
            if root.value.hasPrefix("/") { reach.root = root.value } else { log.error("root must be an absolute path", at: root.spot) }
        }
        return reach
    }
}

extension FleetInventory.Reach {
    /// This where it says something, else the other; of options this one's come first, and ssh takes the first.
    func over(_ other: FleetInventory.Reach) -> FleetInventory.Reach {
        FleetInventory.Reach(
            configuration: configuration ?? other.configuration, options: options + other.options, remote: remote ?? other.remote,
            root: root ?? other.root)
    }
}
