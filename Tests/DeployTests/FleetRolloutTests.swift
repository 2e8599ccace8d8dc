import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Testing

@testable import Deploy

@Suite("A fleet's rollout, board by board")
struct FleetRolloutTests {
    private static func result(_ outcome: PushResult.Outcome) -> PushResult { PushResult(outcome, "", runs: 1) }

    /// Takes boards until none comes; each ends as `outcome` says. Returns those that were begun.
    private static func run(_ rollout: inout FleetRollout, _ outcome: (Int) -> PushResult.Outcome = { _ in .confirmed }) -> [Int] {
        var begun: [Int] = []
        while let board = rollout.next() {
            begun.append(board)
            rollout.end(board, result(outcome(board)))
        }
        return begun
    }

    @Test("Canary, a tenth, the rest", arguments: [1, 2, 9, 10, 11, 50, 1000])
    func stages(count: Int) {
        let stages = FleetStage.plan(canaries: [Bool](repeating: false, count: count))
        #expect(stages.flatMap(\.boards) == Array(0..<count))
        #expect(stages[0] == FleetStage(name: .canary, boards: [0]))
        if count > 1 { #expect(stages[1].name == .tenth && stages[1].boards.count == min(count - 1, (count + 9) / 10)) }
        #expect(stages.map(\.name) == Array([FleetStage.Name.canary, .tenth, .rest].prefix(stages.count)))
    }

    @Test("Marked canaries come first, wherever they stand")
    func marked() {
        var canaries = [Bool](repeating: false, count: 30)
        (canaries[7], canaries[20]) = (true, true)
        let stages = FleetStage.plan(canaries: canaries)
        #expect(stages.map(\.boards) == [[7, 20], [0, 1, 2], Array(3..<30).filter { $0 != 7 && $0 != 20 }])
        #expect(FleetStage.plan(canaries: []).isEmpty)
    }

    @Test("A stage begins once the one before it is through, not earlier")
    func order() {
        var rollout = FleetRollout(FleetStage.plan(canaries: [Bool](repeating: false, count: 20)), allowed: 0)
        #expect(rollout.next() == 0)
        #expect(rollout.next() == nil && !rollout.isOver)
        rollout.end(0, FleetRolloutTests.result(.confirmed))
        #expect(rollout.next() == 1 && rollout.next() == 2 && rollout.next() == nil)
        rollout.end(2, FleetRolloutTests.result(.confirmed))
        #expect(rollout.next() == nil)
        rollout.end(1, FleetRolloutTests.result(.confirmed))
        #expect(FleetRolloutTests.run(&rollout) == Array(3..<20))
        #expect(rollout.isOver && rollout.confirmed == 20 && rollout.worst == .confirmed)
    }

    @Test("A canary that fails stops the rest, whatever is allowed; those beside it are seen to their end")
    func canary() {
        var rollout = FleetRollout(FleetStage.plan(canaries: [true, true, true] + [Bool](repeating: false, count: 7)), allowed: 99)
        #expect(rollout.next() == 0 && rollout.next() == 1)
        rollout.end(1, FleetRolloutTests.result(.revertedHealthy))
        #expect(rollout.next() == nil && !rollout.isOver)
        rollout.end(0, FleetRolloutTests.result(.confirmed))
        #expect(rollout.isOver && rollout.stop == .canary(1))
        #expect(rollout.untouched == [2] + Array(3..<10) && rollout.worst == .revertedHealthy)
    }

    @Test("So many may fail, one more stops the rest", arguments: [0, 1, 3])
    func allowance(allowed: Int) {
        var rollout = FleetRollout(FleetStage.plan(canaries: [Bool](repeating: false, count: 30)), allowed: allowed)
        let begun = FleetRolloutTests.run(&rollout) { $0 == 0 ? .confirmed : .refused }
        #expect(begun == Array(0..<(2 + allowed)))
        #expect(rollout.stop == .failures(count: allowed + 1, allowed: allowed) && rollout.isOver)
        #expect(rollout.failed.map(\.board) == Array(1..<(2 + allowed)) && rollout.untouched.count == 28 - allowed)
    }

    @Test("Percents count whole boards; what is neither is refused")
    func percent() {
        #expect(FailureAllowance("10%")?.boards(of: 50) == 5 && FailureAllowance("10%")?.boards(of: 59) == 5)
        #expect(FailureAllowance("0%")?.boards(of: 50) == 0 && FailureAllowance("3") == .boards(3))
        for text in ["", "%", "-1", "101%", "1.5", "3 ", "1234567", "٣"] { #expect(FailureAllowance(text) == nil, "\(text)") }
    }

    @Test("Boards of an earlier run are not taken again, and a stage of such is through")
    func before() {
        var rollout = FleetRollout(FleetStage.plan(canaries: [Bool](repeating: false, count: 20)), allowed: 0, before: [1, 2, 5])
        #expect(FleetRolloutTests.run(&rollout) == [0, 3, 4] + Array(6..<20))
        #expect(rollout.confirmed == 20 && rollout.isOver)
        let through = FleetRollout(FleetStage.plan(canaries: [false, false]), allowed: 0, before: [0, 1])
        #expect(through.isOver && through.confirmed == 2)
    }

    @Test("Stopped by somebody, nothing begins; what could not begin is untouched")
    func asked() {
        var rollout = FleetRollout(FleetStage.plan(canaries: [false, false, false]), allowed: 0)
        #expect(rollout.next() == 0)
        rollout.putBack(0)
        rollout.stop(.asked)
        rollout.stop(.record("too late"))
        #expect(rollout.isOver && rollout.stop == .asked && rollout.untouched == [0, 1, 2] && rollout.worst == .confirmed)
    }

    @Test("A canary that is lost while it is watched stops the rest")
    func lost() {
        var rollout = FleetRollout(FleetStage.plan(canaries: [false, false, false]), allowed: 9)
        #expect(rollout.next() == 0)
        rollout.end(0, FleetRolloutTests.result(.confirmed))
        #expect(rollout.stage == 1 && !rollout.isOver)
        rollout.lose(0, FleetRolloutTests.result(.revertedHealthy))
        #expect(rollout.isOver && rollout.stop == .canary(0) && rollout.untouched == [1, 2] && rollout.worst == .revertedHealthy)
    }

    @Test("Canaries are watched for so long, then asked, and all must have answered")
    func watch() {
        var now: Int64 = 5
        let watch = CanaryWatch(length: 10) { now }
        #expect(watch.step([0, 1]) == .begin)
        now = 14
        #expect(watch.step([0, 1]) == .wait)
        now = 15
        #expect(watch.step([0, 1]) == .ask)
        #expect(watch.step([0, 1]) == .wait)
        watch.heard(1)
        #expect(watch.step([0, 1]) == .wait)
        watch.heard(0)
        #expect(watch.step([0, 1]) == .over && watch.step([0, 1]) == .over)
        #expect(CanaryWatch(length: 0) { now }.step([0]) == .over)
    }

    @Test("The worst outcome tells: what is unhealthy before what is not known, before what went back")
    func worst() {
        let order: [PushResult.Outcome] = [.refused, .invalid, .revertedHealthy, .unknown, .revertedUnhealthy]
        for count in 1...order.count {
            var rollout = FleetRollout([FleetStage(name: .rest, boards: Array(0..<count))], allowed: 9)
            _ = FleetRolloutTests.run(&rollout) { order[$0] }
            #expect(rollout.worst == order[count - 1])
        }
    }
}

@Suite("What a fleet's push writes down")
struct FleetRecordTests {
    private let folder = TestFolder()
    private var path: String { folder.file("fleet.toml.state") }

    /// Other tests start programs meanwhile, each of which holds every lock of this process for the moment until it is another program.
    private func record(afresh: Bool = false) throws -> FleetRecord {
        for _ in 0..<500 {
            if let record = try? FleetRecord(path, isAfresh: afresh) { return record }
            usleep(10_000)
        }
        return try FleetRecord(path, isAfresh: afresh)
    }

    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    private func write(_ body: (FleetRecord) throws -> Void) throws {
        let record = try record()
        try record.begin(by: "li@desk", now: FleetRecordTests.now)
        try body(record)
    }

    @Test("What was written is known to the next run; a board that is begun anew keeps the names of its torn off pushes")
    func goesOn() throws {
        try write { record in
            try record.begin("a", hash: "h1", nonce: "01", now: FleetRecordTests.now)
            try record.end("a", PushResult(.confirmed, "Generation 2 runs on a.", runs: 2), now: FleetRecordTests.now)
            try record.begin("b", hash: "h2", nonce: "02", now: FleetRecordTests.now)
        }
        try write { record in
            #expect(record.begun == FleetRecordTests.now.microseconds)
            #expect(record.entries["a"] == .init(hash: "h1", nonces: ["01"], outcome: .confirmed))
            #expect(record.entries["b"] == .init(hash: "h2", nonces: ["02"], outcome: nil))
            try record.begin("b", hash: "h2", nonce: "03", now: FleetRecordTests.now)
        }
        try write { record in
            #expect(record.entries["b"]?.nonces == ["02", "03"])
            // Other files: what was torn off is none of theirs.
            try record.begin("b", hash: "h3", nonce: "04", now: FleetRecordTests.now)
        }
        #expect(try record().entries["b"] == .init(hash: "h3", nonces: ["04"], outcome: nil))
    }

    @Test("A rollout that is over, or is to be forgotten, leaves nothing")
    func over() throws {
        try write { try $0.begin("a", hash: "h1", nonce: "01", now: FleetRecordTests.now) }
        #expect(try record(afresh: true).entries.isEmpty)
        #expect(try record().begun == nil)
        try write { record in
            try record.begin("a", hash: "h1", nonce: "01", now: FleetRecordTests.now)
            try record.finish(now: FleetRecordTests.now)
        }
        let next = try record()
        #expect(next.entries.isEmpty && next.begun == nil)
    }

    @Test("Killed at any byte, the lines before it stand, and what is written after it is whole")
    func torn() throws {
        try write { record in
            for name in ["a", "b"] {
                try record.begin(name, hash: "h", nonce: "0" + name, now: FleetRecordTests.now)
                try record.end(name, PushResult(.confirmed, "", runs: 2), now: FleetRecordTests.now)
            }
        }
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 5)
        for cut in stride(from: lines[0].count + 1, through: whole.count, by: 3) {
            folder.write("fleet.toml.state", String(decoding: whole[..<cut], as: UTF8.self))
            let known = whole[..<cut].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().count
            try write { record in
                let complete = record.entries.values.filter { $0.outcome == .confirmed }.count
                // A line without its line feed may be whole: it counts too.
                #expect((known >= 5 ? 2 : known >= 3 ? 1 : 0)...(known >= 4 ? 2 : known >= 2 ? 1 : 0) ~= complete, "cut at \(cut)")
                try record.begin("c", hash: "h", nonce: "0c", now: FleetRecordTests.now)
            }
            #expect(try record().entries["c"] == .init(hash: "h", nonces: ["0c"], outcome: nil), "cut at \(cut)")
        }
    }

    @Test("Two cannot hold one; what cannot be written is said, with the way out")
    func refused() throws {
        let first = try record()
        #expect(throws: FleetRecord.Failure(text: "another fleet push is under way with \(path); wait for its end, or name another one with --state")) {
            _ = try FleetRecord(path, isAfresh: false)
        }
        withExtendedLifetime(first) {}
        #expect(throws: FleetRecord.Failure.self) { _ = try FleetRecord("/proc/nowhere/state", isAfresh: false) }
    }

    @Test("On a full disk no board is begun that could not be written down", .enabled(if: SmallDisk.isPossible, "SKIPPED, LOUDLY: mounting a tmpfs needs root"))
    func full() throws {
        let place = TestFolder()
        let disk = try SmallDisk(place.path, kibibytes: 64)
        let record = try FleetRecord(place.file("state"), isAfresh: false)
        try record.begin(by: "li", now: FleetRecordTests.now)
        disk.fill(leaving: 0)
        #expect(throws: FleetRecord.Failure.self) {
            for number in 0..<1000 { try record.begin("board-\(number)", hash: "h", nonce: "01", now: FleetRecordTests.now) }
        }
        disk.empty()
        try record.begin("after", hash: "h", nonce: "01", now: FleetRecordTests.now)
        #expect(record.entries["after"] != nil)
    }
}
