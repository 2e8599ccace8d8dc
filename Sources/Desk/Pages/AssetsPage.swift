import Lifeline

/// Assets by how sick they run: what to look at first.
struct AssetsPage {
    var frame: PageFrame
    var assets: [AssetRow]

    func html() -> HTML {
        let language = frame.language
        return frame.page(
            language("设施排名", "Assets"), tab: .assets,
            body: """
                <div class="headline"><div><h1>\(language("带病运行指数排名", "Assets by their sick-running index"))</h1>
                <p class="muted">\(language("筛查建议，不代替法定评估；仅包含有过告警的设施，近 30 天告警数。", "A screening suggestion, no statutory assessment. Assets that have had alerts; alerts of 30 days."))</p></div>
                <a class="no-print" href="/assets.csv">CSV</a></div>
                \(assets.isEmpty ? "<p class=\"empty\">\(language("还没有设施。", "No assets yet."))</p>" as HTML : table())
                """)
    }

    private func table() -> HTML {
        let language = frame.language
        var lines: HTML = ""
        for (index, row) in assets.enumerated() {
            var value: HTML = row.value.map { "<b>\($0)</b>" } ?? "–"
            if let known = row.value, let highest = row.highest, highest > known { value += "<small> … \(highest)</small>" }
            lines += """
                <tr><td class="n">\(index + 1)</td><td class="n">\(value)</td><td><a href="/alerts?state=all&amp;asset=\(Percent.encode(row.asset))&amp;gateway=\(Percent.encode(row.gateway))"><b>\(
                    row.asset)</b></a> \(row.name)<small> \(row.address)</small></td><td>\(frame.className(row.assetClass))</td>
                <td>\(language(row.verdict))</td><td class="n">\(row.coverage.map { "\(Int(($0 * 100).rounded())) %" } ?? "–")</td>
                <td class="n">\(row.episodes)\(row.open > 0 ? " <small>(\(row.open) \(language("未完成", "open")))</small>" as HTML : "")</td></tr>
                """
        }
        return """
            <div class="table"><table><thead><tr><th></th><th class="n">\(language("指数", "Index"))</th><th>\(language("设施", "Asset"))</th><th>\(
                language("类型", "Kind"))</th><th>\(language("建议", "Suggestion"))</th><th class="n">\(language("已知数据", "Known"))</th><th class="n">\(
                language("告警", "Alerts"))</th></tr></thead><tbody>\(lines)</tbody></table></div>
            """
    }

    /// The ranking as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    static func csv(_ assets: [AssetRow], utcOffsetSeconds: Int) -> String {
        var lines = ["gateway,asset,class,name,address,index,highest,suggestion_zh,suggestion_en,coverage,alerts_30d,open,as_of"]
        for row in assets {
            let fields: [String] = [
                row.gateway, row.asset, row.assetClass, row.name, row.address, row.value.map(String.init) ?? "", row.highest.map(String.init) ?? "",
                row.verdict.chinese, row.verdict.english, row.coverage.map { JSONWriter.threeDecimals($0) } ?? "", String(row.episodes),
                String(row.open), CivilTime.rfc3339(row.at, offsetSeconds: utcOffsetSeconds),
            ]
            lines.append(CSV.line(fields))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}

/// *Source*: RFC 4180; OWASP, CSV injection.
enum CSV {
    static func line(_ fields: [String]) -> String { fields.map(cell).joined(separator: ",") }

    static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Double(text) == nil { text = "'" + text }
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13 }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
