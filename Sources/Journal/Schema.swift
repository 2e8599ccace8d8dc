/// The tables of a journal file and how a file is recognised.
enum Schema {
    /// "Bama": `file` and `sqlite3` show it, and a foreign database is not taken for a journal.
    static let applicationID: Int64 = 0x4261_6d61
    static let version: Int64 = 1
    /// *Units*: bytes. A commit writes whole pages to the WAL, so small pages suit small commits: a commit of 100 readings from 100 messages (265 bytes of
    /// segment, 800 of receipts) wrote 3.3 KB with pages of 1 KiB and 6.9 KB with pages of 4 KiB; on the device, folding included, 8.5 against 12.3 KB.
    static let pageSize: Int64 = 1024
    /// How many samples of malformed messages are kept.
    static let rejectedRows: Int64 = 256
    /// How many alerts are kept beyond those not yet acknowledged.
    static let alertRows: Int64 = 100_000

    static let tables = """
        CREATE TABLE series (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE segment (
            first INTEGER PRIMARY KEY, count INTEGER NOT NULL, received INTEGER NOT NULL, body BLOB NOT NULL, receipts BLOB
        ) STRICT;
        CREATE TABLE alert (
            position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, episode TEXT NOT NULL, kind TEXT NOT NULL, level INTEGER NOT NULL,
            subject TEXT NOT NULL, sensor TEXT NOT NULL, rule TEXT NOT NULL, recorded INTEGER NOT NULL, body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE cursor (lane TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE checkpoint (
            slot INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, revision TEXT NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE rejected (
            number INTEGER PRIMARY KEY, received INTEGER NOT NULL, broker TEXT NOT NULL, topic TEXT NOT NULL, cause TEXT NOT NULL, sample BLOB NOT NULL
        ) STRICT;
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """
}
