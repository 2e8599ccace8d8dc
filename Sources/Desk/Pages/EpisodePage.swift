import Lifeline

/// One episode: what happened, the evidence, the asset, what people did, and what can be done now.
struct EpisodePage {
    var frame: PageFrame
    var row: EpisodeRow
    var events: [EventRow]
    var actions: [ActionRow]
    var others: [EpisodeRow]
    var places: [SketchMap.Place]
    /// What went wrong with the last act.
    var refusal: HandlingRefusal?

    func html() -> HTML {
        let language = frame.language
        let event = events.first.flatMap { JSONValue(Array($0.document.utf8)) } ?? .null
        let sentence = info(event)["description"].text
        return frame.page(
            language(row.headline), tab: .alerts,
            body: """
                <article class="episode \(row.level.name)">
                <p class="crumbs"><a href="/alerts" id="back">‹ \(language("返回列表", "Back to the list"))</a></p>
                <header><h1>\(frame.mark(row.level)) \(language(row.headline))</h1>
                <p class="facts">\(frame.condition(row)) · \(frame.chip(row.handling)) · \(language("始于", "since")) \(frame.time(row.onset))\(peak()) · \(
                    frame.className(row.assetClass)) <b>\(row.asset)</b> · \(row.address) · \(language("网关", "gateway")) \(row.gateway)</p></header>
                <p class="advice" data-watch="\(row.id)" hidden><a href="/alerts/\(row.id)">\(
                    language("该告警有更新，点击刷新", "This alert has changed: load it again"))</a></p>
                \(refused())
                <div class="columns"><div class="wide">
                <section><h2>\(language("发生了什么", "What happened"))</h2><p class="sentence">\(sentence ?? "")</p>\(advice(event))\(circumstances(event))</section>
                <section><h2>\(language("依据", "Evidence"))</h2>\(evidence(event))</section>
                \(index(event))
                </div><div class="narrow">
                \(ActionPanel(frame: frame, row: row, actions: actions).html())
                \(map(event))
                \(history())
                \(siblings())
                </div></div>
                </article>
                """)
    }

    private func peak() -> HTML {
        row.peak > row.level ? " · \(frame.language("最高", "worst")) \(frame.mark(row.peak))" : ""
    }

    private func refused() -> HTML {
        refusal.map { "<p class=\"error\" role=\"alert\">\(frame.language($0.words))</p>" } ?? ""
    }

    private func info(_ event: JSONValue) -> JSONValue {
        let infos = event["data"]["info"].list.prefix(4)
        let wanted = frame.language == .chinese ? "zh" : "en"
        return infos.first { ($0["language"].text ?? "").hasPrefix(wanted) } ?? infos.first ?? .null
    }

    private func advice(_ event: JSONValue) -> HTML {
        guard let text = info(event)["instruction"].text, !text.isEmpty else { return "" }
        // A sentence about what lasts ends with it already.
        func letters(_ text: String) -> String { String(text.unicodeScalars.filter(\.properties.isAlphabetic).map(Character.init)) }
        if letters(info(event)["description"].text ?? "").hasSuffix(letters(text)) { return "" }
        return "<p class=\"advice\"><b>\(frame.language("建议", "Do"))</b> \(text)</p>"
    }

    private func circumstances(_ event: JSONValue) -> HTML {
        let states = event["data"]["bamai"]["evidence"]["circumstances"].list.prefix(10).compactMap { $0[frame.language.rawValue].text }
        guard !states.isEmpty else { return "" }
        return "<p class=\"muted\">\(frame.language("当时状态：", "At that time: "))\(states.joined(separator: frame.language("；", "; ")))</p>"
    }

