import Lifeline
import Linux

/// Why a connection to a board gives nothing (more).
package enum LinkFailure: Error, Equatable, Sendable {
    /// Nothing was ever said: no route, no key, another host key. The words are those of ssh.
    case unreachable(String)
    /// It was there and is gone, or says nothing for too long.
    case lost(String)
    /// Another program, or another version of the protocol, answers.
    case foreign(String)

    package var text: String {
        switch self {
        case .unreachable(let text), .lost(let text), .foreign(let text): text
        }
    }
}

/// One way of reaching boards.
package protocol BoardConnector {
    /// Opens a connection. With `isFresh` nothing of an earlier one is shared: it must prove that the board can still be reached.
    func connect(isFresh: Bool) throws(LinkFailure) -> BoardConnection
}

/// A client's end of a session with a board.
///
/// *Isolation*: one owner. Its end closes the connection.
package final class BoardConnection {
    private let process: PipedProcess
    /// Called before each message goes out and after each has come in: `armed`, `phase` …
    package var onMessage: ((String) -> Void)?

    /// *Units*: nanoseconds for which a board may say nothing while it is asked something.
    package static let patience: Int64 = 45_000_000_000
    /// *Units*: nanoseconds. The least that a board is given for a word, so that "says nothing for 0 s" is never said.
    static let briefest: Int64 = 1_000_000_000
    /// Lines of a greeting that are stepped over.
    static let greetingLimit = 200

    /// - Parameter words: the program that connects and what it is told.
    package init(_ words: [String]) throws(LinkFailure) {
        do throws(SystemError) {
            process = try PipedProcess(words)
        } catch {
            throw .unreachable("\(words[0]) cannot be started: \(error)")
        }
    }

    /// The process that holds the connection.
    package var identifier: Int32 { process.identifier }

    /// Waits for the board's first word.
    package func greet() throws(LinkFailure) {
        let end = Clocks.monotonicNanoseconds() + BoardConnection.patience
        for _ in 0..<BoardConnection.greetingLimit {
            switch process.line(deadline: end) {
            case .late: throw .unreachable("nothing answers within \(BoardConnection.patience / 1_000_000_000) s\(words)")
            case .ended:
                let code = process.end(deadline: Clocks.monotonicNanoseconds() + 2_000_000_000)
                // ssh's own failures end with 255; anything else is the far shell's.
                if code == 255 { throw .unreachable(words.isEmpty ? "ssh ended without a word" : String(words.dropFirst(2))) }
                throw .foreign("bamai cannot be run on the board (exit \(code)\(words)): is the package installed there?")
            case .bytes(let line):
                guard let message = BoardMessage.read(line) else { continue }
                guard message["bamai_board"].count == Int64(BoardMessage.version) else {
                    throw .foreign("the board's bamai \(message["bamai"].text ?? "") speaks another protocol: install the same version on both sides")
                }
                if message["is"].text == "hello" { return }
                throw .foreign((message["why"].list.first?.text) ?? "the board does not say hello")
            }
        }
        throw .foreign("what answers there is no bamai board")
    }

    /// What ssh has said last, as an insertion; empty where it said nothing.
    private var words: String {
        // A line feed after a carriage return is one character, and a new line.
        let lines = process.errorText.split(whereSeparator: \.isNewline)
        return lines.isEmpty ? "" : ": " + lines.suffix(3).joined(separator: " / ").prefix(600)
    }

    /// Sends a request and what follows it.
    package func send(_ name: String, payload: [UInt8] = [], _ body: (inout JSONWriter) -> Void = { _ in }) throws(LinkFailure) {
        onMessage?(name)
        let end = Clocks.monotonicNanoseconds() + 120_000_000_000
        guard process.write(BoardMessage.request(name, body) + payload, deadline: end) else { throw .lost("the connection ended\(words)") }
    }

    /// The next message, and what it is called.
    package func receive(patience: Int64 = BoardConnection.patience) throws(LinkFailure) -> (name: String, message: JSONValue) {
        switch process.line(deadline: Clocks.monotonicNanoseconds() + patience) {
        case .late: throw .lost("the board says nothing for \(patience / 1_000_000_000) s")
        case .ended: throw .lost("the connection ended\(words)")
        case .bytes(let line):
            guard let message = BoardMessage.read(line), let name = message["is"].text else {
                throw .foreign("the board says what is none of the protocol")
            }
            onMessage?(name)
            return (name, message)
        }
    }

    /// Bytes that follow a message.
    package func bytes(_ count: Int) throws(LinkFailure) -> [UInt8] {
        guard case .bytes(let bytes) = process.bytes(count, deadline: Clocks.monotonicNanoseconds() + 120_000_000_000) else {
            throw .lost("the connection ended\(words)")
        }
        return bytes
    }
}

/// The user's own OpenSSH: their configuration, agent, jumps and known hosts, as they are.
package struct SSHConnector: BoardConnector, Sendable {
    package var host: String
    /// The command that is `bamai` on the board, as its shell takes it: `bamai`, `sudo -n bamai`.
    package var remote: String
    package var root: String
    /// Given to ssh as they are: `-F file`, `-p 2222`.
    package var options: [String]
    /// The program; `ssh` of the PATH.
    package var program: String

    package init(host: String, remote: String = "bamai", root: String = BoardFolder.usualRoot, options: [String] = [], program: String = "ssh") {
        (self.host, self.remote, self.root, self.options, self.program) = (host, remote, root, options, program)
    }

    package func connect(isFresh: Bool) throws(LinkFailure) -> BoardConnection {
        let connection = try BoardConnection(words(isFresh: isFresh))
        try connection.greet()
        return connection
    }

    /// What is run. No question is ever asked, and how hosts are known is left as the user has it.
    package func words(isFresh: Bool) -> [String] {
        var words = [program, "-T", "-o", "BatchMode=yes"]
        // A confirmation over a connection that is shared with the push would prove nothing.
        if isFresh { words += ["-o", "ControlMaster=no", "-o", "ControlPath=none"] }
        // Of two that say the same ssh takes the first: patience is the user's to set.
        words += options
        words += ["-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"]
        return words + ["--", host, "\(remote) board session --root \(SSHConnector.quoted(root))"]
    }

    /// For a POSIX shell.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "/-_.+:@%,".utf8.contains($0)
        }
        if plain && !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// This machine itself, without ssh: for whoever sits at the board.
package struct LocalConnector: BoardConnector, Sendable {
    package var program: String
    package var root: String

    package init(program: String, root: String) { (self.program, self.root) = (program, root) }

    package func connect(isFresh: Bool) throws(LinkFailure) -> BoardConnection {
        let connection = try BoardConnection([program, "board", "session", "--root", root])
        try connection.greet()
        return connection
    }
}
