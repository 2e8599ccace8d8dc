import ArgumentParser
import Deploy
import Gateway
import Glibc
import Lifeline
import Linux

/// Where secrets lie on a board.
enum SecretPlaces {
    static let usual = "/etc/bamai/secrets"

    /// In the order of looking, while no daemon can be asked.
    static var folders: [String] { getenv("CREDENTIALS_DIRECTORY").map { [String(cString: $0), usual] } ?? [usual] }
}

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "The secrets of this board: what a site file names as secret://name.",
        discussion: """
            A secret lies in a file that only the daemon's user can read. It is never sent by a push, and never shown.

            examples: ssh root@pump-07 bamai secret set platform-password < password.txt
                      bamai secret list
            exit codes: those of the subcommands.
            """,
        subcommands: [SecretSet.self, SecretList.self, SecretRemove.self])
}

/// Where secrets are kept, and whose they are.
struct SecretPlace: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The folder of secrets.", valueName: "folder"))
    var folder: String = SecretPlaces.usual

    @Option(name: .long, help: ArgumentHelp("The daemon's user.", valueName: "name"))
    var user: String = "bamai"

    @OptionGroup var root: RootOption

    /// Tells the journal who changed which secret. Where no board was adopted there is nobody to tell.
    func note(_ name: String, _ what: String) {
        let board = root.board()
        guard board.identity != nil else { return }
        let now = Timestamp(microseconds: Clocks.wallMicroseconds())
        let entry = AuditEntry(
            id: "secret-\(now.microseconds)", act: "secret", by: Worker.name, what: "the secret \(name) was \(what)",
            generation: board.store.current ?? 0, made: now)
        do throws(StorageFailure) {
            try board.queue(entry)
            _ = board.daemon().takeAudit()
        } catch {
            Terminal.error("the change is not in the board's audit: \(error.text)")
        }
    }
}

struct SecretName: ParsableArguments {
    @Argument(help: "The secret's name, as in secret://name.")
    var name: String

    func validate() throws {
        if let objection = SecretFolder.objection(toName: name) { throw ValidationError(objection) }
    }
}

struct SecretSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a secret: from standard input, or typed twice without being shown.",
        discussion: """
            A daemon that runs already takes a changed secret with its next reload (HUP), a new one with the push that names it.

            examples: bamai secret set platform-password
                      ssh root@pump-07 bamai secret set platform-password < password.txt
            exit codes: 0 set, 1 it could not be written, 6 refused: nothing was changed.
            """)

    @OptionGroup var secret: SecretName
    @OptionGroup var place: SecretPlace

    func run() throws {
        let bytes: [UInt8]
        if isatty(STDIN_FILENO) == 1 {
            bytes = Hidden.line("secret \(secret.name): ")
            guard Hidden.line("once more: ") == bytes else {
                Terminal.error("the two are not the same; nothing was changed")
                throw ExitCode(6)
            }
        } else {
            bytes = Hidden.input(limit: SecretFolder.limit + 2)
        }
        do throws(SecretFolder.Failure) {
            try SecretFolder(place.folder).set(secret.name, bytes, user: place.user)
        } catch {
            Terminal.error(error.text)
            throw ExitCode(error.text.hasSuffix("nothing was changed") ? 6 : 1)
        }
        Output.line("The secret \(secret.name) is set.")
        place.note(secret.name, "set")
    }
}

struct SecretList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The names of the secrets that are set; never the secrets.",
        discussion: """
            example: bamai secret list
            exit codes: 0 shown, 1 the folder may not be read.
            """)

    @OptionGroup var place: SecretPlace

    func run() throws {
        if access(place.folder, F_OK) == 0, access(place.folder, R_OK | X_OK) != 0 {
            Terminal.error("\(place.folder): you may not; be root")
            throw ExitCode(1)
        }
        let names = SecretFolder(place.folder).names
        for name in names { Output.line(name) }
        if names.isEmpty { Terminal.error("no secret is set in \(place.folder)") }
    }
}

struct SecretRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a secret. A site that still names it will not be taken any more.",
        discussion: """
            example: bamai secret remove platform-password
            exit codes: 0 removed, 1 it could not be removed, 6 it was not set.
            """)

    @OptionGroup var secret: SecretName
    @OptionGroup var place: SecretPlace

    func run() throws {
        let wasThere: Bool
        do throws(SecretFolder.Failure) {
            wasThere = try SecretFolder(place.folder).remove(secret.name)
        } catch {
            Terminal.error(error.text)
            throw ExitCode(1)
        }
        guard wasThere else {
            Terminal.error("the secret \(secret.name) is not set in \(place.folder)")
            throw ExitCode(6)
        }
        Output.line("The secret \(secret.name) is removed.")
        place.note(secret.name, "removed")
    }
}

/// What is typed and must not be seen.
enum Hidden {
    /// A line from the terminal, without echo.
    static func line(_ prompt: String) -> [UInt8] {
        Output.raw(prompt, to: STDERR_FILENO)
        var before = termios()
        let isKnown = tcgetattr(STDIN_FILENO, &before) == 0
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
        defer {
            if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
            Output.raw("\n", to: STDERR_FILENO)
        }
        return Array((readLine() ?? "").utf8)
    }

    /// Standard input to its end, or a little more than `limit` bytes of it.
    static func input(limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limit {
            // SAFETY: the buffer lives through the call and is as long as said.
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
