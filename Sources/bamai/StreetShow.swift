import ArgumentParser
import Glibc
import Lifeline
import Linux
import MQTT
import Street

/// The street, played in real time to a broker.
struct StreetShow {
    /// *Units*: seconds. How long the broker may stay away before the show is given up.
    private static let patience: Int64 = 60
    /// *Units*: nanoseconds between two progress lines.
    private static let progressInterval: Int64 = 500_000_000

    private var street: any PlayedStreet
    private let start: Timestamp
    /// *Units*: microseconds since the start.
    private let end: Int64
    private let isQuiet: Bool
    private var news: [StreetNews]
    private var published: Int64 = 0
    private var progressAt: Int64 = 0

    init(street: any PlayedStreet, start: Timestamp, end: Int64, isQuiet: Bool) {
        self.street = street
        self.start = start
        self.end = end
        self.isQuiet = isQuiet
        news = street.news
    }

    /// Plays until the end, or until a person ends it.
    mutating func run(at broker: BrokerArgument) throws {
        let link: StreetLink
        let signals: SignalDescriptor
        do {
            link = try StreetLink(broker)
            signals = try SignalDescriptor([SIGINT, SIGTERM])
        } catch {
            Terminal.error((error as? MQTTError)?.text ?? "\(error)")
            throw ExitCode(1)
        }
        // The wall clock at the start is the payloads' zero; waiting goes by the clock that never steps.
        let zero = Clocks.monotonicNanoseconds() - (Clocks.wallMicroseconds() - start.microseconds) * 1000
        var isStopped = false
        while street.nextDue < end && !isStopped {
            let due = zero + street.nextDue * 1000
            do throws(MQTTError) {
                while case let left = due - Clocks.monotonicNanoseconds(), left > 0, !isStopped {
                    try link.turn(milliseconds: Int32(clamping: min(100, max(1, left / 1_000_000))))
                    isStopped = signals.next() != nil
                }
                if isStopped { break }
                announce(until: street.nextDue)
                let message = street.next()
                published += 1
                progress(message.due, link)
                try link.publish(message)
                isStopped = signals.next() != nil
            } catch {
                clear()
                Terminal.error("\(error.text); coming back")
                isStopped = try !comeBack(link, signals)
            }
        }
        clear()
        settle(link, zero)
        let unsent = link.finish()
        if isStopped && isQuiet { return }
        let seconds = (Clocks.monotonicNanoseconds() - zero) / 1_000_000_000
        Output.line(
            "\(Terminal.count(published)) messages in \(Terminal.duration(seconds)), "
                + (unsent == 0 ? "all acknowledged" : "\(unsent) not acknowledged")
                + (link.reconnects > 0 ? ", \(link.reconnects) reconnects" : ""))
    }

    /// The street's last words, each at its time; they take less than a second. A broker that is gone hears none.
    private mutating func settle(_ link: StreetLink, _ zero: Int64) {
        do throws(MQTTError) {
            for message in street.settle() {
                while case let left = zero + message.due * 1000 - Clocks.monotonicNanoseconds(), left > 0 {
                    try link.turn(milliseconds: Int32(clamping: min(100, max(1, left / 1_000_000))))
                }
                published += 1
                try link.publish(message)
            }
        } catch {
            Terminal.error(error.text)
        }
    }

    /// Tries until the broker is there again. Returns false when a person has had enough.
    private func comeBack(_ link: StreetLink, _ signals: SignalDescriptor) throws -> Bool {
        let deadline = Clocks.monotonicNanoseconds() + StreetShow.patience * 1_000_000_000
        while signals.next() == nil {
            do throws(MQTTError) {
                try link.reconnect()
                return true
            } catch {
                guard Clocks.monotonicNanoseconds() < deadline else {
                    Terminal.error(error.text)
                    throw ExitCode(1)
                }
                usleep(500_000)
            }
        }
        return false
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
        let day = Double(offset) / 1e6 / street.dayLength
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
