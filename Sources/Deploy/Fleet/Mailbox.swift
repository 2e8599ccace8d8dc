import Linux
import Synchronization

/// What threads tell the one that waits for them.
///
/// *Isolation*: `send` from any thread; the rest from the one that waits.
package final class Mailbox<Message: Sendable>: Sendable {
    private let event: EventDescriptor
    private let messages = Mutex<[Message]>([])

    package init() throws(SystemError) { event = try EventDescriptor() }

    /// Readable while messages wait.
    package var descriptor: Int32 { event.descriptor }

    /// Leaves a message. Never waits.
    package func send(_ message: Message) {
        messages.withLock { $0.append(message) }
        event.signal()
    }

    /// All that has come since the last time, in the order of coming.
    package func take() -> [Message] {
        event.drain()
        return messages.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }
}
