import ArgumentParser
import Desk
import Glibc
import Lifeline
import Linux

/// Where the desk keeps its data, for every command.
struct StoreOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A SQLite file, or a PostgreSQL server as postgres://user@host/database (its password in PGPASSWORD or ~/.pgpass).", valueName: "place"))
    var store = "/var/lib/bamai-desk/desk.db"

    @Option(help: ArgumentHelp("This desk's own name, the first half of every decision's id.", valueName: "name"))
    var id = "desk"

    func open() throws -> DeskStore {
        do { return try DeskStore.open(store, desk: id) } catch {
            throw Failure("\(error)")
        }
    }

    /// Who does what the command line does, for the audit log.
    static var who: String { "command line (" + (getenv("USER").map { String(cString: $0) } ?? "uid \(getuid())") + ")" }
    static var now: Timestamp { Timestamp(microseconds: Clocks.wallMicroseconds()) }
}

/// An error that is told in one line.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ text: String) { description = text }
}
