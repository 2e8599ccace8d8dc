import ArgumentParser
import Gateway
import Glibc
import Journal

/// A journal that is only read.
struct JournalOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The journal's file (default: the site's).", valueName: "file"), completion: .file())
    var journal: String?

    @OptionGroup var site: SiteOption

    func open() throws -> SQLiteJournalReader {
        let path = try journal ?? site.load().journal.path
        guard access(path, F_OK) == 0 else {
            Terminal.error("there is no journal at \(path)")
            throw ExitCode(1)
        }
        return try reading { () throws(JournalError) in try SQLiteJournalReader.open(path: path) }
    }
}

/// Says what is wrong with a journal in a sentence, and ends with code 1.
func reading<Value>(_ body: () throws(JournalError) -> Value) throws -> Value {
    do throws(JournalError) {
        return try body()
    } catch {
        Terminal.error(error.sentence)
        throw ExitCode(1)
    }
}
