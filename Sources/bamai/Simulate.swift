import ArgumentParser
import Foundation
import Glibc
import Lifeline
import Linux
import MQTT
import Street

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a simulated street: covers, pipes, lifts and a pump room, with faults whose truth is known.",
        discussion: """
            The street of firmware-config/street: a day lasts 24 s, three faults begin and end within the first five days.
            example: bamai simulate --broker 127.0.0.1:18830 --seed 7
            """)

    @Option(name: .long, help: "Host and port of the broker.")
    var broker: String = "127.0.0.1:18830"

    @Option(name: .long, help: "The same seed gives the same street.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "Seconds in which a day of the street passes; the site's cycles must agree.")
    var day: Double = 24

    @Option(name: .long, help: "Stop after this many seconds (default: never).")
    var duration: Double?

    @Flag(name: .long, help: "Nothing goes wrong.")
    var noFaults = false

    @Flag(name: .long, help: "Print what will go wrong and when, and publish nothing.")
    var truth = false

    func validate() throws {
        guard day >= 1, day <= 86_400 else { throw ValidationError("--day is 1 to 86400 seconds") }
    }

    func run() throws {
        if truth {
            for fault in StreetFaults.all {
                Output.line("\(Terminal.pad(fault.asset, 8)) \(Terminal.pad("\(Int(fault.begins * day)) s to \(Int(fault.ends * day)) s", 16)) \(fault.words.english): \(fault.rules.joined(separator: ", "))")
            }
            return
        }
        let parts = broker.split(separator: ":")
        guard let host = parts.first, let port = parts.count == 2 ? UInt16(parts[1]) : 1883 else { throw ValidationError("--broker is host:port") }
        let publisher = try StreetPublisher(host: String(host), port: port)
        let start = Timestamp(microseconds: Clocks.wallMicroseconds())
        let zero = Clocks.monotonicNanoseconds()
        var street = Street(StreetOptions(seed: seed, dayLength: day, start: start, hasFaults: !noFaults))
        var news = noFaults ? [] : StreetFaults.all.flatMap { [($0.begins, $0, true), ($0.ends, $0, false)] }.sorted { $0.0 < $1.0 }
        while true {
            let message = street.next()
            if let duration, Double(message.due) / 1e6 > duration { break }
            while let next = news.first, next.0 * day <= Double(message.due) / 1e6 {
                announce(next.1, begins: next.2, start)
                news.removeFirst()
            }
            try publisher.wait(until: zero + message.due * 1000)
            try publisher.publish(message.topic, message.payload)
        }
        try publisher.finish()
    }

    private func announce(_ fault: StreetFault, begins: Bool, _ start: Timestamp) {
        let moment = start.advanced(byMicroseconds: Int64((begins ? fault.begins : fault.ends) * day * 1e6))
        let clock = CivilTime.rfc3339(moment, offsetSeconds: 28_800).dropFirst(11).prefix(8)
        let text = begins ? fault.words.english : "is mended"
        Output.line(Terminal.paint("\(clock) street   \(fault.asset): \(text)", .grey))
    }
}

/// Publishes with QoS 1 and bounds what is unacknowledged.
final class StreetPublisher: MQTTEvents {
    /// Unacknowledged messages before it waits for the broker.
    static let window = 200
    private let connection: MQTTConnection
    private var inFlight = 0
    private var isConnected = false

    init(host: String, port: UInt16) throws {
        do throws(MQTTError) {
            connection = try MQTTConnection(MQTTOptions(host: host, port: port, clientID: "bamai-street-\(getpid())", cleanSession: true))
            connection.events = self
            try connection.connect()
        } catch {
            Terminal.error(error.text)
            throw ExitCode(1)
        }
        let deadline = Clocks.monotonicNanoseconds() + 10_000_000_000
        while !isConnected && Clocks.monotonicNanoseconds() < deadline { try turn(100) }
        guard isConnected else {
            Terminal.error("the broker at \(host):\(port) does not answer")
            throw ExitCode(1)
        }
    }

    func publish(_ topic: String, _ payload: [UInt8]) throws {
        while inFlight >= StreetPublisher.window { try turn(100) }
        if connection.publish(topic: topic, payload: payload) != nil { inFlight += 1 }
        connection.write()
        try check()
    }

    func wait(until moment: Int64) throws {
        while true {
            let left = moment - Clocks.monotonicNanoseconds()
            if left <= 0 { return }
            try turn(Int32(clamping: max(1, left / 1_000_000)))
        }
    }

    func finish() throws {
        while inFlight > 0 { try turn(100) }
        connection.disconnect()
        connection.write()
    }

    private func turn(_ milliseconds: Int32) throws {
        var waiting = pollfd(fd: connection.socket, events: Int16(POLLIN | (connection.wantsWrite ? POLLOUT : 0)), revents: 0)
        if poll(&waiting, 1, milliseconds) > 0 {
            if waiting.revents & Int16(POLLOUT) != 0 { connection.write() }
            while connection.read() {}
        }
        connection.keepAlive()
        try check()
    }

    private func check() throws {
        guard let failure = connection.failure else { return }
        Terminal.error(failure.text)
        throw ExitCode(1)
    }

    func connected(sessionPresent: Bool) { isConnected = true }
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {}
    func published(identifier: Int32) { inFlight -= 1 }
    func subscribed(granted: [Bool]) {}
}