    private func evidence(_ event: JSONValue) -> HTML {
        let language = frame.language
        let own = event["data"]["bamai"]
        let facts = own["evidence"]
        let unit = Plain.text(own["unit"].text, limit: 12)
        let suffix = EvidenceChart.isBare(unit) ? "" : " \(unit)"
        var items: HTML = ""
        func add(_ name: String, _ value: String?) {
            if let value { items += "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
        }
        func number(_ name: String) -> String? { facts[name].number.map { JSONWriter.threeDecimals($0) } }
        add(language("实测", "Seen"), number("seen").map { $0 + suffix })
        if let low = number("expected_low"), let high = number("expected_high") { add(language("预期", "Expected"), "\(low) … \(high)\(suffix)") }
        add(language("最严重", "Worst"), number("worst").map { $0 + suffix })
        if facts["score"].isNull { add(language("限值", "Limit"), number("limit").map { $0 + suffix }) }
        add(language("异常分数", "Score"), number("score").map { score in number("limit").map { "\(score) / \($0)" } ?? score })
        add(language("佐证", "Confirmed by"), facts["confirmed_by"].text)
        add(language("规则", "Rule"), row.rule)
        add(language("传感器", "Sensor"), row.sensor)
        let charts = [EvidenceChart.window(event, frame: frame), EvidenceChart.history(event, frame: frame)].compactMap { $0?.svg() }
        let none: HTML = charts.isEmpty ? "<p class=\"muted\">\(language("这条告警没有附带读数曲线。", "This alert carries no readings."))</p>" : ""
        return "\(charts)\(none)<dl class=\"facts\">\(items)</dl>"
    }

    private func index(_ event: JSONValue) -> HTML {
        let language = frame.language
        let index = event["data"]["bamai"]["index"]
        guard let value = index["value"].number else { return "" }
        let key = language.rawValue
        var lines: HTML = ""
        for term in index["terms"].list.prefix(12) {
            let (points, maximum) = (term["points"].number ?? 0, term["maximum"].number ?? 0)
            let isKnown = term["known"].flag ?? true
            lines += """
                <tr\(isKnown ? "" : " class=\"unknown\"" as HTML)><td>\(term["words"][key].text ?? "")<small>\(term["inputs"][key].text ?? "")</small></td>
                <td><meter min="0" max="\(max(maximum, 0.1))" value="\(min(max(points, 0), max(maximum, 0.1)))"></meter></td>
                <td class="n">\(JSONWriter.threeDecimals(points)) / \(JSONWriter.threeDecimals(maximum))</td></tr>
                """
        }
        var marks: HTML = ""
        for mark in index["marks"].list.prefix(12) { marks += "<li>\(mark["words"][key].text ?? "")</li>" }
        let verdict = index["verdict_\(key)"].text ?? index["verdict"].text ?? ""
        let coverage = Int(((index["coverage"].number ?? 0) * 100).rounded())
        return """
            <section><h2>\(language("带病运行指数", "Sick-running index"))</h2>
            <p class="index"><b>\(JSONWriter.threeDecimals(value))</b> / 100 · \(verdict) · \(language("已知数据", "known")) \(coverage) %
            <span class="muted">\(language("筛查建议，不代替法定评估", "a screening suggestion, no statutory assessment"))</span></p>
            <table class="terms">\(lines)</table>\(marks.text.isEmpty ? "" : "<ul class=\"marks\">\(marks)</ul>" as HTML)</section>
            """
    }

    private func map(_ event: JSONValue) -> HTML {
        guard let place = places.first(where: { $0.asset == row.asset }) else { return "" }
        return "<section><h2>\(frame.language("位置", "Place"))</h2>\(SketchMap(frame: frame, place: place, others: places).html())</section>"
    }

    /// What the gateway said and what people did, in one line of time.
    private func history() -> HTML {
        let language = frame.language
        var entries: [(Timestamp, HTML)] = events.map { event in
            let words =
                switch event.kind {
                case .raised: language("告警发生", "Raised")
                case .escalated: language("升级", "Escalated")
                case .eased: language("减轻", "Eased")
                case .cleared: language("恢复", "Cleared")
                case .repeated: language("重复提醒", "Repeated")
                }
            return (
                event.occurred,
                "<li class=\"told\">\(frame.time(event.occurred)) <b>\(words)</b> \(frame.mark(event.level)) <a class=\"muted\" href=\"/cap/\(event.sequence).xml\">CAP</a></li>"
            )
        }
        for action in actions {
            let until: HTML = action.until.map { " \(language("至", "until")) \(frame.time($0))" } ?? ""
            entries.append(
                (
                    action.at,
                    """
                    <li class="did">\(frame.time(action.at)) <b>\(language(action.act.words))</b> \(action.by)\(until)<q>\(action.reason)</q>\(
                        delivery(action))</li>
                    """
                ))
        }
        entries.sort { $0.0 < $1.0 }
        return """
            <section><h2>\(language("经过", "History"))</h2><ol class="history">\(entries.map(\.1))</ol></section>
            """
    }

    private func delivery(_ action: ActionRow) -> HTML {
        let language = frame.language
        if action.decision.isEmpty { return "" }
        let words =
            switch action.decisionState {
            case "applied": language("网关已执行", "applied by the gateway")
            case "refused": language("网关未接受：\(action.answer)", "refused by the gateway: \(action.answer)")
            case "fetched": language("网关已收到", "received by the gateway")
            default: language("等待网关接收", "waiting for the gateway")
            }
        return "<small class=\"\(action.decisionState)\">\(words)</small>"
    }

    private func siblings() -> HTML {
        guard !others.isEmpty else { return "" }
        var items: HTML = ""
        for other in others {
            items += """
                <li>\(frame.time(other.onset)) \(frame.mark(other.level)) <a href="/alerts/\(other.id)">\(frame.language(other.headline))</a> \(
                    frame.chip(other.handling))</li>
                """
        }
        return "<section><h2>\(frame.language("该设施的其他告警", "Other alerts of this asset"))</h2><ol class=\"others\">\(items)</ol></section>"
    }
}

/// What can be done now, as one form: a reason, and a button for each act that follows from where the episode is.
struct ActionPanel {
    var frame: PageFrame
    var row: EpisodeRow
    var actions: [ActionRow]

