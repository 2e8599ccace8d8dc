import Glibc
import Lifeline

/// A city's platform by HTTPS on a free port of loopback, for one test: Python's own server, told what to answer, keeping what it took
/// (`Tests/Platform/platform.py`).
package final class HTTPSPlatform {
    /// A server certificate, and what a client's certificate must chain to; nil: none is asked for.
    package struct TLS {
        package var certificate: (String, String)
        package var clientAuthority: String?
        package init(certificate: (String, String), clientAuthority: String? = nil) {
            self.certificate = certificate
            self.clientAuthority = clientAuthority
        }
    }

    /// An event that it took.
    package struct Event {
        package var id: String
        package var source: String
        package var type: String
        package var document: JSONValue
        /// How many came together; 0: it came alone.
        package var batch: Int
    }

    package let folder: String
    package private(set) var port: UInt16 = 0
    private let tls: TLS?
    private var process: ChildProcess?
    private var answers = 0

    private static let program: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Tests/Platform/platform.py"
    }()

    /// Starts it and waits until it listens. `folder` must exist.
    package init(folder: String, tls: TLS?) throws {
        self.folder = folder
        self.tls = tls
        mkdir(folder, 0o755)
        mkdir(folder + "/next", 0o755)
        for attempt in 1...5 {
            port = MosquittoBroker.freePort()
            do {
                try start()
                return
            } catch  where attempt < 5 {
                continue
            }
        }
    }

    deinit { kill() }

    package var url: String { "\(tls == nil ? "http" : "https")://localhost:\(port)" }

    /// Starts it (again) on its port.
    package func start() throws {
        var arguments = [HTTPSPlatform.program, folder, String(port)]
        if let tls {
            arguments += [tls.certificate.0, tls.certificate.1]
            if let authority = tls.clientAuthority { arguments.append(authority) }
        }
        process = try ChildProcess("/usr/bin/python3", arguments, output: folder + "/platform.log")
        for _ in 0..<400 {
            if MosquittoBroker.answers(port) { return }
            if process?.isRunning == false { break }
            usleep(25_000)
        }
        throw ChildProcessFailure(text: "the platform does not listen on \(port); see \(folder)/platform.log")
    }

    /// Ends it as a power cut would.
    package func kill() {
        resume()
        process?.signal(SIGKILL)
        process?.wait()
        process = nil
    }

    /// Stops it in its tracks, until `resume`.
    package func pause() { process?.signal(SIGSTOP) }
    /// Goes on after `pause`.
    package func resume() { process?.signal(SIGCONT) }

    /// What it answers from now on, as JSON (`{}`: it takes everything).
    package func answerAlways(_ answer: String) { write("default.json", answer) }

    /// What it answers to the next requests, one after the other, before `answerAlways` counts again.
    package func answerNext(_ list: String...) {
        for answer in list {
            answers += 1
            let digits = String(answers)
            write("next/" + String(repeating: "0", count: 6 - digits.utf8.count) + digits, answer)
        }
    }

    /// Events that it refuses with 422, and every batch that holds one of them.
    package func refuse(_ ids: [String]) { write("refused", ids.joined(separator: "\n")) }
    /// The token that it asks for.
    package func require(token: String) { write("token", token) }
    /// What it offers at `/v1/decisions`.
    package func offer(decisions: String) { write("decisions.json", decisions) }

    /// Whole or not at all: the server reads whenever it likes.
    private func write(_ name: String, _ text: String) {
        let path = folder + "/" + name
        let fresh = folder + "/fresh"
        guard let file = fopen(fresh, "w") else { return }
        fputs(text, file)
        fclose(file)
        rename(fresh, path)
    }

    private func lines(_ name: String) -> [JSONValue] {
        guard let file = fopen(folder + "/" + name, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        // The last line may be half written.
        return bytes.split(separator: 10).compactMap { JSONValue($0) }
    }

    /// What it took, in order.
    package var events: [Event] {
        lines("events.jsonl").map { line in
            let event = line["event"]
            return Event(
                id: event["id"].text ?? "", source: event["source"].text ?? "", type: event["type"].text ?? "", document: event,
                batch: Int(line["batch"].count))
        }
    }

    /// Every request that posted something, with what was answered.
    package var requests: [JSONValue] { lines("requests.jsonl") }
    /// The queries at `/v1/decisions`.
    package var polls: [JSONValue] { lines("polls.jsonl") }
    /// Connections that came to nothing.
    package var errors: [String] { lines("errors.jsonl").compactMap(\.text) }
}
