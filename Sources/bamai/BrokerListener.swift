import Glibc
import Lifeline
import Linux
import MQTT

/// A visitor at a broker that listens for a while: a clean session under a name of its own, so that no gateway is disturbed and nothing is left behind.
///
/// *Isolation*: one thread.
final class BrokerListener: MQTTEvents {
    /// *Units*: seconds for an answer to connection and subscription.
    private static let patience = 10

    let index: Int
    private let connection: MQTTConnection
    private let take: (BrokerListener, String, UnsafeRawBufferPointer, Bool) -> Void
    private var isConnected = false
    private var granted: [Bool]?

    /// Connects and subscribes, in MQTT 3.1.1 where the broker knows no 5.0; throws within about ten seconds of each.
    ///
    /// - Parameter take: gets topic, payload (borrowed for the call) and whether the broker had kept the message.
    static func open(
        _ options: MQTTOptions, index: Int, filters: [String], take: @escaping (BrokerListener, String, UnsafeRawBufferPointer, Bool) -> Void
    ) throws(MQTTError) -> BrokerListener {
        do throws(MQTTError) {
            return try BrokerListener(options, index, filters, take)
        } catch {
            guard error.kind != .other else { throw error }
            var older = options
            older.version = .v311
            return try BrokerListener(older, index, filters, take)
        }
    }

    private init(
        _ options: MQTTOptions, _ index: Int, _ filters: [String], _ take: @escaping (BrokerListener, String, UnsafeRawBufferPointer, Bool) -> Void
    ) throws(MQTTError) {
        (self.index, self.take) = (index, take)
        connection = try MQTTConnection(options)
        connection.events = self
        try connection.connect()
        let place = "\(options.host):\(options.port)"
        try wait { self.isConnected }
        guard isConnected else { throw MQTTError(code: -1, text: "\(place): the broker does not answer") }
        connection.watchDuplicates(false)
        connection.subscribe(filters)
        connection.write()
        try wait { self.granted != nil }
        guard let granted else { throw MQTTError(code: -1, text: "\(place): the broker does not answer the subscription") }
        guard granted.contains(true) else {
            throw MQTTError(code: -1, text: "\(place): the broker lets this client subscribe to none of \(filters.joined(separator: ", "))")
        }
        for (filter, isGranted) in zip(filters, granted) where !isGranted {
            Terminal.error("\(place): the broker refuses the subscription to \(filter)")
        }
    }

    private func wait(_ isDone: () -> Bool) throws(MQTTError) {
        for _ in 0..<(BrokerListener.patience * 10) where !isDone() { try turn(milliseconds: 100) }
    }

    var socket: Int32 { connection.socket }

    /// Serves the connection for at most so long, acknowledgements included.
    func turn(milliseconds: Int32) throws(MQTTError) {
        var waiting = pollfd(fd: connection.socket, events: Int16(POLLIN | (connection.wantsWrite ? POLLOUT : 0)), revents: 0)
        if poll(&waiting, 1, milliseconds) > 0 {
            // A flood must not keep the clock from being looked at.
            var packets = 0
            while packets < 1000, connection.read() { packets += 1 }
            connection.write()
        }
        connection.keepAlive()
        if let failure = connection.failure { throw failure }
    }

    func close() {
        connection.disconnect()
        connection.write()
    }

    func connected(sessionPresent: Bool) { isConnected = true }
    func published(identifier: Int32) {}
    func subscribed(granted: [Bool]) { self.granted = granted }
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {
        take(self, String(decoding: topic, as: UTF8.self), payload, retained)
    }
}

/// Listens at several brokers until the time is over, a person ends it, or enough was heard.
enum ListeningLoop {
    /// How it ended.
    enum End: Equatable { case time, signal, enough, lost(String) }

    /// - Parameters:
    ///   - seconds: how long at most.
    ///   - progress: called about five times a second with the seconds that have passed; true ends it.
    static func run(_ listeners: [BrokerListener], seconds: Double, progress: (Double) -> Bool) -> End {
        let signals = try? SignalDescriptor([SIGINT, SIGTERM])
        let start = Clocks.monotonicNanoseconds()
        var shown: Int64 = 0
        while true {
            let passed = Double(Clocks.monotonicNanoseconds() - start) / 1e9
            if passed >= seconds { return .time }
            for listener in listeners {
                do throws(MQTTError) {
                    try listener.turn(milliseconds: Int32(max(1, 100 / listeners.count)))
                } catch {
                    return .lost(error.text)
                }
            }
            if signals?.next() != nil { return .signal }
            let now = Clocks.monotonicNanoseconds()
            if now - shown >= 200_000_000 {
                shown = now
                if progress(passed) { return .enough }
            }
        }
    }
}
