import ArgumentParser
import Deploy
import Glibc
import Linux
import Site

/// Which board a command is about, and how it is reached.
struct BoardOption: ParsableArguments {
    @Argument(help: "The board as ssh knows it (pump-07, root@10.0.0.7), or \".\" for the board that this runs on.")
    var host: String

    @Option(
        name: [.customShort("o"), .long], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An option for ssh, as in -o Port=2222; repeatable.", valueName: "option"))
    var sshOption: [String] = []

    @Option(name: .long, help: ArgumentHelp("The configuration file for ssh (default: your own).", valueName: "file"), completion: .file())
    var sshConfig: String?

    @Option(name: .long, help: ArgumentHelp("The command on the board that is bamai, such as \"sudo -n bamai\".", valueName: "command"))
    var remote: String = "bamai"

    @Option(name: .long, help: ArgumentHelp("The board's folder of generations.", valueName: "folder"))
    var root: String = BoardFolder.usualRoot

    func validate() throws {
        if let objection = SSHWords.objection(toDestination: host) { throw ValidationError("the host \(objection)") }
        for option in sshOption {
            if let objection = SSHWords.objection(toOption: option) { throw ValidationError("\"\(option)\" \(objection)") }
        }
        guard root.hasPrefix("/") else { throw ValidationError("--root is an absolute path") }
    }

    var connector: any BoardConnector {
        get throws {
            try BoardAddress(destination: host, configuration: sshConfig, options: sshOption, remote: remote, root: root).connector
        }
    }

    /// What people read.
    var name: String { host == "." ? "this board" : host }

    /// Opens a session to ask something. Ends the program with 6 where the board cannot be reached.
    func ask(_ request: String, _ body: (BoardConnection) throws -> Void) throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            let connection = try connector.connect(isFresh: false)
            try connection.send(request)
            try body(connection)
        } catch let failure as LinkFailure {
            Terminal.error("\(name) cannot be reached: \(failure.text)")
            throw ExitCode(6)
        }
    }
}

/// Where a board is, and how its bamai is reached.
struct BoardAddress {
    /// As ssh knows it; `.`: this machine.
    var destination: String
    /// For ssh; nil: the user's own.
    var configuration: String?
    var options: [String]
    var remote: String
    var root: String

    var connector: any BoardConnector & Sendable {
        get throws {
            if destination == "." {
                guard let program = DetachedProcess.ownPath else { throw ValidationError("/proc is not mounted") }
                return LocalConnector(program: program, root: root)
            }
            let words = (configuration.map { ["-F", $0] } ?? []) + options.flatMap { ["-o", $0] }
            return SSHConnector(host: destination, remote: remote, root: root, options: words)
        }
    }
}

/// Who is at work.
enum Worker {
    /// `li@desk-3`
    static let name: String = {
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
        var buffer = [UInt8](repeating: 0, count: 256)
        // SAFETY: the buffer lives through the call and is as long as said.
        _ = buffer.withUnsafeMutableBytes { gethostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count - 1) }
        return user + "@" + String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }()

    /// The repository's revision of a folder, with `-dirty` where files were changed since; empty where there is no repository.
    static func revision(of folder: String) -> String {
        guard let git = try? PipedProcess(["git", "-C", folder, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]) else { return "" }
        let end = Clocks.monotonicNanoseconds() + 5_000_000_000
        guard case .bytes(let line) = git.line(deadline: end), git.end(deadline: end) == 0 else { return "" }
        return String(decoding: line.prefix(60), as: UTF8.self)
    }

    /// A yes or no from the terminal. Nobody there: no.
    static func agrees(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        Output.raw(question + " [y/N] ")
        return ["y", "yes", "是"].contains((readLine() ?? "").lowercased())
    }
}
