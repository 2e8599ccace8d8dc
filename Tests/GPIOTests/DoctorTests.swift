import GatewayTesting
import Glibc
import Linux
import Testing

/// `bamai doctor` and the lines of a real chip.
@Suite("OnAChip: bamai doctor", .enabled(if: Machine.isInside), .serialized)
struct DoctorOnAChipTests {
    private func examine(_ board: BoardFixture) throws -> (code: Int32, output: String) {
        try board.bamai(["doctor", "--site", board.folder.file("site"), "--lang", "en", "--offline"])
    }

    @Test("Lines that are free, that another program holds and that the gateway holds are told apart, and none is taken")
    func lines() throws {
        let board = try BoardFixture("examined")
        let free = try examine(board)
        #expect(free.output.contains("lid, examined 0: free"), "\(free.output)")
        do {
            let settings = GPIOSettings(offset: 0, direction: .input(edges: .none, debounceNanoseconds: 0))
            let holder = try GPIOChip.open(label: "examined").request(settings, consumer: "w1-gpio")
            let held = try examine(board)
            #expect(held.code == 1)
            #expect(held.output.contains("lid, examined 0: held by \"w1-gpio\": stop it"), "\(held.output)")
            #expect(held.output.contains("meter, examined 1: free"))
            withExtendedLifetime(holder) {}
        }
        try board.start()
        let running = try examine(board)
        for line in ["lid, examined 0", "meter, examined 1", "siren, examined 2"] {
            #expect(running.output.contains("\(line): held by the gateway"), "\(running.output)")
        }
        #expect(board.stop() == 0)
    }
}
