import Lifeline

/// A few words and a way back.
struct MessagePage {
    var frame: PageFrame
    var heading: String
    var text: String

    func html() -> HTML {
        frame.page(
            heading, tab: nil, script: false,
            body: """
                <div class="box"><h1>\(heading)</h1><p>\(text)</p><p><a href="/alerts">\(frame.language("返回告警列表", "Back to the alerts"))</a></p></div>
                """)
    }
}

/// Name and password.
struct LoginPage {
    var frame: PageFrame
    var name = ""
    /// Where to go then; a path of this desk.
    var next = "/alerts"
    var error: String?

    func html() -> HTML {
        let language = frame.language
        let told: HTML = error.map { "<p class=\"error\" role=\"alert\">\($0)</p>" } ?? ""
        return frame.page(
            language("登录", "Log in"), tab: nil, script: false,
            body: """
                <form class="box" method="post" action="/login"><h1>\(language("登录", "Log in"))</h1>\(told)
                <input type="hidden" name="next" value="\(next)">
                <label>\(language("账号", "Name"))<input name="name" value="\(name)" required autocomplete="username" maxlength="64" autofocus></label>
                <label>\(language("密码", "Password"))<input name="password" type="password" required autocomplete="current-password" maxlength="256"></label>
                <button class="main">\(language("登录", "Log in"))</button></form>
                """)
    }
}

/// Where a link leads: a name (for the first account) and a password.
struct SetupPage {
    var frame: PageFrame
    var token: String
    var link: DeskStore.Link
    var name = ""
    var error: String?

    func html() -> HTML {
        let language = frame.language
        let told: HTML = error.map { "<p class=\"error\" role=\"alert\">\($0)</p>" } ?? ""
        let who: HTML
        let heading: String
        switch link {
        case .setup:
            heading = language("设置管理员", "Set up the first account")
            who = """
                <label>\(language("账号", "Name"))<input name="name" value="\(name)" required autocomplete="username" maxlength="64" autofocus></label>
                """
        case .account(let name):
            heading = language("设置密码", "Choose a password")
            who = "<p>\(language("账号", "Name")): <b>\(name)</b></p>"
        }
        return frame.page(
            heading, tab: nil, script: false,
            body: """
                <form class="box" method="post" action="/setup/\(token)"><h1>\(heading)</h1>\(told)\(who)
                <label>\(language("密码（至少 12 个字符）", "Password (12 characters or more)"))<input name="password" type="password" required
                  autocomplete="new-password" minlength="\(PasswordHash.minimum)" maxlength="\(PasswordHash.limit)"></label>
                <label>\(language("再输一次", "Once more"))<input name="again" type="password" required autocomplete="new-password"
                  maxlength="\(PasswordHash.limit)"></label>
                <button class="main">\(language("保存", "Save"))</button>
                <p class="muted">\(language("此链接只能使用一次。", "This link works once."))</p></form>
                """)
    }
}
