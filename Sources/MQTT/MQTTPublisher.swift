import Glibc

/// A visitor that publishes with QoS 1 and waits for nobody longer than it must: for simulations, tests and benchmarks.
///
/// *Isolation*: one thread; every call may block. *Limit*: `window` unacknowledged messages.
package final class MQTTPublisher: MQTTEvents {
    private let connection: MQTTConnection
    private let window: Int
    private var isConnected = false
    /// Messages on their way, and those that the broker has acknowledged.
    package private(set) var inFlight = 0
    package private(set) var acknowledged: UInt64 = 0

    /// Connects, or throws within about ten seconds.
    package init(_ options: MQTTOptions, window: Int = 200) throws(MQTTError) {
        self.window = window
        connection = try MQTTConnection(options)
        connection.events = self
        try connection.connect()
        for _ in 0..<100 where !isConnected { try turn(milliseconds: 100) }
        guard isConnected else { throw MQTTError(code: -1, text: "\(options.host):\(options.port): the broker does not answer") }
        connection.watchDuplicates(false)
    }

    /// Publishes a message; blocks while the window is full.
    package func publish(_ topic: String, _ payload: [UInt8], qos: Int = 1, retained: Bool = false) throws(MQTTError) {
        while inFlight >= window { try turn(milliseconds: 100) }
        if connection.publish(topic: topic, payload: payload, qos: qos, retained: retained) != nil, qos > 0 { inFlight += 1 }
        connection.write()
        // Acknowledgements are taken on the way, or the broker's socket would fill.
        if inFlight % 32 == 0 { try turn(milliseconds: 0) }
        try check()
    }

    /// Serves the connection for at most so long.
    package func turn(milliseconds: Int32) throws(MQTTError) {
        var waiting = pollfd(fd: connection.socket, events: Int16(POLLIN | (connection.wantsWrite ? POLLOUT : 0)), revents: 0)
        if poll(&waiting, 1, milliseconds) > 0 {
            if waiting.revents & Int16(POLLOUT) != 0 { connection.write() }
            while connection.read() {}
        }
        connection.keepAlive()
        try check()
    }

    /// Waits until everything is acknowledged and says goodbye.
    package func finish() throws(MQTTError) {
        while inFlight > 0 { try turn(milliseconds: 100) }
        connection.disconnect()
        connection.write()
    }

    private func check() throws(MQTTError) {
        if let failure = connection.failure { throw failure }
    }

    package func connected(sessionPresent: Bool) { isConnected = true }
    package func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {}
    package func published(identifier: Int32) {
        inFlight -= 1
        acknowledged += 1
    }
    package func subscribed(granted: [Bool]) {}
}
