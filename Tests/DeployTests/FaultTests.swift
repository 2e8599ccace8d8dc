import Deploy
import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Linux
import Testing

/// What one push with a fault came to.
private struct Trial: Sendable {
    var step: Int
    /// Steps that were counted, over all processes of the board.
    var steps = 0
    var problems: [String] = []
}

/// A board that many pushes go to, one after the other, each with one fault.
private final class FaultyBoard {
    private let fixture = BoardFixture()
    private var number = 0

    init() throws {
        fixture.site("first")
        try fixture.adopt()
    }

    /// One push with one fault at one step; afterwards the board is ready for the next one.
    func trial(_ fault: String, at step: Int) -> Trial {
        var trial = Trial(step: step)
        number += 1
        do {
            fixture.site("\(fault) \(step) \(number)")
            let before = fixture.board.store.current ?? 0
            let counter = fixture.folder.file("steps-\(number)")
            let isCut = fault == "cut"
            // After a cut nobody is there to be waited for.
            var order = isCut ? fixture.order(health: 2, confirm: 1, probation: 1) : fixture.order(health: 15, confirm: 8, probation: 1)
            if isCut { order.margin = 0 }
            let result = try fixture.push(order, through: fixture.local(fault: "\(counter) \(step) \(fault)"))
            // A cut may fall behind the confirmation, among the last steps of the probation.
            func steps() -> Int {
                var found = stat()
                return stat(counter, &found) == 0 ? Int(found.st_size) : 0
            }
            fixture.wait(60) { isCut && steps() >= step || fixture.board.store.transaction?.phase.isFinal ?? true }
            trial.steps = steps()
            if isCut && trial.steps >= step { powerOn(before, result, &trial) } else { check(before, result, &trial) }
            if !fixture.waitForQuiet() { trial.problems.append("a session or guard lives on") }
        } catch {
            trial.problems.append("\(error)")
        }
        return trial
    }

    /// The former or the new generation, whole, run by the daemon, and the outcome says which.
    private func check(_ before: Int, _ result: PushResult, _ trial: inout Trial) {
        _ = fixture.waitForEnd(60)
        let store = fixture.board.store
        let runs = store.current ?? 0
        if let flaw = store.flaw(runs) { trial.problems.append("generation \(runs) is not whole: \(flaw)") }
        if !fixture.wait(20, { fixture.health?.revision == store.manifest(runs)?.revision }) {
            trial.problems.append("the daemon does not run \(runs)")
        }
        let fits =
            switch result.outcome {
            case .confirmed: runs != before && store.transaction?.to == runs && store.transaction?.phase == .kept
            case .refused, .revertedHealthy: runs == before
            default: false
            }
        if !fits { trial.problems.append("\(result.outcome), \(String(describing: store.transaction)), runs \(runs): \(result.sentence)") }
    }

    /// The board starts anew after a power cut, with another kernel's name for it.
    private func powerOn(_ before: Int, _ result: PushResult, _ trial: inout Trial) {
        fixture.stopDaemon()
        let board = fixture.board
        let change = board.store.transaction
        let wasConfirmed = change.map { $0.from == before && ($0.phase == .probation || $0.phase == .kept) } ?? false
        let wanted = wasConfirmed ? change?.to ?? 0 : before
        do {
            _ = try BoardRecovery.run(
                board, boot: "boot \(number)", now: Clocks.monotonicNanoseconds(), made: Timestamp(microseconds: Clocks.wallMicroseconds()))
            try fixture.startDaemon()
        } catch {
            trial.problems.append("\(error)")
            return
        }
        let runs = board.store.current ?? 0
        if let flaw = board.store.flaw(runs) { trial.problems.append("generation \(runs) is not whole after the cut: \(flaw)") }
        if runs != wanted { trial.problems.append("generation \(runs) runs after the cut, wanted \(wanted)") }
        if result.outcome == .confirmed && runs == before { trial.problems.append("what was confirmed does not run: \(result.sentence)") }
        if [.refused, .revertedHealthy].contains(result.outcome) && runs != before { trial.problems.append("\(result.sentence), but \(runs) runs") }
        if fixture.health?.revision != board.store.manifest(runs)?.revision { trial.problems.append("the daemon does not run \(runs)") }
        if let phase = board.store.transaction?.phase, !phase.isFinal, phase != .probation { trial.problems.append("the change stayed \(phase)") }
        // Whoever comes next is not hindered.
        fixture.site("after \(number)")
        let next = try? fixture.push(fixture.order(health: 15, confirm: 15, probation: 1), through: fixture.local())
        if next?.outcome != .confirmed { trial.problems.append("the next push: \(next?.sentence ?? "threw")") }
        _ = fixture.waitForEnd(60)
    }
}

