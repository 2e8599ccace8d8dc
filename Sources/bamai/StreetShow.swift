import ArgumentParser
import Glibc
import Lifeline
import Linux
import MQTT
import Street

/// The street, played in real time to a broker.
struct StreetShow {
    /// One turn of a fault.
    private struct News {
        var offset: Int64
        var asset: String
        var words: String
        var begins: Bool
    }

    /// *Units*: seconds. How long the broker may stay away before the show is given up.
    private static let patience: Int64 = 60
    /// *Units*: nanoseconds between two progress lines.
    private static let progressInterval: Int64 = 500_000_000

    private var street: Street
    private let start: Timestamp
    /// *Units*: microseconds since the start.
    private let end: Int64
    private let isQuiet: Bool
    private var news: [News] = []
    private var published: Int64 = 0
    private var progressAt: Int64 = 0

    init(street: Street, start: Timestamp, end: Int64, isQuiet: Bool) {
        self.street = street
        self.start = start
        self.end = end
        self.isQuiet = isQuiet
        guard street.options.hasFaults else { return }
        let day = street.options.dayLength * 1e6
        for fault in StreetFaults.all {
            news.append(News(offset: Int64(fault.begins * day), asset: fault.asset, words: fault.words.english, begins: true))
            news.append(News(offset: Int64(fault.ends * day), asset: fault.asset, words: fault.mended.english, begins: false))
        }
        news.sort { $0.offset < $1.offset }
    }

    /// Plays until the end, or until a person ends it.
    mutating func run(at broker: BrokerArgument) throws {
        let signals: SignalDescriptor
        var link: StreetLink
        do {
            signals = try SignalDescriptor([SIGINT, SIGTERM])
            link = try StreetLink(broker)
        } catch {
            Terminal.error((error as? MQTTError)?.text ?? "\(error)")
            throw ExitCode(1)
        }
        // The wall clock at the start is the payloads' zero; waiting goes by the clock that never steps.
        let zero = Clocks.monotonicNanoseconds() - (Clocks.wallMicroseconds() - start.microseconds) * 1000
        var isStopped = false
        show: while street.nextDue < end {
            let due = zero + street.nextDue * 1000
            while case let left = due - Clocks.monotonicNanoseconds(), left > 0 {
                try attempt(&link) { (link) throws(MQTTError) in try link.turn(milliseconds: Int32(clamping: min(100, max(1, left / 1_000_000)))) }
                if signals.next() != nil {
                    isStopped = true
                    break show
                }
            }
            announce(until: street.nextDue)
            let message = street.next()
            published += 1
            try attempt(&link) { (link) throws(MQTTError) in try link.publish(message) }
            progress(message.due, link)
        }
        let unsent = link.finish()
        clear()
        let seconds = (Clocks.monotonicNanoseconds() - zero) / 1_000_000_000
        if isStopped && isQuiet { return }
        Output.line(
            "\(Terminal.count(published)) messages in \(Terminal.duration(seconds)), "
                + (unsent == 0 ? "all acknowledged" : "\(unsent) not acknowledged")
                + (link.reconnects > 0 ? ", \(link.reconnects) reconnects" : ""))
    }

    /// Does something over the link; when the broker goes away, comes back and sends again what it had not acknowledged.
    private func attempt(_ link: inout StreetLink, _ body: (inout StreetLink) throws(MQTTError) -> Void) throws {
        do throws(MQTTError) {
            try body(&link)
        } catch {
            clear()
            Terminal.error("\(error.text); coming back")
            let deadline = Clocks.monotonicNanoseconds() + StreetShow.patience * 1_000_000_000
            while true {
                do throws(MQTTError) {
                    return try link.reconnect()
                } catch {
                    guard Clocks.monotonicNanoseconds() < deadline else {
                        Terminal.error(error.text)
                        throw ExitCode(1)
                    }
                    usleep(500_000)
                }
            }
        }
    }

    private mutating func announce(until offset: Int64) {
        while let next = news.first, next.offset <= offset {
            news.removeFirst()
            clear()
            let clock = CivilTime.rfc3339(start.advanced(byMicroseconds: next.offset), offsetSeconds: 28_800).dropFirst(11).prefix(8)
            let text = "\(clock) street  \(Terminal.pad(next.asset, 6)) \(next.words)"
            Output.line(Terminal.paint(text, next.begins ? .yellow : .green))
        }
    }

    /// `day 3  07:14  12 345 messages  3 in flight`, over itself.
    private mutating func progress(_ offset: Int64, _ link: StreetLink) {
        guard !isQuiet, Clocks.monotonicNanoseconds() >= progressAt else { return }
        progressAt = Clocks.monotonicNanoseconds() + StreetShow.progressInterval
        let day = Double(offset) / 1e6 / street.options.dayLength
        let minute = Int((day - day.rounded(.down)) * 1440)
        let clock = CivilTime.pad(minute / 60, 2) + ":" + CivilTime.pad(minute % 60, 2)
        Output.raw(
            "\r" + Terminal.paint("day \(Int(day) + 1)  \(clock)  \(Terminal.count(published)) messages  \(link.inFlight) in flight", .grey)
                + "\u{1b}[K")
    }

    private func clear() {
        if !isQuiet { Output.raw("\r\u{1b}[K") }
    }
}

/// The connection of the street: it remembers what the broker has not acknowledged.
struct StreetLink {
    /// Unacknowledged messages at once, and so the most that are remembered.
    private static let window = 200
    private let broker: BrokerArgument
    private var publisher: MQTTPublisher
    /// The newest messages, oldest first. Acknowledgements come in the order of publishing, so the unacknowledged ones are the last.
    private var recent: [StreetMessage] = []
    /// Handed to this connection, whatever became of them.
    private var handed: UInt64 = 0
    private(set) var reconnects = 0

    init(_ broker: BrokerArgument) throws(MQTTError) {
        self.broker = broker
        publisher = try StreetLink.connect(broker)
    }

    var inFlight: Int { publisher.inFlight }

    private static func connect(_ broker: BrokerArgument) throws(MQTTError) -> MQTTPublisher {
        // A street makes no session: whoever it publishes for keeps one.
        let options = MQTTOptions(host: broker.host, port: broker.port, clientID: "bamai-street-\(getpid())", cleanSession: true)
        return try MQTTPublisher(options, window: window)
    }

    mutating func publish(_ message: StreetMessage) throws(MQTTError) {
        recent.append(message)
        if recent.count > 2 * StreetLink.window { recent.removeFirst(StreetLink.window) }
        try hand(message)
    }

    private mutating func hand(_ message: StreetMessage) throws(MQTTError) {
        handed += 1
        try publisher.publish(message.topic, message.payload, qos: message.qos)
    }

    func turn(milliseconds: Int32) throws(MQTTError) { try publisher.turn(milliseconds: milliseconds) }

    /// A new connection, over which the unacknowledged messages go again.
    mutating func reconnect() throws(MQTTError) {
        let pending = recent.suffix(Int(min(UInt64(recent.count), handed - publisher.acknowledged)))
        publisher = try StreetLink.connect(broker)
        handed = 0
        reconnects += 1
        for message in pending { try hand(message) }
    }

    /// Waits for the last acknowledgements, at most about two seconds, and says goodbye. Returns how many are missing.
    func finish() -> Int {
        for _ in 0..<20 where publisher.inFlight > 0 { try? publisher.turn(milliseconds: 100) }
        if publisher.inFlight == 0 { try? publisher.finish() }
        return publisher.inFlight
    }
}