    func html() -> HTML {
        let language = frame.language
        guard let session = frame.session, session.account.role >= .officer else {
            return "<section class=\"act\"><p class=\"muted\">\(language("您的账号只能查看。", "Your account may look, not decide."))</p></section>"
        }
        let acts: [HandlingAct] = [.acknowledge, .dispatch, .report, .close, .falseAlarm].filter { $0.result(from: row.handling) != nil }
        var buttons: HTML = ""
        for (index, act) in acts.enumerated() {
            let style = index == 0 ? " class=\"main\"" as HTML : act == .falseAlarm ? " class=\"quiet\"" as HTML : ""
            buttons += "<button name=\"act\" value=\"\(act.rawValue)\"\(style)>\(language(act.words))</button>"
        }
        let isLatchedOpen = row.isLatched && !row.handling.isDone
        let latch: HTML =
            !isLatchedOpen
            ? ""
            : session.account.isCompetent
                ? """
                <label class="check"><input type="checkbox" name="confirmed" value="yes"> \(
                    language("我具备救援资格，已在现场确认无人被困", "I am a competent person and confirm on site that nobody is trapped"))</label>
                """
                : """
                <p class="warning">\(language("只有具备资格的人员在现场确认后才能解除。", "Only a competent person who confirms it on site may end this alert."))</p>
                """
        let done: HTML =
            row.handling.isDone ? "<p class=\"muted\">\(language("处置已结束。", "Nothing is left to do."))</p>" : ""
        return """
            <section class="act"><h2>\(language("处置", "What to do"))</h2>\(done)
            <form method="post" action="/alerts/\(row.id)/act" id="act">
            <input type="hidden" name="csrf" value="\(session.csrf)">
            <label>\(language("原因或说明", "Reason"))<textarea name="reason" maxlength="200" rows="2" required id="reason"></textarea></label>
            \(latch)
            <p class="buttons">\(buttons)</p>
            \(suggestion())
            <details\(row.handling == .falseAlarm && row.shelvedUntil == nil ? " open" as HTML : "")><summary>\(language("搁置", "Shelve"))</summary>
            \(shelf())
            </details>
            </form></section>
            """
    }

    private func suggestion() -> HTML {
        guard row.handling == .falseAlarm, row.shelvedUntil == nil else { return "" }
        return """
            <p class="advice">\(frame.language(
                "已记为误报。若原因暂时不能消除，建议限时搁置该规则，到期自动恢复。",
                "Noted as a false alarm. If its cause stays for now, shelve this rule for a time; it comes back by itself."))</p>
            """
    }

    private func shelf() -> HTML {
        let language = frame.language
        let standing: HTML =
            row.shelvedUntil.map {
                """
                <p>\(language("已搁置至", "Shelved until")) \(frame.time($0)) <button name="act" value="unshelve">\(language("取消搁置", "Unshelve"))</button></p>
                """
            } ?? ""
        return """
            \(standing)
            <p class="shelf"><select name="seconds" aria-label="\(language("多久", "How long"))">
            <option value="3600">\(language("1 小时", "1 hour"))</option><option value="28800">\(language("8 小时", "8 hours"))</option>
            <option value="86400" selected>\(language("1 天", "1 day"))</option><option value="604800">\(language("7 天", "7 days"))</option>
            <option value="2592000">\(language("30 天", "30 days"))</option></select>
            <select name="scope" aria-label="\(language("范围", "What"))"><option value="rule">\(row.asset) · \(row.rule)</option>
            <option value="asset">\(row.asset) · \(language("全部规则", "all rules"))</option></select>
            <button name="act" value="shelve">\(language("搁置", "Shelve"))</button></p>
            """
    }
}
