import ArgumentParser
import Deploy
import Glibc
import Lifeline
import Linux
import Site

/// Asks many boards who they are, so many at a time.
enum FleetSurvey {
    typealias Answer = Result<BoardReport, LinkFailure>

    /// Asks each once. One that says nothing holds up nobody: it takes its own place among those at a time until its deadline.
    ///
    /// - Parameter each: takes a board's index and its answer, in the order of coming, on this thread.
    private static func run(_ hosts: [FleetInventory.Host], parallel: Int, each: (Int, Answer) -> Void) throws {
        signal(SIGPIPE, SIG_IGN)
        let parallel = Parallel.allowed(parallel)
        let mailbox: Mailbox<(Int, Answer)>
        do throws(SystemError) { mailbox = try Mailbox() } catch {
            Terminal.error("\(error)")
            throw ExitCode(1)
        }
        var next = 0
        var asked = 0
        var answered = 0
        while answered < hosts.count {
            while next < hosts.count, asked - answered < parallel {
                let index = next
                let connector = try hosts[index].connector
                do throws(SystemError) {
                    try NativeThread(name: "ask", stack: 2 << 20) { mailbox.send((index, FleetSurvey.ask(connector))) }.detach()
                } catch {
                    mailbox.send((index, .failure(.unreachable("\(error)"))))
                }
                next += 1
                asked += 1
            }
            var waiting = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, 1000)
            for (index, answer) in mailbox.take() {
                answered += 1
                each(index, answer)
            }
        }
    }

    /// Asks each once and returns one row a board, in the order of the inventory. Meanwhile a terminal sees how far it is, and programs each row as it comes.
    ///
    /// - Parameters:
    ///   - row: what is made of a board's answer.
    ///   - json: a row as a document, with its line end; nil where nobody wants documents.
    static func rows<Row>(
        _ hosts: [FleetInventory.Host], parallel: Int, row: (Int, Answer) -> Row, json: ((Int, Row) -> String)?
    ) throws -> [Row] {
        var found = [Row?](repeating: nil, count: hosts.count)
        if json == nil { progress(0, of: hosts.count) }
        try run(hosts, parallel: parallel) { index, answer in
            let made = row(index, answer)
            found[index] = made
            if let json { Output.raw(json(index, made)) } else { progress(found.count { $0 != nil }, of: hosts.count) }
        }
        return found.compactMap { $0 }
    }

    private static func ask(_ connector: any BoardConnector) -> Answer {
        do throws(LinkFailure) {
            let connection = try connector.connect(isFresh: false)
            try connection.send("identify")
            let (name, message) = try connection.receive()
            guard name == "identity" else { return .failure(.foreign(message["why"].list.first?.text ?? "the board does not say who it is")) }
            return .success(BoardReport(message))
        } catch {
            return .failure(error)
        }
    }

    /// How far something is, on a terminal, in a line that goes again with the last one.
    static func progress(_ done: Int, of count: Int, _ words: String = "boards have answered") {
        guard Terminal.isInteractive else { return }
        Output.raw(done < count ? "\r\u{1b}[K  … \(done) of \(count) \(words)" : "\r\u{1b}[K")
    }
}
