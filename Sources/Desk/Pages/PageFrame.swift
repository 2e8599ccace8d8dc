import Lifeline

/// What every page needs to know.
package struct PageFrame: Sendable {
    package var language: Language
    /// nil: nobody is logged in.
    package var session: Session?
    package var now: Timestamp
    /// *Units*: seconds east of UTC, for all times that are shown.
    package var utcOffsetSeconds: Int
    /// What the desk is called in its title.
    package var title: String

    /// The rooms of the desk.
    package enum Tab: String, CaseIterable, Sendable {
        case alerts, fleet, assets, report, accounts

        func words(_ language: Language) -> String {
            switch self {
            case .alerts: language("告警", "Alerts")
            case .fleet: language("网关", "Fleet")
            case .assets: language("设施排名", "Assets")
            case .report: language("月报", "Report")
            case .accounts: language("账号", "Accounts")
            }
        }
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - tab: which room it belongs to; nil: none, and no way to any.
    ///   - script: whether it takes the desk's script.
    func page(_ heading: String, tab: Tab?, script: Bool = true, body: HTML) -> HTML {
        let csrf: HTML? = session.map { "<meta name=\"csrf\" content=\"\($0.csrf)\">" }
        let code: HTML = script ? "<script src=\"/assets/\(DeskAssets.scriptName)\" defer></script>" : ""
        return """
            <!doctype html>
            <html lang="\(language.tag)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="same-origin">
            \(csrf)
            <title>\(heading) · \(title)</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/\(DeskAssets.styleName)">
            \(code)
            </head>
            <body>
            \(head(tab))
            <main id="main">
            \(body)
            </main>
            </body>
            </html>

            """
    }

    private func head(_ tab: Tab?) -> HTML {
        var tabs: HTML = ""
        if let session, tab != nil {
            for each in Tab.allCases where each != .accounts || session.account.role == .admin {
                let here: HTML = each == tab ? " aria-current=\"page\"" : ""
                tabs += "<a href=\"/\(each.rawValue)\"\(here)>\(each.words(language))</a>"
            }
        }
        var person: HTML = ""
        if let session {
            person = """
                <span class="who" title="\(language(session.account.role.words))">\(session.account.name)</span>
                <form method="post" action="/logout"><input type="hidden" name="csrf" value="\(session.csrf)"><button class="plain">\(
                    language("退出", "Log out"))</button></form>
                """
        }
        return """
            <a class="skip" href="#main">\(language("跳到正文", "Skip to content"))</a>
            <header class="top">
            <a class="brand" href="/alerts"><svg viewBox="0 0 32 16" aria-hidden="true"><path d="M0 9h7l3-7 5 13 4-10 2 4h11"/></svg><b>把脉</b> Bamai</a>
            <nav aria-label="\(language("主菜单", "Main menu"))">\(tabs)</nav>
            <div class="me">
            <form method="post" action="/language"><button class="plain" name="to" value="\(language.other.rawValue)" lang="\(language.other.tag)">\(
                language("English", "中文"))</button></form>
            \(person)
            </div>
            </header>
            """
    }

    /// `01-02 11:04`, with the year where it is another one.
    func short(_ moment: Timestamp) -> String {
        let text = CivilTime.local(moment, offsetSeconds: utcOffsetSeconds)
        let isThisYear = text.prefix(4) == CivilTime.local(now, offsetSeconds: utcOffsetSeconds).prefix(4)
        return String(text.dropLast(3).dropFirst(isThisYear ? 5 : 0))
    }

    /// An element that shows a time, and the whole of it when it is pointed at.
    func time(_ moment: Timestamp) -> HTML {
        let whole = CivilTime.rfc3339(moment, offsetSeconds: utcOffsetSeconds)
        return "<time datetime=\"\(whole)\" title=\"\(CivilTime.local(moment, offsetSeconds: utcOffsetSeconds))\">\(short(moment))</time>"
    }

    /// How long ago, in the one unit that people say; the script keeps it true.
    func ago(_ moment: Timestamp) -> HTML {
        let whole = CivilTime.rfc3339(moment, offsetSeconds: utcOffsetSeconds)
        let seconds = max(0, now.microseconds(since: moment) / 1_000_000)
        return """
            <time class="ago" datetime="\(whole)" title="\(CivilTime.local(moment, offsetSeconds: utcOffsetSeconds))">\(span(seconds))</time>
            """
    }

    /// *Units*: seconds. The script says it in the same words.
    func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: language("刚刚", "just now")
        case ..<3600: language("\(seconds / 60) 分钟前", "\(seconds / 60) min ago")
        case ..<86_400: language("\(seconds / 3600) 小时前", "\(seconds / 3600) h ago")
        default: language("\(seconds / 86_400) 天前", "\(seconds / 86_400) d ago")
        }
    }

    /// A level as a mark that is read without its colour.
    func mark(_ level: Level) -> HTML {
        "<span class=\"level \(level.name)\">\(language(level.chinese, level.name.capitalized))</span>"
    }

    /// How far people are.
    func chip(_ handling: Handling) -> HTML { "<span class=\"chip \(handling.rawValue)\">\(language(handling.words))</span>" }

    /// Whether the condition holds.
    func condition(_ row: EpisodeRow) -> HTML {
        row.isActive
            ? "<span class=\"active\">\(language("持续中", "Active"))</span>" : "<span class=\"over\">\(language("已恢复", "Cleared"))</span>"
    }

    /// The name of an asset class as a site's file writes it; the text itself where it is none.
    func className(_ name: String) -> String {
        AssetClass(rawValue: name).map { language($0.chinese, $0.english) } ?? name
    }
}
