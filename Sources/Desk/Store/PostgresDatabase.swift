internal import CPostgres

/// A PostgreSQL server, reached by a connection string: `postgres://desk@db.example/desk` or `host=/run/postgresql dbname=desk`.
///
/// One connection. A connection that is gone is made anew before the next statement outside a transaction; one that is lost inside is an error, and nothing of
/// the transaction is there. *Isolation*: one thread at a time.
package final class PostgresDatabase: SQLDatabase {
    private let handle: OpaquePointer
    private var isInTransaction = false
    /// The server has said that it ends: the connection still looks open, and the next statement would find out.
    private var isEnding = false
    /// What the server has prepared on this connection, by text and types.
    private struct Statement: Hashable {
        let sql: String
        let types: [Oid]
    }

    private var prepared: [Statement: String] = [:]
    private static let preparedLimit = 256
    private let place: String
    private let isReading: Bool

    package let kind = "PostgreSQL"
    package let keyColumn = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"

    /// Connects. *Blocks* at most ten seconds where the string does not say otherwise.
    ///
    /// - Parameter isReading: this connection only reads.
    package init(_ connection: String, isReading: Bool = false) throws(DatabaseError) {
        (place, self.isReading) = (connection, isReading)
        let keywords = ["dbname", "connect_timeout", "application_name", "client_encoding"]
        let values = [connection, "10", "bamai-desk", "UTF8"]
        let opened = PostgresDatabase.connect(keywords, values)
        guard let opened else { throw .unavailable("PostgreSQL: no memory for a connection") }
        guard PQstatus(opened) == CONNECTION_OK else {
            let text = PostgresDatabase.words(PQerrorMessage(opened))
            PQfinish(opened)
            throw .unavailable("PostgreSQL: \(text)")
        }
        handle = opened
        try prepareConnection()
    }

    deinit { PQfinish(handle) }

    /// What the connection string says itself comes later in the list and counts: `dbname` is expanded in place.
    private static func connect(_ keywords: [String], _ values: [String]) -> OpaquePointer? {
        var names: [UnsafePointer<CChar>?] = []
        var texts: [UnsafePointer<CChar>?] = []
        var owned: [UnsafeMutablePointer<CChar>] = []
        defer { for text in owned { text.deallocate() } }
        func copy(_ text: String) -> UnsafePointer<CChar> {
            let bytes = Array(text.utf8CString)
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            memory.initialize(from: bytes, count: bytes.count)
            owned.append(memory)
            return UnsafePointer(memory)
        }
        // The defaults first, so that the string's own settings win.
        for (name, value) in zip(keywords.dropFirst(), values.dropFirst()) {
            names.append(copy(name))
            texts.append(copy(value))
        }
        names.append(copy(keywords[0]))
        texts.append(copy(values[0]))
        names.append(nil)
        texts.append(nil)
        // SAFETY: the texts live until the call has returned; the library copies them.
        return PQconnectdbParams(names, texts, 1)
    }

    private func prepareConnection() throws(DatabaseError) {
        // Nothing to say about what exists already, and no statement that waits for ever.
        for setting in ["client_min_messages = warning", "statement_timeout = '30s'", "lock_timeout = '10s'", "standard_conforming_strings = on"] {
            _ = try execute("SET \(setting)", [])
        }
        if isReading { _ = try execute("SET default_transaction_read_only = on", []) }
    }

    package func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> [SQLRow] {
        if (isEnding || PQstatus(handle) != CONNECTION_OK) && !isInTransaction {
            isEnding = false
            prepared.removeAll()
            PQreset(handle)
            if PQstatus(handle) == CONNECTION_OK { try prepareConnection() }
        }
        return try execute(sql, values)
    }

    /// `?1` becomes `$1`. A statement holds no text of its own with a question mark: values are never written into it.
    private static func rewritten(_ sql: String) -> String {
        String(decoding: sql.utf8.map { $0 == UInt8(ascii: "?") ? UInt8(ascii: "$") : $0 }, as: UTF8.self)
    }

    /// The name of a statement that the server has parsed; the first time, it is asked to.
    private func name(of sql: String, _ types: [Oid]) throws(DatabaseError) -> String {
        let statement = Statement(sql: sql, types: types)
        if let known = prepared[statement] { return known }
        if prepared.count >= PostgresDatabase.preparedLimit {
            PQclear(PQexec(handle, "DEALLOCATE ALL"))
            prepared.removeAll()
        }
        let name = "s\(prepared.count)"
        let result = PQprepare(handle, name, PostgresDatabase.rewritten(sql), Int32(types.count), types)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(result, sql) }
        prepared[statement] = name
        return name
    }

    private func execute(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> [SQLRow] {
        var owned: [UnsafeMutablePointer<CChar>] = []
        defer { for text in owned { text.deallocate() } }
        var texts: [UnsafePointer<CChar>?] = []
        var types: [Oid] = []
        for value in values {
            let (text, type) = PostgresDatabase.parameter(value)
            types.append(type)
            guard let text else {
                texts.append(nil)
                continue
            }
            let bytes = Array(text.utf8CString)
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            memory.initialize(from: bytes, count: bytes.count)
            owned.append(memory)
            texts.append(UnsafePointer(memory))
        }
        let name = try name(of: sql, types)
        // SAFETY: the texts live until the call has returned.
        let result = PQexecPrepared(handle, name, Int32(values.count), texts, nil, nil, 0)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK: return rows(result)
        case PGRES_COMMAND_OK: return []
        default: throw error(result, sql)
        }
    }

    /// The text of a value and the type that it is sent as; a NULL leaves its type to the statement.
    private static func parameter(_ value: SQLValue) -> (String?, Oid) {
        switch value {
        case .null: (nil, 0)
        case .integer(let number): (String(number), Types.bigint)
        case .real(let number): ("\(number)", Types.double)
        // PostgreSQL keeps no NUL in a text.
        case .text(let text): (text.utf8.contains(0) ? String(decoding: text.utf8.filter { $0 != 0 }, as: UTF8.self) : text, Types.text)
        }
    }

    /// *Source*: PostgreSQL's `pg_type.dat`.
    private enum Types {
        static let bigint: Oid = 20
        static let integer: Oid = 23
        static let text: Oid = 25
        static let single: Oid = 700
        static let double: Oid = 701
        static let numeric: Oid = 1700
    }

    private func rows(_ result: OpaquePointer?) -> [SQLRow] {
        let count = Int(PQnfields(result))
        var columns: [String: Int] = [:]
        var types: [Oid] = []
        for index in 0..<count {
            columns[String(cString: PQfname(result, Int32(index)))] = index
            types.append(PQftype(result, Int32(index)))
        }
        return (0..<PQntuples(result)).map { row in
            let values: [SQLValue] = (0..<count).map { column in
                if PQgetisnull(result, row, Int32(column)) == 1 { return .null }
                let text = String(cString: PQgetvalue(result, row, Int32(column)))
                switch types[column] {
                case Types.bigint, Types.integer: return Int64(text).map { .integer($0) } ?? .text(text)
                case Types.single, Types.double, Types.numeric: return Double(text).map { .real($0) } ?? .text(text)
                default: return .text(text)
                }
            }
            return SQLRow(columns: columns, values: values)
        }
    }

    /// All of it is durable when this returns, or none of it.
    package func transaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        _ = try run("BEGIN", [])
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(DatabaseError) {
            let result = try body()
            _ = try run("COMMIT", [])
            return result
        } catch {
            if PQstatus(handle) == CONNECTION_OK { _ = try? execute("ROLLBACK", []) }
            throw error
        }
    }

    /// Reads what belongs together: all of it is of one moment.
    package func snapshot<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        _ = try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [])
        isInTransaction = true
        defer {
            isInTransaction = false
            if PQstatus(handle) == CONNECTION_OK { _ = try? execute("COMMIT", []) }
        }
        return try body()
    }

    package func reader() throws(DatabaseError) -> (any SQLDatabase)? { try PostgresDatabase(place, isReading: true) }

    /// Room of rows that are gone is used again by itself; this lets the planner know, and gives back what is at the end.
    package func giveBack() throws(DatabaseError) {
        for table in ["events", "episodes", "actions"] { _ = try run("VACUUM (ANALYZE) \(table)", []) }
    }

    package func bytes() throws(DatabaseError) -> Int64? {
        try row("SELECT pg_database_size(current_database()) AS bytes")?.integer("bytes")
    }

    private func error(_ result: OpaquePointer?, _ sql: String) -> DatabaseError {
        let text = "PostgreSQL: \(PostgresDatabase.words(PQresultErrorMessage(result))): \(sql.prefix(120))"
        guard PQstatus(handle) == CONNECTION_OK else { return .unavailable(text) }
        let state = PQresultErrorField(result, PostgresDatabase.sqlState).map { String(cString: $0) } ?? ""
        // No code: not the server has said it, but the library, which has lost the server; it does not always say so in the connection's own state.
        if state.isEmpty {
            isEnding = true
            return .unavailable(text)
        }
        // *Source*: PostgreSQL, appendix A: 08 connection, 25006 read-only, 40 rollback, 53 resources, 55P03 lock, 57 operator, 58 system.
        if state.hasPrefix("57P") { isEnding = true }
        let passing = ["08", "25006", "40", "53", "55P03", "57", "58"]
        return passing.contains { state.hasPrefix($0) } ? .unavailable(text) : .failed(text)
    }

    /// `PG_DIAG_SQLSTATE`, a character constant that does not come through.
    private static let sqlState = Int32(UInt8(ascii: "C"))

    private static func words(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "error" }
        let text = String(cString: message)
        return text.split(separator: "\n").joined(separator: "; ")
    }
}
