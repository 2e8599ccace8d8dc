import Lifeline

/// What an account may do.
package enum Role: String, CaseIterable, Comparable, Sendable {
    /// Looks.
    case viewer
    /// Decides.
    case officer
    /// Names accounts and gateways.
    case admin

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .officer: 1
        case .admin: 2
        }
    }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    package var words: BilingualText {
        switch self {
        case .viewer: BilingualText(chinese: "查看", english: "Viewer")
        case .officer: BilingualText(chinese: "值班员", english: "Duty officer")
        case .admin: BilingualText(chinese: "管理员", english: "Administrator")
        }
    }
}

/// A person who may log in.
package struct Account: Sendable, Equatable {
    package var id: Int64
    package var name: String
    package var role: Role
    package var isCompetent: Bool
    package var isEnabled: Bool
    package var hasPassword: Bool

    init(_ row: SQLRow) {
        id = row.integer("id")
        name = row.text("name")
        role = Role(rawValue: row.text("role")) ?? .viewer
        isCompetent = row.flag("competent")
        isEnabled = row.flag("enabled")
        hasPassword = row.optionalText("password") != nil
    }

    package var actor: Actor { Actor(name: name, isCompetent: isCompetent) }
}

/// A person who is logged in.
package struct Session: Sendable, Equatable {
    package var account: Account
    /// What every form must carry.
    package var csrf: String
}

extension DeskStore {
    /// Accounts of one desk.
    package static let accountLimit: Int64 = 2000
    /// *Units*: microseconds for which a session and a link are good.
    package static let sessionLength: Int64 = 12 * 3_600_000_000
    package static let linkLength: Int64 = 3 * 86_400_000_000

    /// Whether anybody can log in at all.
    package func hasAccounts() throws(DatabaseError) -> Bool {
        try database.row("SELECT id FROM accounts WHERE password IS NOT NULL LIMIT 1") != nil
    }

    /// All accounts, by name.
    package func accounts() throws(DatabaseError) -> [Account] {
        try database.run("SELECT * FROM accounts ORDER BY name", []).map(Account.init)
    }

