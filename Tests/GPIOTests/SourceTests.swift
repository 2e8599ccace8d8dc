import Glibc
import Intake
import Lifeline
import Lines
import Linux
import Site
import Testing

/// Keeps what lines say.
private final class Readings: MessageSink {
    var values: [Int: [Double]] = [:]

    func received(broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool) {
        preconditionFailure("lines send no messages")
    }

    func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64) { values[sensor, default: []].append(value) }
}

/// The source on the kernel's own chips, driven as the daemon's loop does.
@Suite("OnAChip: the source", .enabled(if: Machine.isInside), .serialized)
struct SourceOnAChipTests {
    private static func line(_ id: String, _ chip: String, _ offset: Int, bias: LineBias = .asIs, isActiveLow: Bool = false, _ role: LineRole)
        -> LineConfiguration
    {
        LineConfiguration(id: id, place: LinePlace(chip: chip, offset: offset), bias: bias, isActiveLow: isActiveLow, role: role)
    }

    private static func contact(_ sensor: Int, debounce: Duration = .zero) -> LineRole {
        .contact(ContactLine(sensor: sensor, debounce: debounce, interval: .seconds(600)))
    }

    private static func meter(_ sensor: Int, debounce: Duration = .zero) -> LineRole {
        .pulse(
            PulseLine(
                countSensor: sensor, meters: [PulseLine.Meter(perPulse: 0.01)], window: .seconds(60), debounce: debounce, maxHz: 500,
                interval: .seconds(3600)))
    }

    private let sink = Readings()

    private func opened(_ lines: [LineConfiguration]) throws -> GPIOSource {
        try GPIOSource(lines: lines, chips: MachineChips(), now: Clocks.monotonicNanoseconds(), journalled: { _ in nil })
    }

    /// One turn of a loop.
    private func turn(_ source: GPIOSource) {
        let now = Clocks.monotonicNanoseconds()
        if now >= source.nextDeadline { source.tick(monotonicNanoseconds: now) }
        while source.readable(limit: 256, sink: sink) > 0 {}
        source.releaseAcknowledgements()
    }

    /// Turns until nothing more is expected: debounce and the second look at a level have had their time.
    private func settle(_ source: GPIOSource, milliseconds: Int = 100) {
        for _ in 0..<milliseconds / 5 {
            turn(source)
            usleep(5000)
        }
    }

    @Test("Two thousand pulses of 500 a second are two thousand", arguments: [false, true])
    func pulses(isActiveLow: Bool) throws {
        let chip = try SimulatedChip("pulses", lines: 2)
        try chip.set(0, isActiveLow)
        let source = try opened([Self.line("meter", chip.label, 0, isActiveLow: isActiveLow, Self.meter(0))])
        for _ in 0..<2000 {
            for level in [!isActiveLow, isActiveLow] {
                try chip.set(0, level)
                usleep(900)
                turn(source)
            }
        }
        settle(source)
        let status = source.status[0]
        #expect(status.count == 2000)
        #expect(status.edges.edges == 4000 && status.edges.lost == 0 && status.events.fullQueues == 0 && status.events.overflowed == 0)
    }

    @Test("A contact that bounces is one edge a change, and the level is right in the end")
    func debounce() throws {
        let chip = try SimulatedChip("bounces", lines: 2)
        let source = try opened([Self.line("lid", chip.label, 0, Self.contact(0, debounce: .milliseconds(100)))])
        for level in [true, false, true] {
            for bounce in [level, !level, level, !level, level] {
                try chip.set(0, bounce)
                turn(source)
            }
            settle(source, milliseconds: 400)
        }
        #expect(sink.values[0] == [0, 1, 0, 1])
        #expect(source.status[0].level == true)
    }

    @Test("A queue that ran over is noticed, and the level is right all the same")
    func overflow() throws {
        let chip = try SimulatedChip("overflow", lines: 2)
        let source = try opened([Self.line("lid", chip.label, 0, Self.contact(0))])
        turn(source)
        let abilities = GPIOAbilities.present
        // An odd number beyond the queue: the last level is not that of the last event that is left, where the newest are dropped.
        for index in 0..<abilities.queue + 5 {
            try chip.set(0, index % 2 == 0)
            usleep(500)
        }
        settle(source, milliseconds: 300)
        let status = source.status[0]
        #expect(status.level == true && sink.values[0]?.last == 1)
        if abilities.numbersEvents {
            #expect(status.events.overflowed == 5 && status.edges.lost == 5)
        } else {
            #expect(status.events.fullQueues >= 1 && status.edges.lost >= 1)
        }
    }

    @Test("A line that somebody holds is told with the holder's name, and taken when it is free")
    func busy() throws {
        let chip = try SimulatedChip("busy", lines: 2)
        var other: GPIOLine? = try GPIOChip.open(label: chip.label).request(
            GPIOSettings(offset: 0, direction: .input(edges: .none, debounceNanoseconds: 0)), consumer: "w1-gpio")
        let source = try opened([Self.line("lid", chip.label, 0, Self.contact(0)), Self.line("door", chip.label, 1, Self.contact(1))])
        #expect(source.status.map(\.hold) == [.busy, .held])
        #expect(source.status[0].lastError?.contains("w1-gpio") == true)
        try chip.set(1, true)
        settle(source)
        #expect(sink.values[1] == [0, 1], "the other line works meanwhile")
        _ = try other?.level()
        other = nil
        settle(source, milliseconds: 2500)
        #expect(source.status[0].hold == .held && sink.values[0] == [0])
    }

    @Test("A chip that is pulled out is a state, and comes back by its label with the count going on")
    func unplugged() throws {
        let chip = try SimulatedChip("unplugged", lines: 2)
        let source = try opened([Self.line("meter", chip.label, 0, Self.meter(0))])
        for level in [true, false, true, false] {
            try chip.set(0, level)
            usleep(1000)
            turn(source)
        }
        #expect(source.status[0].count == 2)
        try chip.unplug()
        settle(source, milliseconds: 1500)
        #expect(source.status[0].hold == .absent && source.status[0].level == nil)
        // Its number is another one's now.
        let inTheWay = try SimulatedChip("in-the-way", lines: 1)
        try chip.plug()
        settle(source, milliseconds: 5000)
        #expect(source.status[0].hold == .held, "\(source.status[0])")
        for level in [true, false] {
            try chip.set(0, level)
            usleep(1000)
            turn(source)
        }
        #expect(source.status[0].count == 3)
        _ = inTheWay
    }

    @Test("Outputs are safe from the first moment, follow, and are safe in the end")
    func outputs() throws {
        let chip = try SimulatedChip("siren", lines: 1)
        let output = OutputLine(drive: .siren(from: .orange, atMost: .seconds(180)), safe: false)
        let source = try opened([Self.line("siren", chip.label, 0, .output(output))])
        #expect(try !chip.value(0))
        source.drive(.init(isJudging: true, worst: .red), now: Clocks.monotonicNanoseconds())
        #expect(try chip.value(0))
        source.stop(now: Clocks.monotonicNanoseconds())
        #expect(try !chip.value(0))
    }
}
