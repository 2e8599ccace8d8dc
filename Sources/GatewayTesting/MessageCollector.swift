import Glibc
import MQTT

/// A consumer with a session that outlives its connections: it keeps what it was sent, in order, repeats included.
///
/// *Isolation*: one thread.
package final class MessageCollector: MQTTEvents {
    private let options: MQTTOptions
    private let filters: [String]
    private var connection: MQTTConnection?
    private var isConnected = false
    private var isSubscribed = false
    /// Topic and payload of every message.
    package private(set) var messages: [(topic: String, payload: [UInt8])] = []

    package init(port: UInt16, clientID: String, filters: [String]) {
        options = MQTTOptions(host: "127.0.0.1", port: port, clientID: clientID, cleanSession: false)
        self.filters = filters
    }

    /// Serves the connection for so long, making it anew when it is gone.
    package func collect(milliseconds: Int) {
        for _ in 0..<max(1, milliseconds / 10) {
            if connection == nil || connection?.failure != nil {
                (isConnected, isSubscribed) = (false, false)
                connection = try? MQTTConnection(options)
                connection?.events = self
                if (try? connection?.connect()) == nil { connection = nil }
            }
            guard let connection else {
                usleep(10_000)
                continue
            }
            var waiting = pollfd(fd: connection.socket, events: Int16(POLLIN | (connection.wantsWrite ? POLLOUT : 0)), revents: 0)
            if connection.socket < 0 { usleep(10_000) } else { poll(&waiting, 1, 10) }
            if waiting.revents & Int16(POLLOUT) != 0 { connection.write() }
            while connection.read() {}
            connection.write()
            connection.keepAlive()
        }
    }

    /// What has come since the last call; it is forgotten here.
    package func takeMessages() -> [(topic: String, payload: [UInt8])] {
        defer { messages.removeAll() }
        return messages
    }

    /// Waits until the subscriptions stand; false when they do not within ten seconds.
    package func ready() -> Bool {
        for _ in 0..<100 where !isSubscribed { collect(milliseconds: 100) }
        return isSubscribed
    }

    /// Goes away without a word; the session stays.
    package func drop() { connection = nil }

    package func connected(sessionPresent: Bool) {
        isConnected = true
        connection?.subscribe(filters)
    }
    package func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {
        messages.append((String(decoding: topic, as: UTF8.self), Array(payload)))
    }
    package func published(identifier: Int32) {}
    package func subscribed(granted: [Bool]) { isSubscribed = true }
}