    /// A link that makes the first account, an administrator's; only while nobody can log in. Former ones are void.
    package func openSetup(token: String, now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            guard try !hasAccounts() else { throw .failed("there are accounts: an administrator invites others") }
            _ = try database.run("DELETE FROM links WHERE account IS NULL", [])
            try addLink(token, account: nil, now: now)
        }
    }

    private func addLink(_ token: String, account: Int64?, now: Timestamp) throws(DatabaseError) {
        _ = try database.run(
            "INSERT INTO links (token, account, created, expires) VALUES (?1, ?2, ?3, ?4)",
            [
                .text(SHA256.hex(Array(token.utf8))), .optional(account), .integer(now.microseconds),
                .integer(now.advanced(byMicroseconds: DeskStore.linkLength).microseconds),
            ])
    }

    /// Makes an account without a password, or opens an existing one anew, with a link to set one.
    package func invite(_ name: String, role: Role, isCompetent: Bool, token: String, by who: String, now: Timestamp) throws(DatabaseError) {
        guard Plain.isName(name, limit: 64), name.first?.isWhitespace == false else { throw .failed("a name has 1 to 64 characters on one line") }
        try database.transaction { () throws(DatabaseError) in
            let count = try database.row("SELECT count(*) AS number FROM accounts")?.integer("number") ?? 0
            guard count < DeskStore.accountLimit else { throw .failed("this desk has \(count) accounts, as many as it takes") }
            let row = try database.row(
                """
                INSERT INTO accounts (name, role, competent, created, enabled) VALUES (?1, ?2, ?3, ?4, 1)
                ON CONFLICT (name) DO UPDATE SET role = excluded.role, competent = excluded.competent, enabled = 1, password = NULL RETURNING id
                """, [.text(name), .text(role.rawValue), .flag(isCompetent), .integer(now.microseconds)])
            let id = row?.integer("id") ?? 0
            _ = try database.run("DELETE FROM sessions WHERE account = ?1", [.integer(id)])
            _ = try database.run("DELETE FROM links WHERE account = ?1", [.integer(id)])
            try addLink(token, account: id, now: now)
            try audit("account.invite", who: who, subject: "\(name) \(role.rawValue)", now: now)
        }
    }

    /// Closes an account and ends its sessions. False: there is none of this name.
    package func disable(_ name: String, by who: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            let rows = try database.run("UPDATE accounts SET enabled = 0, password = NULL WHERE name = ?1 RETURNING id", [.text(name)])
            guard let id = rows.first?.integer("id") else { return false }
            _ = try database.run("DELETE FROM sessions WHERE account = ?1", [.integer(id)])
            _ = try database.run("DELETE FROM links WHERE account = ?1", [.integer(id)])
            try audit("account.disable", who: who, subject: name, now: now)
            return true
        }
    }

    /// What a link is good for.
    package enum Link: Sendable, Equatable {
        /// The first account of this desk; its name is chosen.
        case setup
        case account(String)
    }

    /// nil: it is no link, was used, or is too old.
    package func link(_ token: String, now: Timestamp) throws(DatabaseError) -> Link? {
        let row = try database.row(
            """
            SELECT links.account AS account, accounts.name AS name FROM links LEFT JOIN accounts ON accounts.id = links.account
            WHERE links.token = ?1 AND links.expires > ?2
            """, [.text(SHA256.hex(Array(token.utf8))), .integer(now.microseconds)])
        guard let row else { return nil }
        if let name = row.optionalText("name") { return .account(name) }
        return .setup
    }

    /// Uses a link: the account has this password now. False: the link is not good.
    package func accept(_ token: String, name: String, password hash: String, address: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            guard let link = try link(token, now: now) else { return false }
            switch link {
            case .account(let name):
                _ = try database.run("UPDATE accounts SET password = ?2 WHERE name = ?1", [.text(name), .text(hash)])
                try audit("account.password", who: name, address: address, now: now)
            case .setup:
                guard try !hasAccounts(), Plain.isName(name, limit: 64) else { return false }
                _ = try database.run(
                    """
                    INSERT INTO accounts (name, role, competent, password, created, enabled) VALUES (?1, 'admin', 0, ?2, ?3, 1)
                    ON CONFLICT (name) DO UPDATE SET role = 'admin', password = excluded.password, enabled = 1
                    """, [.text(name), .text(hash), .integer(now.microseconds)])
                try audit("account.setup", who: name, address: address, now: now)
            }
            _ = try database.run("DELETE FROM links WHERE token = ?1", [.text(SHA256.hex(Array(token.utf8)))])
            return true
        }
    }

    /// The hash of an enabled account's password; nil where there is no such account, or it has none.
    package func password(of name: String) throws(DatabaseError) -> String? {
        try database.row("SELECT password FROM accounts WHERE name = ?1 AND enabled = 1", [.text(name)])?.optionalText("password")
    }

    /// Begins a session of an account whose password was right.
    package func begin(session token: String, csrf: String, of name: String, address: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            let row = try database.row("SELECT id FROM accounts WHERE name = ?1 AND enabled = 1 AND password IS NOT NULL", [.text(name)])
            guard let row else { return false }
            _ = try database.run(
                "INSERT INTO sessions (token, account, csrf, created, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
                [
                    .text(SHA256.hex(Array(token.utf8))), .integer(row.integer("id")), .text(csrf), .integer(now.microseconds),
                    .integer(now.advanced(byMicroseconds: DeskStore.sessionLength).microseconds),
                ])
            try audit("login", who: name, address: address, now: now)
            return true
        }
    }

    /// Who a session is; nil: nobody any more.
    package func session(_ token: String, now: Timestamp) throws(DatabaseError) -> Session? {
        let row = try database.row(
            """
            SELECT accounts.*, sessions.csrf AS csrf FROM sessions JOIN accounts ON accounts.id = sessions.account
            WHERE sessions.token = ?1 AND sessions.expires > ?2 AND accounts.enabled = 1
            """, [.text(SHA256.hex(Array(token.utf8))), .integer(now.microseconds)])
        return row.map { Session(account: Account($0), csrf: $0.text("csrf")) }
    }

    /// Ends a session.
    package func end(session token: String, who: String, address: String, now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            _ = try database.run("DELETE FROM sessions WHERE token = ?1", [.text(SHA256.hex(Array(token.utf8)))])
            try audit("logout", who: who, address: address, now: now)
        }
    }
}
