import Lifeline

/// A month on paper.
struct ReportPage {
    var frame: PageFrame
    /// `2026-01`.
    var month: String
    var report: PeriodReport
    var online: (now: Int, all: Int)

    /// The first moment of a month and of the next, in the desk's local time; nil: it is no month.
    static func bounds(_ month: String, utcOffsetSeconds: Int) -> (Timestamp, Timestamp)? {
        let parts = month.split(separator: "-")
        guard month.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let number = Int(parts[1]), (1970...9998).contains(year),
            (1...12).contains(number)
        else { return nil }
        func start(_ year: Int, _ month: Int) -> Timestamp? {
            CivilTime.parse(Array("\(CivilTime.pad(year, 4))-\(CivilTime.pad(month, 2))-01T00:00".utf8), defaultOffsetSeconds: utcOffsetSeconds)
        }
        guard let first = start(year, number), let next = number == 12 ? start(year + 1, 1) : start(year, number + 1) else { return nil }
        return (first, next)
    }

    func html() -> HTML {
        let language = frame.language
        let share =
            report.episodes > 0 ? "\(JSONWriter.shortest((Double(report.falseAlarms) * 1000 / Double(report.episodes)).rounded() / 10)) %" : "–"
        let median = report.medianSeconds.map { seconds in
            seconds < 3600
                ? language("\(max(1, seconds / 60)) 分钟", "\(max(1, seconds / 60)) min") : language("\(seconds / 3600) 小时", "\(seconds / 3600) h")
        }
        var levels: HTML = ""
        for level in Level.allCases.reversed() {
            levels += "<tr><td>\(frame.mark(level))</td><td class=\"n\">\(report.byLevel[level] ?? 0)</td></tr>"
        }
        var classes: HTML = ""
        for each in report.byClass { classes += "<tr><td>\(frame.className(each.name))</td><td class=\"n\">\(each.episodes)</td></tr>" }
        var points: HTML = ""
        for point in report.worstPoints {
            points += """
                <tr><td><b>\(point.asset)</b> \(point.name)</td><td>\(point.rule)</td><td class="n">\(point.episodes)</td><td class="n">\(point.falseAlarms)</td></tr>
                """
        }
        return frame.page(
            language("月报", "Report"), tab: .report,
            body: """
                <div class="headline"><h1>\(language("月报", "Monthly report")) \(month)</h1>
                <form class="no-print filters" method="get" action="/report"><input type="month" name="month" value="\(month)" aria-label="\(language("月份", "Month"))">
                <button>\(language("查看", "Show"))</button> <button type="button" id="print">\(language("打印", "Print"))</button></form></div>
                <div class="tiles">
                <div class="card"><b>\(report.episodes)</b><span>\(language("告警事件", "alerts"))</span></div>
                <div class="card"><b>\(report.done)</b><span>\(language("已完成处置", "done"))</span></div>
                <div class="card"><b>\(median ?? "–")</b><span>\(language("首次响应时间中位数", "median time to the first act"))</span></div>
                <div class="card"><b>\(share)</b><span>\(language("误报率", "false alarms"))</span></div>
                <div class="card"><b>\(online.now) / \(online.all)</b><span>\(language("当前在线网关", "gateways online now"))</span></div>
                </div>
                <div class="columns"><div>
                <h2>\(language("告警最多的测点", "Worst points"))</h2>
                <div class="table"><table><thead><tr><th>\(language("设施", "Asset"))</th><th>\(language("规则", "Rule"))</th><th class="n">\(
                    language("告警", "Alerts"))</th><th class="n">\(language("误报", "False"))</th></tr></thead><tbody>\(points)</tbody></table></div></div>
                <div><h2>\(language("按最高级别", "By worst level"))</h2><div class="table"><table><tbody>\(levels)</tbody></table></div>
                <h2>\(language("按设施类型", "By kind of asset"))</h2><div class="table"><table><tbody>\(classes)</tbody></table></div></div></div>
                <p class="muted">\(language("制表时间", "Made")) \(CivilTime.local(frame.now, offsetSeconds: frame.utcOffsetSeconds))</p>
                """)
    }
}
