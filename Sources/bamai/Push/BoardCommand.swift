import ArgumentParser
import Deploy
import Gateway
import Glibc
import Lifeline
import Linux
import Site

/// The board's end of a push: some for people at the board, some for a client over ssh.
struct BoardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "On the board itself: which board it is, take a site on so that it can be pushed to, put it right after a power cut.",
        discussion: """
            example: bamai board adopt /etc/bamai/west
            exit codes: those of the subcommands.
            """,
        subcommands: [BoardDetect.self, BoardAdopt.self, BoardRecover.self, BoardServe.self, BoardGuard.self])
}

/// The folder of generations on this board.
struct RootOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The folder of generations; it must be there.", valueName: "folder"))
    var root: String = BoardFolder.usualRoot

    func validate() throws {
        guard root.hasPrefix("/") else { throw ValidationError("--root is an absolute path") }
    }

    func board() -> BoardFolder {
        // The daemon, which is another user, must read what is laid out here.
        umask(0o022)
        signal(SIGPIPE, SIG_IGN)
        return BoardFolder(root: root)
    }
}

struct BoardAdopt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Make a site of this board its first generation, and remember which device this is.",
        discussion: """
            Afterwards the daemon is started with the link "current" of the folder, and everything else comes by bamai push. Done again it makes a new \
            generation without a guard, for what a push may not change: the journal's path and the control socket.

            examples: bamai board adopt /etc/bamai/west
                      bamai board adopt --moved
            exit codes: 0 adopted, 2 the site is wrong, 6 refused: nothing was changed.
            """)

    @Argument(help: "The site's folder or its site.toml.", completion: .directory)
    var site: String?

    @Flag(name: .long, help: "The card was moved to this device on purpose: remember it instead of the one before.")
    var moved = false

    @OptionGroup var root: RootOption

    func validate() throws {
        guard (site == nil) == moved else { throw ValidationError("name a site, or say --moved") }
    }

    func run() throws {
        let board = root.board()
        let now = Timestamp(microseconds: Clocks.wallMicroseconds())
        do throws(Adoption.Refusal) {
            let device = DeviceIdentity.read()
            guard let site else {
                let done = try Adoption.move(board, by: Worker.name, device: device, now: now)
                return Output.line("Generation \(done.generation) of gateway \(done.gateway) now belongs to serial \(done.serial).")
            }
            let done = try Adoption.adopt(PushSite.file(site), on: board, by: Worker.name, device: device, now: now)
            Output.line(
                "Generation \(done.generation) of gateway \(done.gateway) is in place on serial \(done.serial.isEmpty ? "unknown" : done.serial).")
            Output.line("Start the daemon with it (the packaged unit does): bamaid \(board.root)/current")
        } catch {
            for finding in error.findings { Terminal.error(finding.description) }
            Terminal.error("refused: \(error.text)")
            throw ExitCode(error.findings.isEmpty ? 6 : 2)
        }
    }
}

struct BoardRecover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Before the daemon starts: a change that a power cut has met is ended, and what runs is whole.",
        discussion: """
            For the service manager (ExecStartPre), as root. Done when there is nothing to do it changes nothing.

            example: bamai board recover
            exit codes: 0 done, 1 the disk refuses.
            """)

    @OptionGroup var root: RootOption

    func run() throws {
        let board = root.board()
        do throws(StorageFailure) {
            let word = try BoardRecovery.run(
                board, boot: Clocks.bootID(), now: Clocks.monotonicNanoseconds(), made: Timestamp(microseconds: Clocks.wallMicroseconds()))
            if let word { Output.line("bamai: \(word)") }
        } catch {
            Terminal.error("the board cannot be put right: \(error.text)")
            throw ExitCode(1)
        }
        if !GuardStart.revive(board) { Terminal.error("an open change has no guard and none can be started") }
    }
}

/// What `bamai push` talks to.
struct BoardServe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Answer a client on standard input and output.", shouldDisplay: false)

    @OptionGroup var root: RootOption

    func run() throws {
        BoardSession(root.board(), input: STDIN_FILENO, output: STDOUT_FILENO, version: Version.text, secretFolders: SecretPlaces.folders).run()
    }
}

/// What runs a change, outside of everything else.
struct BoardGuard: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "guard", abstract: "Run an open change to its end.", shouldDisplay: false)

    @OptionGroup var root: RootOption

    /// *Units*: nanoseconds. Whoever has armed the change holds the lock for a moment longer.
    private static let lockPatience: Int64 = 10_000_000_000

    func run() throws {
        let board = root.board()
        let end = Clocks.monotonicNanoseconds() + BoardGuard.lockPatience
        let holder = LockHolder(by: "guard", boot: Clocks.bootID(), since: Clocks.monotonicNanoseconds())
        while true {
            if case .taken(let lock) = try board.lockGuard(holder.text) {
                let clocks = Guard.Clocks(
                    monotonic: Clocks.monotonicNanoseconds, wall: { Timestamp(microseconds: Clocks.wallMicroseconds()) }, pause: Guard.sleep)
                Guard(board, daemon: board.daemon(), clocks: clocks) { Output.line("bamai guard: \($0)") }.run()
                return withExtendedLifetime(lock) {}
            }
            guard Clocks.monotonicNanoseconds() < end else { return }
            Guard.sleep(50_000_000)
        }
    }
}
