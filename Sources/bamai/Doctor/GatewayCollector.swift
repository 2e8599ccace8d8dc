import Doctor
import Glibc
import Lifeline
import Linux

/// Asks the running gateway.
struct GatewayCollector: Sendable {
    var socket: String

    struct Facts: Sendable {
        var report: Answer<JSONValue>
        /// The process at the other end, and its user.
        var process: Int32?
    }

    /// *Units*: milliseconds. A commit to a slow card may take seconds, and the gateway answers after it.
    private static let patience: Int64 = 5000

    func facts() -> Facts {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try UnixSocket.connect(to: socket)
        } catch {
            switch error.code {
            case ENOENT, ECONNREFUSED, ENOTDIR: return Facts(report: .unknown(.noGateway), process: nil)
            case EACCES: return Facts(report: .unknown(.notAllowed(socket)), process: nil)
            default: return Facts(report: .unknown(.failed("\(error)")), process: nil)
            }
        }
        let process = UnixSocket.peer(of: descriptor)?.process
        let line = ControlLine(connected: descriptor)
        line.send("status")
        guard let answer = line.next(within: GatewayCollector.patience) else { return Facts(report: .unknown(.late), process: process) }
        guard let report = JSONValue(answer), !report["schema"].isNull else {
            return Facts(report: .unknown(.failed("what listens at \(socket) is no gateway")), process: process)
        }
        return Facts(report: .known(report), process: process)
    }
}

extension ConnectionFacts.Session {
    /// What a gateway's report says of one of its connections; nil where it says nothing.
    init?(_ connection: JSONValue, uptime: Int64) {
        guard let state = connection["state"].text else { return nil }
        let messages =
            connection["messages"].isNull
            ? connection["alerts_acknowledged"].count + connection["readings_acknowledged"].count : connection["messages"].count
        self.init(
            state: state, since: connection["since_s"].number.map { Int64($0) }, reconnects: connection["reconnects"].count, messages: messages,
            uptime: uptime, lastError: connection["last_error"].text)
        lastMessage = connection["last_message_s"].number.map { Int64($0) }
        quietLimit = connection["quiet_limit_s"].number.map { Int64($0) }
    }
}