/// Shares the steps out among boards, each on a thread of its own: they mostly wait.
private func trials(_ fault: String, _ steps: [Int], boards: Int) -> [Trial] {
    final class Work: @unchecked Sendable {
        // Sendable: the lock guards it.
        let lock = NSLock()
        var rest: [Int]
        var trials: [Trial] = []
        init(_ rest: [Int]) { self.rest = rest }
        func next() -> Int? {
            lock.lock()
            defer { lock.unlock() }
            return rest.popLast()
        }
        func add(_ trial: Trial) {
            lock.lock()
            defer { lock.unlock() }
            trials.append(trial)
        }
    }
    let work = Work(steps.reversed())
    let group = DispatchGroup()
    for _ in 0..<boards {
        group.enter()
        Thread.detachNewThread {
            defer { group.leave() }
            do {
                let board = try FaultyBoard()
                while let step = work.next() { work.add(board.trial(fault, at: step)) }
            } catch {
                work.add(Trial(step: 0, problems: ["\(error)"]))
            }
        }
    }
    group.wait()
    return work.trials.sorted { $0.step < $1.step }
}

@Suite("A fault at every durable step of the board's side, in whole processes", .serialized)
struct FaultTests {
    /// With `BAMAI_STEPS=all` each step is taken (`make faults`); otherwise every sixteenth, others each day.
    private static func chosen(_ count: Int) -> [Int] {
        (1...count).filter { ChosenSteps.areAll || ($0 + ChosenSteps.day) % 16 == 0 }
    }

    @Test("The process dies there; the disk has no room from there on; the power goes there", arguments: ["kill", "full", "cut"])
    func everyStep(fault: String) async throws {
        try await onThread {
            let count = try FaultyBoard().trial("none", at: 1).steps
            #expect((60...200).contains(count), "\(count) steps")
            let steps = FaultTests.chosen(count)
            let done = trials(fault, steps, boards: 6)
            #expect(done.count == steps.count)
            for trial in done {
                #expect(trial.problems.isEmpty, "\(fault) at step \(trial.step) of \(trial.steps) (repeat all: BAMAI_STEPS=all): \(trial.problems)")
            }
            // The faults have happened: a push that is never disturbed would pass too.
            #expect(done.count { $0.steps >= $0.step } > steps.count / 2)
        }
    }
}

/// Which of many like steps a run takes.
enum ChosenSteps {
    /// Each one (`make faults`).
    static let areAll = ProcessInfo.processInfo.environment["BAMAI_STEPS"] == "all"
    /// *Units*: days since 1970; so that each day takes others.
    static let day = Int(Date().timeIntervalSince1970 / 86_400)
}

@Suite("A board's disk that is really full", .enabled(if: SmallDisk.isPossible, "SKIPPED, LOUDLY: mounting a tmpfs needs root"))
struct FullDiskTests {
    /// A board of its own small disk, with generation 1 running and a site that differs.
    private func ready() throws -> (BoardFixture, SmallDisk) {
        let fixture = BoardFixture()
        let disk = try SmallDisk(fixture.root, kibibytes: 6 << 10)
        fixture.site("old")
        try fixture.adopt()
        fixture.site("new")
        return (fixture, disk)
    }

    @Test("No room for another generation: refused, with figures")
    func stage() async throws {
        try await onThread {
            let (fixture, disk) = try ready()
            disk.fill(leaving: 1 << 20)
            let result = try fixture.push(fixture.order(), through: fixture.local())
            #expect(result.outcome == .refused && result.sentence.contains("KiB are free below"), "\(result.sentence)")
            fixture.expectSound("on a full disk", runs: 1)
            disk.empty()
            #expect(try fixture.push(fixture.order(probation: 1), through: fixture.local()).outcome == .confirmed)
            #expect(fixture.waitForEnd() == .kept)
        }
    }

    @Test("The disk fills up once the change is armed: the reserve carries it to its end", arguments: [true, false])
    func change(isConfirmed: Bool) async throws {
        try await onThread {
            let (fixture, disk) = try ready()
            var connector = fixture.local()
            connector.onConnect = { connection, isFresh in
                // Not the connection: it would keep itself alive.
                let process = connection.identifier
                connection.onMessage = { name in
                    if name == "armed" { disk.fill(leaving: 0) }
                    // The confirmation itself needs room of its own for a moment; without it the board goes back.
                    if isFresh && !isConfirmed { kill(process, SIGKILL) }
                }
            }
            let result = try fixture.push(fixture.order(health: 10, confirm: 6, probation: 1), through: connector)
            #expect([.confirmed, .revertedHealthy].contains(result.outcome), "\(result.sentence)")
            let phase = fixture.waitForEnd()
            #expect(phase == (result.outcome == .confirmed ? .kept : .reverted))
            fixture.expectSound(result.sentence, runs: result.outcome == .confirmed ? 2 : 1)
        }
    }
}

/// A tmpfs of a test's own, mounted over a folder; gone with its owner.
final class SmallDisk {
    private let path: String

    static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        let folder = TestFolder()
        guard let disk = try? SmallDisk(folder.path, kibibytes: 64) else { return false }
        withExtendedLifetime(disk) {}
        return true
    }()

    init(_ path: String, kibibytes: Int) throws {
        self.path = path
        let mount = try ChildProcess("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", path])
        guard mount.wait() == 0 else { throw ChildProcessFailure(text: "mount") }
    }

    deinit { _ = try? ChildProcess("/bin/umount", ["-l", path]).wait() }

    /// Writes until so many bytes are free, or nothing more goes.
    func fill(leaving bytes: Int64) {
        let descriptor = open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while FileSystem.free(holding: path) ?? 0 > bytes, write(descriptor, page, page.count) == page.count {}
    }

    func empty() { unlink(path + "/ballast") }
}
