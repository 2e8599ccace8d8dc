import Lifeline

/// The live list of alerts.
struct ListPage {
    var frame: PageFrame
    var filter: EpisodeFilter
    var found: EpisodeList
    var open: [Level: Int64]
    var gateways: [String]
    /// The store has reached its limit with nothing left that may go.
    var isFull = false

    func html() -> HTML {
        let language = frame.language
        return frame.page(
            language("告警", "Alerts"), tab: .alerts,
            body: """
                \(full())
                <section class="summary" aria-label="\(language("未处置数量", "Open alerts by level"))">\(levels())</section>
                \(filters())
                <div id="list" data-live="/live" data-rows="/alerts/rows?\(query())" data-new="\(language("有新告警", "New alerts"))"
                  data-ago="\(language("刚刚|分钟前|小时前|天前", "just now| min ago| h ago| d ago"))">
                \(fragment())
                </div>
                <p class="keys">\(language("键盘", "Keys")): <kbd>j</kbd> <kbd>k</kbd> \(language("上下选择", "move")) · <kbd>Enter</kbd> \(
                    language("打开", "open")) · <kbd>a</kbd> \(language("确认", "acknowledge")) · <kbd>/</kbd> \(language("搜索", "search"))
                <span id="link" class="link" data-on="\(language("实时连接", "live"))" data-off="\(language("连接中断，正在重连", "reconnecting"))"></span></p>
                \(dialog())
                """)
    }

    private func full() -> HTML {
        guard isFull else { return "" }
        return """
            <p class="error" role="alert">\(frame.language(
                "存储已满，暂不接收新告警（网关会保留）。请关闭已处理的告警，或提高 --max-store。",
                "The store is full: new alerts are not taken, gateways keep them. Close alerts that are dealt with, or raise --max-store."))</p>
            """
    }

    func levels() -> HTML {
        let language = frame.language
        var cards: HTML = ""
        for level in Level.allCases.reversed() {
            let number = open[level] ?? 0
            cards += """
                <a class="count \(level.name)\(number == 0 ? " none" : "")" href="/alerts?level=\(level.name)"><b>\(number)</b><span>\(
                    language(level.chinese, level.name.capitalized))</span></a>
                """
        }
        return cards
    }

    private func filters() -> HTML {
        let language = frame.language
        var states: HTML = ""
        let tabs: [(EpisodeFilter.State, String)] = [
            (EpisodeFilter.State.open, language("未完成", "Open")), (.new, language("待确认", "New")), (.handling, language("处置中", "In hand")),
            (.done, language("已完成", "Done")), (.all, language("全部", "All")),
        ]
        for (state, words) in tabs {
            let here: HTML = state == filter.state ? " aria-current=\"true\"" : ""
            states += "<a href=\"/alerts?\(query(state: state, offset: 0))\"\(here)>\(words)</a>"
        }
        func option(_ value: String, _ words: String, _ chosen: Bool) -> HTML {
            "<option value=\"\(value)\"\(chosen ? " selected" as HTML : "")>\(words)</option>"
        }
        var levels = option("", language("所有级别", "All levels"), filter.level == nil)
        for level in Level.allCases {
            levels += option(level.name, language("\(level.chinese)及以上", "\(level.name.capitalized) and worse"), filter.level == level)
        }
        var classes = option("", language("所有类型", "All kinds"), filter.assetClass.isEmpty)
        for each in AssetClass.allCases {
            classes += option(each.rawValue, language(each.chinese, each.english), filter.assetClass == each.rawValue)
        }
        var places = option("", language("所有网关", "All gateways"), filter.gateway.isEmpty)
        for each in gateways { places += option(each, each, filter.gateway == each) }
        return """
            <nav class="states" aria-label="\(language("状态", "State"))">\(states)</nav>
            <form class="filters" method="get" action="/alerts" role="search">
            <input type="hidden" name="state" value="\(filter.state.rawValue)">
            <input type="search" name="q" value="\(filter.search)" placeholder="\(language("搜索名称、地址、编号", "Search name, address, id"))"
              maxlength="100" aria-label="\(language("搜索", "Search"))">
            <select name="level" aria-label="\(language("级别", "Level"))">\(levels)</select>
            <select name="class" aria-label="\(language("类型", "Kind"))">\(classes)</select>
            <select name="gateway" aria-label="\(language("网关", "Gateway"))">\(places)</select>
            <button>\(language("筛选", "Filter"))</button>
            </form>
            """
    }

