import Lifeline

/// Who may log in, and what was done to the desk itself.
struct AccountsPage {
    var frame: PageFrame
    var accounts: [Account]
    var audit: [DeskStore.AuditRow]
    /// A link that was just made, and for whom.
    var invited: (name: String, link: String)?
    var error: String?

    func html() -> HTML {
        let language = frame.language
        let csrf = frame.session?.csrf ?? ""
        var lines: HTML = ""
        for account in accounts {
            let state =
                !account.isEnabled ? language("已停用", "disabled") : account.hasPassword ? language("正常", "enabled") : language("待设置密码", "invited")
            let button: HTML =
                account.isEnabled && account.name != frame.session?.account.name
                ? """
                <form method="post" action="/accounts/disable"><input type="hidden" name="csrf" value="\(csrf)"><input type="hidden" name="name" value="\(account.name)"><button class="quiet">\(
                    language("停用", "Disable"))</button></form>
                """ : ""
            lines += """
                <tr><td><b>\(account.name)</b></td><td>\(language(account.role.words))\(account.isCompetent ? " · \(language("救援资格", "competent"))" : "")</td>
                <td>\(state)</td><td>\(button)</td></tr>
                """
        }
        var entries: HTML = ""
        for entry in audit {
            entries +=
                "<tr><td>\(frame.time(entry.at))</td><td>\(entry.who)</td><td>\(entry.what)</td><td>\(entry.subject)</td><td>\(entry.address)</td></tr>"
        }
        let made: HTML =
            invited.map {
                """
                <p class="advice">\(language("请将此链接单独交给", "Give this link, which works once, to")) <b>\($0.name)</b>: <code>\($0.link)</code></p>
                """
            } ?? ""
        let failed: HTML = error.map { "<p class=\"error\" role=\"alert\">\($0)</p>" } ?? ""
        return frame.page(
            language("账号", "Accounts"), tab: .accounts,
            body: """
                <h1>\(language("账号", "Accounts"))</h1>\(made)\(failed)
                <div class="table"><table><thead><tr><th>\(language("账号", "Name"))</th><th>\(language("角色", "Role"))</th><th>\(
                    language("状态", "State"))</th><th></th></tr></thead><tbody>\(lines)</tbody></table></div>
                <form class="card filters" method="post" action="/accounts/invite"><input type="hidden" name="csrf" value="\(csrf)">
                <input name="name" required maxlength="64" placeholder="\(language("新账号", "Name"))" aria-label="\(language("新账号", "Name"))">
                <select name="role" aria-label="\(language("角色", "Role"))"><option value="officer">\(language(Role.officer.words))</option><option value="viewer">\(
                    language(Role.viewer.words))</option><option value="admin">\(language(Role.admin.words))</option></select>
                <label class="check"><input type="checkbox" name="competent" value="yes"> \(language("具备救援资格", "competent for rescue"))</label>
                <button class="main">\(language("邀请或重置密码", "Invite, or reset the password"))</button></form>
                <h2>\(language("审计记录", "Audit log"))</h2>
                <div class="table"><table><thead><tr><th>\(language("时间", "Time"))</th><th>\(language("谁", "Who"))</th><th>\(
                    language("操作", "What"))</th><th>\(language("对象", "Subject"))</th><th>\(language("来源", "From"))</th></tr></thead><tbody>\(entries)</tbody></table></div>
                """)
    }
}
