import GatewayTesting
import Glibc
import Lifeline
import Linux
import Testing

/// `bamai gpio` on the kernel's own chips, without a gateway.
@Suite("OnAChip: bamai gpio", .enabled(if: Machine.isInside), .serialized)
struct CommandOnAChipTests {
    private let folder = TestFolder()

    /// What a command says while lines are driven.
    private func run(_ arguments: [String], meanwhile: () throws -> Void = {}) throws -> (code: Int32, output: String) {
        let file = folder.file("output-\(Clocks.monotonicNanoseconds())")
        let child = try ChildProcess(Machine.binaries + "/bamai", arguments, output: file)
        try meanwhile()
        let code = child.wait()
        return (code, (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
    }

    /// Waits until somebody holds a line.
    private func waitUntilHeld(_ chip: SimulatedChip, _ offset: Int) throws {
        for _ in 0..<2000 {
            if try run(["gpio", "list", "--json"]).output.contains("\"consumer\":\"bamai gpio\"") { return }
            usleep(10_000)
        }
        Issue.record("nobody took line \(offset) of \(chip.label)")
    }

    @Test("list shows each line of each chip")
    func list() throws {
        let chip = try SimulatedChip("listed", lines: 3, names: [1: "GPIO1"], hogs: [2: "w1-gpio"])
        let list = try run(["gpio", "list"])
        #expect(list.code == 0)
        let rows = list.output.split(separator: "\n")
        #expect(rows.count == 4, "\(list.output)")
        #expect(rows[2].contains("GPIO1") && rows[3].contains("w1-gpio") && rows[3].hasPrefix(chip.label))
        let used = try run(["gpio", "list", "--used", "--json"])
        #expect(used.output.split(separator: "\n").count == 1)
        #expect(JSONValue(Array(used.output.utf8))?["consumer"].text == "w1-gpio", "\(used.output)")
    }

    @Test("watch shows edges as they come, with their distances")
    func watch() throws {
        let chip = try SimulatedChip("watched", lines: 2)
        let watch = try run(["gpio", "watch", "watched:1", "--count", "3"]) {
            try waitUntilHeld(chip, 1)
            for level in [true, false, true] {
                try chip.set(1, level)
                usleep(20_000)
            }
        }
        #expect(watch.code == 0, "\(watch.output)")
        #expect(watch.output.contains("inactive") && watch.output.contains("ms later") && watch.output.contains("3 edges"), "\(watch.output)")
        let settings = GPIOSettings(offset: 0, direction: .input(edges: .none, debounceNanoseconds: 0))
        let holder = try GPIOChip.open(label: "watched").request(settings, consumer: "somebody")
        let busy = try run(["gpio", "watch", "watched:0", "--count", "1"])
        #expect(busy.code == 1 && busy.output.contains("held by \"somebody\""), "\(busy.output)")
        let none = try run(["gpio", "watch", "nowhere:0", "--count", "1"])
        #expect(none.code == 1 && none.output.contains("there are: watched"), "\(none.output)")
        _ = holder
    }

    @Test("pulse counts a bouncing contact and says which settings would do")
    func pulse() throws {
        let chip = try SimulatedChip("pulsed", lines: 2)
        let pulse = try run(["gpio", "pulse", "pulsed:0", "--seconds", "12", "--json"]) {
            try waitUntilHeld(chip, 0)
            for _ in 0..<20 {
                for (level, microseconds) in [(true, 0), (false, 0), (true, 100_000), (false, 100_000)] as [(Bool, UInt32)] {
                    try chip.set(0, level)
                    usleep(microseconds)
                }
            }
        }
        #expect(pulse.code == 0)
        let figures = try #require(JSONValue(Array(pulse.output.utf8)), "\(pulse.output)")
        // A machine that stands still between two edges of a bounce makes a pulse of it.
        #expect((20...22).contains(figures["pulses"].count) && figures["bounces"].count >= 30, "\(pulse.output)")
        let debounce = try #require(figures["debounce_s"].number)
        let bounce = try #require(figures["longest_bounce_s"].number)
        #expect(debounce > bounce && debounce <= 0.05)
    }
}