    /// The part that is fetched anew when something changes.
    func fragment() -> HTML {
        let language = frame.language
        if found.rows.isEmpty {
            return """
                <p class="empty">\(language("没有符合条件的告警。", "No alerts here."))</p>\(partial())
                """
        }
        var items: HTML = ""
        for row in found.rows { items += item(row) }
        return "<ol class=\"alerts\" data-total=\"\(found.total)\">\(items)</ol>\(pages())\(partial())"
    }

    /// What a search has not looked at.
    private func partial() -> HTML {
        guard found.isPartial else { return "" }
        return """
            <p class="partial">\(frame.language(
                "只在排在最前的 \(filter.searchLimit) 条中搜索；按级别、类型或网关筛选可查到其余。",
                "Only the first \(filter.searchLimit) were searched: filter by level, kind or gateway to reach the others."))</p>
            """
    }

    private func item(_ row: EpisodeRow) -> HTML {
        let language = frame.language
        let shelved: HTML =
            row.shelvedUntil.map { "<span class=\"chip shelved\">\(language("搁置至", "Shelved to")) \(frame.short($0))</span>" } ?? ""
        let late: HTML = row.isLate ? "<span class=\"chip\">\(language("补报", "Late"))</span>" : ""
        let by: HTML = row.handledBy.isEmpty ? "" : "<span class=\"by\">\(row.handledBy)</span>"
        return """
            <li class="\(row.level.name)\(row.handling.isDone ? " done" : "")" data-id="\(row.id)" data-handling="\(row.handling.rawValue)">
            <a href="/alerts/\(row.id)">
            <span class="a">\(frame.mark(row.level))</span>
            <span class="b"><strong>\(language(row.headline))</strong>
            <span class="where">\(frame.className(row.assetClass)) · \(row.asset) · \(row.address.isEmpty ? row.gateway : row.address)</span></span>
            <span class="c">\(frame.chip(row.handling))\(shelved)\(late)\(by)</span>
            <span class="d">\(frame.condition(row)) \(frame.ago(row.updated))</span>
            </a></li>
            """
    }

    private func pages() -> HTML {
        let language = frame.language
        let first = filter.offset + 1
        let last = filter.offset + Int64(found.rows.count)
        var links: HTML = ""
        if filter.offset > 0 {
            links += "<a href=\"/alerts?\(query(offset: max(0, filter.offset - filter.limit)))\" rel=\"prev\">\(language("上一页", "Previous"))</a>"
        }
        if last < found.total { links += "<a href=\"/alerts?\(query(offset: last))\" rel=\"next\">\(language("下一页", "Next"))</a>" }
        return "<p class=\"pages\"><span>\(first)–\(last) / \(found.total)\(found.isMore ? "+" : "")</span>\(links)</p>"
    }

    /// The address of this list, changed where asked; already fit for an attribute.
    private func query(state: EpisodeFilter.State? = nil, offset: Int64? = nil) -> String {
        var parts: [(String, String)] = [("state", (state ?? filter.state).rawValue)]
        if let level = filter.level { parts.append(("level", level.name)) }
        for (name, value) in [("class", filter.assetClass), ("gateway", filter.gateway), ("asset", filter.asset), ("q", filter.search)]
        where !value.isEmpty { parts.append((name, value)) }
        let offset = offset ?? filter.offset
        if offset > 0 { parts.append(("offset", String(offset))) }
        return parts.map { "\($0.0)=\(Percent.encode($0.1))" }.joined(separator: "&")
    }

    private func dialog() -> HTML {
        let language = frame.language
        guard let session = frame.session, session.account.role >= .officer else { return "" }
        return """
            <dialog id="quick"><form method="post" action="/alerts/0/act">
            <h2>\(language("确认告警", "Acknowledge"))</h2><p id="quick-what"></p>
            <input type="hidden" name="csrf" value="\(session.csrf)"><input type="hidden" name="back" value="list">
            <label>\(language("原因或说明", "Reason"))<input name="reason" maxlength="200" required value="\(language("已知悉，正在核实", "Seen, being checked"))"></label>
            <p class="buttons"><button name="act" value="acknowledge" class="main">\(language("确认", "Acknowledge"))</button>
            <button type="button" id="quick-no">\(language("取消", "Cancel"))</button></p></form></dialog>
            """
    }
}

/// Texts in addresses. *Source*: RFC 3986, section 2.
package enum Percent {
    /// What stands for a text in an address: letters, digits, `-._~` and `%XX`.
    package static func encode(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.utf8.count == 1 ? "0" + digits : digits)
            }
        }
        return out
    }

    /// What a form or an address encodes, `+` as a blank; nil where it is no UTF-8 or broken.
    package static func decode(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
