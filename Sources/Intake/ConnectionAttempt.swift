import Linux
import MQTT
import Synchronization

/// One attempt to connect, on a thread of its own: a resolver may take half a minute to say no, and sensing must not wait for it.
///
/// *Isolation*: made and asked on the source's thread; the connection changes hands exactly once, through `take`.
final class ConnectionAttempt: Sendable {
    private enum Outcome: Sendable {
        case running
        case done(Result<MQTTConnection, MQTTError>)
        case taken
    }

    private let outcome = Mutex<Outcome>(.running)

    init(_ options: MQTTOptions, wake: EventDescriptor) {
        do throws(SystemError) {
            let thread = try NativeThread(name: "bamai-connect") { [self] in
                let result = ConnectionAttempt.connect(options)
                outcome.withLock { $0 = .done(result) }
                wake.signal()
            }
            thread.detach()
        } catch {
            outcome.withLock { $0 = .done(.failure(MQTTError(code: error.code, text: "\(error)"))) }
            wake.signal()
        }
    }

    /// The result, once; nil while the attempt runs.
    func take() -> Result<MQTTConnection, MQTTError>? {
        outcome.withLock { state in
            guard case .done(let result) = state else { return nil }
            state = .taken
            return result
        }
    }

    private static func connect(_ options: MQTTOptions) -> Result<MQTTConnection, MQTTError> {
        do throws(MQTTError) {
            let connection = try MQTTConnection(options)
            try connection.connect()
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }
}
