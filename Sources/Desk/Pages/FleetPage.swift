import Lifeline

/// All gateways: who is there, with what, and who stirs up the most alarms.
struct FleetPage {
    var frame: PageFrame
    var gateways: [GatewayRow]
    /// Episodes of the last 24 hours, by gateway.
    var rates: [String: Int64]
    var worst: [PeriodReport.Point]

    /// *Units*: microseconds after which a gateway that said nothing counts as away. A gateway forwards summaries each few minutes.
    static let awayAfter: Int64 = 15 * 60 * 1_000_000

    func isOnline(_ row: GatewayRow) -> Bool { row.seen.map { frame.now.microseconds(since: $0) < FleetPage.awayAfter } ?? false }

    func html() -> HTML {
        let language = frame.language
        let enabled = gateways.filter(\.isEnabled)
        let online = enabled.filter(isOnline).count
        let rate = enabled.isEmpty ? "–" : "\(JSONWriter.shortest((Double(online) * 1000 / Double(enabled.count)).rounded() / 10)) %"
        let drifted = enabled.filter { isDrifted($0) }.count
        let versions = Set(enabled.map(\.version).filter { !$0.isEmpty }).count
        let alarms = rates.values.reduce(0, +)
        return frame.page(
            language("网关", "Fleet"), tab: .fleet,
            body: """
                <div class="tiles">
                \(tile(rate, language("在线率（\(online) / \(enabled.count)）", "online (\(online) of \(enabled.count))"), isBad: online < enabled.count))
                \(tile("\(alarms)", language("近 24 小时告警", "alerts in 24 h"), isBad: false))
                \(tile("\(drifted)", language("配置偏离", "configurations drifted"), isBad: drifted > 0))
                \(tile("\(versions)", language("软件版本数", "software versions"), isBad: versions > 1))
                </div>
                <div class="table"><table><thead><tr><th>\(language("网关", "Gateway"))</th><th>\(language("状态", "State"))</th>
                <th>\(language("最近通信", "Last heard"))</th><th>\(language("版本", "Version"))</th><th>\(language("配置", "Configuration"))</th>
                <th>\(language("存储占用", "Journal"))</th><th>\(language("传感器", "Sensors"))</th><th class="n">\(language("24 小时告警", "Alerts in 24 h"))</th></tr></thead>
                <tbody>\(gateways.map(line))</tbody></table></div>
                \(gateways.isEmpty ? "<p class=\"empty\">\(language("还没有登记网关：bamai-desk gateway add 编号", "No gateway is registered: bamai-desk gateway add ID"))</p>" as HTML : "")
                \(points())
                """)
    }

    private func tile(_ figure: String, _ words: String, isBad: Bool) -> HTML {
        "<div class=\"card\"><b\(isBad ? " class=\"warn\"" as HTML : "")>\(figure)</b><span>\(words)</span></div>"
    }

    func isDrifted(_ row: GatewayRow) -> Bool {
        !row.expectedRevision.isEmpty && !row.revision.isEmpty && row.revision != row.expectedRevision
    }

    private func line(_ row: GatewayRow) -> HTML {
        let language = frame.language
        let brief = GatewayBrief(row.status.flatMap { JSONValue(Array($0.utf8)) } ?? .null)
        let errors = brief.problems.filter(\.isError)
        let told = brief.problems.map { "\($0.subject): \($0.text)" }.joined(separator: "; ")
        let state: HTML
        if !row.isEnabled {
            state = "<span class=\"muted\">\(language("已停用", "disabled"))</span>"
        } else if !isOnline(row) {
            state = "<span class=\"bad\">\(language("离线", "away"))</span>"
        } else if !errors.isEmpty {
            state = "<span class=\"bad\" title=\"\(told)\">\(language("\(errors.count) 个错误", "\(errors.count) errors"))</span>"
        } else if !brief.problems.isEmpty {
            state = "<span class=\"warn\" title=\"\(told)\">\(language("有提示", "warnings"))</span>"
        } else {
            state = "<span class=\"good\">\(language("在线", "online"))</span>"
        }
        let revision: HTML =
            isDrifted(row)
            ? "<span class=\"warn\" title=\"\(language("应为", "expected")) \(row.expectedRevision)\">\(row.revision.prefix(12).description) ≠</span>"
            : "\(row.revision.isEmpty ? "–" : String(row.revision.prefix(12)))"
        let fill: String
        if let bytes = brief.journalBytes, let most = brief.journalLimit, most > 0 {
            fill = "\(Int((Double(bytes) * 100 / Double(most)).rounded())) %"
        } else {
            fill = "–"
        }
        let sensors = brief.sensors.map { "\(brief.reporting ?? 0) / \($0)" } ?? "–"
        return """
            <tr><td><a href="/alerts?state=all&amp;gateway=\(Percent.encode(row.id))"><b>\(row.id)</b></a><small> \(row.name == row.id ? "" : row.name)</small></td>
            <td>\(state)</td><td>\(row.seen.map { frame.ago($0) } ?? "<span class=\"muted\">\(language("从未", "never"))</span>") <small>\(row.via)</small></td>
            <td>\(row.version.isEmpty ? "–" : row.version)</td><td>\(revision)</td><td>\(fill)</td><td>\(sensors)</td>
            <td class="n">\(rates[row.id] ?? 0)</td></tr>
            """
    }

    private func points() -> HTML {
        guard !worst.isEmpty else { return "" }
        let language = frame.language
        var lines: HTML = ""
        for point in worst {
            lines += """
                <tr><td><a href="/alerts?state=all&amp;asset=\(Percent.encode(point.asset))">\(point.asset)</a> <small>\(point.name)</small></td><td>\(point.rule)</td>
                <td class="n">\(point.episodes)</td><td class="n">\(point.falseAlarms)</td></tr>
                """
        }
        return """
            <h2>\(language("告警最多的测点（近 30 天）", "Worst points of the last 30 days"))</h2>
            <div class="table"><table><thead><tr><th>\(language("设施", "Asset"))</th><th>\(language("规则", "Rule"))</th><th class="n">\(
                language("告警", "Alerts"))</th><th class="n">\(language("误报", "False alarms"))</th></tr></thead><tbody>\(lines)</tbody></table></div>
            """
    }
}
