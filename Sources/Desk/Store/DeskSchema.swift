/// The tables of the desk, in the words that all its databases share.
///
/// Times are microseconds since 1970, flags are 0 and 1. `$KEY` is a column that numbers its rows, `$REAL` one of double precision.
enum DeskSchema {
    /// What a file of another number is not opened with; raised with every change of the tables.
    static let version: Int64 = 1

    static let statements: [String] = [
        """
        CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS gateways (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, token TEXT UNIQUE, created BIGINT NOT NULL, enabled BIGINT NOT NULL, seen BIGINT,
            via TEXT NOT NULL DEFAULT '', alerts BIGINT NOT NULL DEFAULT 0, status TEXT, status_at BIGINT, version TEXT NOT NULL DEFAULT '',
            revision TEXT NOT NULL DEFAULT '', expected_revision TEXT NOT NULL DEFAULT '', taken BIGINT NOT NULL DEFAULT 0)
        """,
        """
        CREATE TABLE IF NOT EXISTS episodes (
            id $KEY, gateway TEXT NOT NULL, episode TEXT NOT NULL, asset TEXT NOT NULL, asset_class TEXT NOT NULL, asset_name TEXT NOT NULL,
            address TEXT NOT NULL, rule TEXT NOT NULL, sensor TEXT NOT NULL, level BIGINT NOT NULL, peak BIGINT NOT NULL, is_active BIGINT NOT NULL,
            latched BIGINT NOT NULL, late BIGINT NOT NULL, onset BIGINT NOT NULL, updated BIGINT NOT NULL, cleared BIGINT, received BIGINT NOT NULL,
            recorded BIGINT NOT NULL, event_sequence BIGINT NOT NULL, alerts BIGINT NOT NULL, headline_zh TEXT NOT NULL, headline_en TEXT NOT NULL,
            handling TEXT NOT NULL, handled_by TEXT NOT NULL DEFAULT '', handled_at BIGINT, is_done BIGINT NOT NULL DEFAULT 0,
            first_action BIGINT, version BIGINT NOT NULL, UNIQUE (gateway, episode))
        """,
        "CREATE INDEX IF NOT EXISTS episodes_open ON episodes (is_done, is_active, level, updated)",
        "CREATE INDEX IF NOT EXISTS episodes_asset ON episodes (gateway, asset, onset)",
        "CREATE INDEX IF NOT EXISTS episodes_received ON episodes (received)",
        "CREATE INDEX IF NOT EXISTS episodes_updated ON episodes (updated)",
        "CREATE INDEX IF NOT EXISTS episodes_done ON episodes (updated) WHERE is_done = 1",
        """
        CREATE TABLE IF NOT EXISTS events (
            seq $KEY, source TEXT NOT NULL, id TEXT NOT NULL, gateway TEXT NOT NULL, episode BIGINT NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            kind TEXT NOT NULL, level BIGINT NOT NULL, occurred BIGINT NOT NULL, recorded BIGINT NOT NULL, received BIGINT NOT NULL,
            document TEXT NOT NULL, UNIQUE (source, id))
        """,
        "CREATE INDEX IF NOT EXISTS events_episode ON events (episode, seq)",
        """
        CREATE TABLE IF NOT EXISTS actions (
            seq $KEY, episode BIGINT NOT NULL REFERENCES episodes (id) ON DELETE CASCADE, act TEXT NOT NULL, by_name TEXT NOT NULL,
            reason TEXT NOT NULL, at BIGINT NOT NULL, until BIGINT, decision TEXT NOT NULL DEFAULT '')
        """,
        "CREATE INDEX IF NOT EXISTS actions_episode ON actions (episode, seq)",
        """
        CREATE TABLE IF NOT EXISTS decisions (
            sequence $KEY, id TEXT NOT NULL UNIQUE, gateway TEXT NOT NULL, document TEXT NOT NULL, made BIGINT NOT NULL, published_at BIGINT,
            state TEXT NOT NULL DEFAULT 'offered', answer TEXT NOT NULL DEFAULT '', answered_at BIGINT)
        """,
        "CREATE INDEX IF NOT EXISTS decisions_gateway ON decisions (gateway, sequence)",
        """
        CREATE TABLE IF NOT EXISTS shelves (
            id $KEY, gateway TEXT NOT NULL, asset TEXT NOT NULL, rule TEXT NOT NULL, until BIGINT NOT NULL, reason TEXT NOT NULL,
            by_name TEXT NOT NULL, made BIGINT NOT NULL, ended BIGINT)
        """,
        "CREATE INDEX IF NOT EXISTS shelves_until ON shelves (gateway, asset, until)",
        """
        CREATE TABLE IF NOT EXISTS assets (
            gateway TEXT NOT NULL, asset TEXT NOT NULL, asset_class TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, value BIGINT,
            highest BIGINT, verdict TEXT NOT NULL DEFAULT '', verdict_zh TEXT NOT NULL DEFAULT '', verdict_en TEXT NOT NULL DEFAULT '',
            coverage $REAL, latitude $REAL, longitude $REAL, system TEXT NOT NULL DEFAULT '', at BIGINT NOT NULL, PRIMARY KEY (gateway, asset))
        """,
        """
        CREATE TABLE IF NOT EXISTS accounts (
            id $KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, competent BIGINT NOT NULL DEFAULT 0, password TEXT, created BIGINT NOT NULL,
            enabled BIGINT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS sessions (
            token TEXT PRIMARY KEY, account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, csrf TEXT NOT NULL, created BIGINT NOT NULL,
            expires BIGINT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS links (
            token TEXT PRIMARY KEY, account BIGINT REFERENCES accounts (id) ON DELETE CASCADE, created BIGINT NOT NULL, expires BIGINT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, created BIGINT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS audit (
            seq $KEY, at BIGINT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, address TEXT NOT NULL)
        """,
    ]

    /// Makes what is not there yet. Throws where the tables are of another version.
    static func prepare(_ database: any SQLDatabase) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            for statement in statements {
                let sql = statement.replacing("$KEY", with: database.keyColumn).replacing("$REAL", with: "DOUBLE PRECISION")
                _ = try database.run(sql, [])
            }
            let found = try database.row("SELECT value FROM meta WHERE name = ?1", [.text("schema")])?.integer("value")
            if let found, found != version {
                throw .failed("the desk's tables have version \(found), this program knows \(version); use a program of that version")
            }
            if found == nil {
                _ = try database.run("INSERT INTO meta (name, value) VALUES (?1, ?2)", [.text("schema"), .text(String(version))])
            }
        }
    }
}
