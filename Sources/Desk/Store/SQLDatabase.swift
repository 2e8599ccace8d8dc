/// One value in a statement or a row.
package enum SQLValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)

    /// A text, or NULL where there is none.
    package static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    /// A number, or NULL where there is none.
    package static func optional(_ number: Int64?) -> SQLValue { number.map { .integer($0) } ?? .null }
    /// A number, or NULL where there is none.
    package static func optional(_ number: Double?) -> SQLValue { number.map { .real($0) } ?? .null }
    /// 1 or 0: both databases compare and add these alike.
    package static func flag(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }
}

/// One row of an answer, by the names of its columns.
package struct SQLRow: Sendable {
    /// Shared by all rows of an answer.
    let columns: [String: Int]
    let values: [SQLValue]

    /// Precondition: the statement has such a column.
    package subscript(name: String) -> SQLValue {
        guard let index = columns[name] else { preconditionFailure("no column \(name)") }
        return values[index]
    }

    /// 0 where it is NULL or no number.
    package func integer(_ name: String) -> Int64 { optionalInteger(name) ?? 0 }
    /// nil where it is NULL or no number.
    package func optionalInteger(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let value): value
        case .real(let value): Int64(exactly: value.rounded())
        case .text(let text): Int64(text)
        case .null: nil
        }
    }
    /// nil where it is NULL or no number.
    package func real(_ name: String) -> Double? {
        switch self[name] {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .text(let text): Double(text)
        case .null: nil
        }
    }
    /// Empty where it is NULL.
    package func text(_ name: String) -> String { optionalText(name) ?? "" }
    /// nil where it is NULL.
    package func optionalText(_ name: String) -> String? {
        switch self[name] {
        case .text(let text): text
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .null: nil
        }
    }
    /// Whether it is a number other than 0.
    package func flag(_ name: String) -> Bool { integer(name) != 0 }
}

/// Why a database did not do what it was asked.
package enum DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is full, away, busy or read-only: the same may succeed later.
    case unavailable(String)
    /// What was asked is wrong, or the file is none of ours: trying again does not help.
    case failed(String)

    package var description: String {
        switch self {
        case .unavailable(let text), .failed(let text): text
        }
    }
}

/// What the desk asks of a database: statements with values, and transactions.
///
/// Statements are written once for all: values are `?1`, `?2` … (each at least once, in any order); the words `$KEY` and `$REAL` of the schema are the
/// database's own. What is durable when `transaction` returns survives a power cut.
///
/// *Isolation*: one thread at a time; `StoreQueue` sees to it.
package protocol SQLDatabase: AnyObject {
    /// What people call it: `SQLite`, `PostgreSQL`.
    var kind: String { get }
    /// How it writes a column that numbers its rows itself, never giving a number twice.
    var keyColumn: String { get }
    /// Runs one statement and returns its rows.
    func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> [SQLRow]
    /// Runs what belongs together: all of it is durable when this returns, or none of it.
    func transaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T
    /// Reads what belongs together: all of it is of one moment.
    func snapshot<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T
    /// Another connection to the same data, which only reads; nil: there can be no other.
    func reader() throws(DatabaseError) -> (any SQLDatabase)?
    /// *Units*: bytes that are in use, without room that is kept for later; nil where that cannot be told.
    func bytes() throws(DatabaseError) -> Int64?
    /// Gives room back that rows left which are gone, as far as the database does not do that by itself.
    func giveBack() throws(DatabaseError)
}

extension SQLDatabase {
    /// Where there is one connection, nothing comes in between.
    package func snapshot<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T { try body() }
    package func reader() throws(DatabaseError) -> (any SQLDatabase)? { nil }
    package func giveBack() throws(DatabaseError) {}
    /// The only row, or nil where there is none.
    package func row(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> SQLRow? { try run(sql, values).first }
}
