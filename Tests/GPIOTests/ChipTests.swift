import Glibc
import Linux
import Testing

/// Chips and lines through libgpiod, on the kernel's own chips.
@Suite("OnAChip: chips and lines", .enabled(if: Machine.isInside), .serialized)
struct ChipOnAChipTests {
    static func input(_ offset: Int, edges: GPIOEdges = .both, bias: GPIOBias = .asIs, isActiveLow: Bool = false, debounce: Int64 = 0) -> GPIOSettings
    {
        GPIOSettings(offset: offset, direction: .input(edges: edges, debounceNanoseconds: debounce), bias: bias, isActiveLow: isActiveLow)
    }

    /// All events that come until there has been none for a while.
    static func events(_ line: GPIOLine, quietMilliseconds: Int32 = 60) throws -> [GPIOEvent] {
        var events: [GPIOEvent] = []
        while true {
            if try line.read({ events.append($0) }) > 0 { continue }
            var descriptor = pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, quietMilliseconds) == 0 { return events }
        }
    }

    @Test("A chip is found by its label, whatever its number, with its lines' names, directions, biases and holders")
    func listing() throws {
        let other = try SimulatedChip("listing-a", lines: 4)
        let chip = try SimulatedChip("listing-b", lines: 8, names: [3: "GPIO3"], hogs: [5: "w1-gpio"])
        let opened = try GPIOChip.open(label: "listing-b")
        #expect(opened.label == "listing-b" && opened.lines == 8)
        #expect(
            try opened.info(offset: 3)
                == GPIOLineInfo(offset: 3, name: "GPIO3", consumer: "", isUsed: false, isOutput: false, isActiveLow: false, bias: .asIs))
        let hog = try opened.info(offset: 5)
        #expect(hog.isUsed && hog.consumer == "w1-gpio")
        let line = try opened.request(Self.input(2, bias: .pullUp, isActiveLow: true), consumer: "bamai lid")
        let held = try opened.info(offset: 2)
        #expect(held.isUsed && held.consumer == "bamai lid" && held.isActiveLow && held.bias == .pullUp && !held.isOutput)
        #expect(try chip.pull(2) == "pull-up")
        _ = (other, line)
    }

    @Test("What cannot be had is told with its reason")
    func refusals() throws {
        let chip = try SimulatedChip("refusals", lines: 4, hogs: [1: "w1-gpio"])
        let opened = try GPIOChip.open(label: chip.label)
        #expect(throws: GPIOError.noChip("elsewhere", present: ["refusals"])) { try GPIOChip.open(label: "elsewhere") }
        #expect(throws: GPIOError.busy(consumer: "w1-gpio")) { try opened.request(Self.input(1), consumer: "bamai") }
        #expect(throws: GPIOError.noLine(4, lines: 4)) { try opened.request(Self.input(4), consumer: "bamai") }
        let first = try opened.request(Self.input(0), consumer: "bamai lid")
        #expect(throws: GPIOError.busy(consumer: "bamai lid")) { try GPIOChip.open(label: chip.label).request(Self.input(0), consumer: "bamai") }
        #expect(throws: GPIOError.busy(consumer: "bamai lid")) { try opened.request(Self.input(0), consumer: "bamai") }
        _ = first
    }

    @Test("Edges come with the kernel's own time, rising and falling, and the level is the last edge's")
    func edges() throws {
        let chip = try SimulatedChip("edges", lines: 4)
        let line = try GPIOChip.open(label: chip.label).request(Self.input(0), consumer: "bamai")
        let before = Clocks.monotonicNanoseconds()
        for isHigh in [true, false, true] {
            try chip.set(0, isHigh)
            usleep(2000)
        }
        let after = Clocks.monotonicNanoseconds()
        let events = try Self.events(line)
        #expect(events.map(\.isRising) == [true, false, true])
        #expect(events.allSatisfy { $0.nanoseconds >= before && $0.nanoseconds <= after })
        #expect(zip(events, events.dropFirst()).allSatisfy { $1.nanoseconds - $0.nanoseconds >= 1_000_000 })
        #expect(try line.level())
        if GPIOAbilities.present.numbersEvents { #expect(events.map(\.lineSequence) == [1, 2, 3]) }
    }

    @Test("Active-low turns edges and levels round")
    func activeLow() throws {
        let chip = try SimulatedChip("active-low", lines: 2)
        let line = try GPIOChip.open(label: chip.label).request(Self.input(0, bias: .pullUp, isActiveLow: true), consumer: "bamai")
        #expect(try !line.level(), "the resistor pulls to the inactive side")
        try chip.set(0, false)
        #expect(try Self.events(line).map(\.isRising) == [true])
        #expect(try line.level())
    }

    @Test("One edge alone can be asked for")
    func risingAlone() throws {
        let chip = try SimulatedChip("rising", lines: 2)
        let line = try GPIOChip.open(label: chip.label).request(Self.input(1, edges: .rising), consumer: "bamai")
        for isHigh in [true, false, true, false] {
            try chip.set(1, isHigh)
            usleep(1000)
        }
        #expect(try Self.events(line).map(\.isRising) == [true, true])
    }

    @Test("An output has its first level from the first moment, and keeps to what it is told")
    func outputs() throws {
        let chip = try SimulatedChip("outputs", lines: 2)
        let opened = try GPIOChip.open(label: chip.label)
        let line = try opened.request(GPIOSettings(offset: 0, direction: .output(initial: true)), consumer: "bamai siren")
        #expect(try chip.value(0))
        #expect(try opened.info(offset: 0).isOutput)
        try line.set(false)
        #expect(try !chip.value(0))
        let inverted = try opened.request(GPIOSettings(offset: 1, direction: .output(initial: true), isActiveLow: true), consumer: "bamai lamp")
        #expect(try !chip.value(1), "active drives low")
        try inverted.set(false)
        #expect(try chip.value(1))
    }

    @Test("A line that nobody reads keeps what the queue holds, and not more")
    func overflow() throws {
        let chip = try SimulatedChip("overflow", lines: 2)
        let line = try GPIOChip.open(label: chip.label).request(Self.input(0), consumer: "bamai")
        let abilities = GPIOAbilities.present
        let edges = abilities.queue + 9
        for index in 0..<edges {
            try chip.set(0, index % 2 == 0)
            usleep(500)
        }
        let events = try Self.events(line)
        #expect(events.count == abilities.queue)
        if abilities.numbersEvents {
            // The oldest went; the numbers say how many.
            #expect(events.first?.lineSequence == 10)
            #expect(events.last?.lineSequence == UInt32(edges))
        } else {
            // The newest went: what is left begins with the first edge.
            #expect(events.first?.isRising == true)
        }
        #expect(try line.level() == (edges % 2 == 1), "the level is the present one in any case")
    }

    @Test("A chip that is pulled out says so, and is found again by its label")
    func unplugged() throws {
        let chip = try SimulatedChip("unplugged", lines: 2)
        var line: GPIOLine? = try GPIOChip.open(label: chip.label).request(Self.input(0), consumer: "bamai")
        try chip.unplug()
        #expect(throws: GPIOError.gone) { try line?.level() }
        // Who keeps a line of a chip that is gone keeps its interrupt, which the chip that comes back may be given.
        line = nil
        #expect(throws: GPIOError.noChip("unplugged", present: [])) { try GPIOChip.open(label: "unplugged") }
        let inTheWay = try SimulatedChip("other", lines: 1)
        try chip.plug()
        let again = try GPIOChip.open(label: "unplugged").request(Self.input(0), consumer: "bamai")
        try chip.set(0, true)
        #expect(try Self.events(again).map(\.isRising) == [true])
        _ = inTheWay
    }
}
