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
    var steps: Int
    var problems: [String]
}

/// Runs bodies on threads of their own, a few at a time: they mostly wait.
private func concurrently(_ range: Range<Int>, width: Int, _ body: @escaping @Sendable (Int) -> Trial) -> [Trial] {
    final class Work: @unchecked Sendable {
        // Sendable: the lock guards it.
        let lock = NSLock()
        var next: Int
        var trials: [Trial] = []
        init(_ next: Int) { self.next = next }
    }
    let work = Work(range.lowerBound)
    let group = DispatchGroup()
    for _ in 0..<width {
        group.enter()
        Thread.detachNewThread {
            while true {
                work.lock.lock()
                let index = work.next
                work.next += 1
                work.lock.unlock()
                guard index < range.upperBound else { break }
                let trial = body(index)
                work.lock.lock()
                work.trials.append(trial)
                work.lock.unlock()
            }
            group.leave()
        }
    }
    group.wait()
    return work.trials.sorted { $0.step < $1.step }
}

@Suite("A fault at every durable step of the board's side, in whole processes", .serialized)
struct FaultTests {
    /// More than any push takes; where a push is through before, the trial says so.
    static let most = 400

    /// One push with one fault at one step.
    private static func trial(_ fault: String, at step: Int) -> Trial {
        var trial = Trial(step: step, steps: 0, problems: [])
        do {
            let fixture = BoardFixture()
            fixture.site("old")
            try fixture.adopt()
            fixture.site("new")
            let counter = fixture.folder.file("steps")
            // After a cut nobody is there to be waited for.
            var order = fault == "cut" ? fixture.order(health: 2, confirm: 1, probation: 1) : fixture.order(health: 10, confirm: 5, probation: 1)
            if fault == "cut" { order.margin = 0 }
            let result = try fixture.push(order, through: fixture.local(fault: "\(counter) \(step) \(fault)"))
            var found = stat()
            if fault != "cut" { _ = fixture.waitForEnd(40) }
            trial.steps = stat(counter, &found) == 0 ? Int(found.st_size) : 0
            if fault == "cut" && trial.steps >= step {
                powerOn(fixture, result, &trial)
            } else {
                check(fixture, result, &trial)
            }
        } catch {
            trial.problems.append("\(error)")
        }
        return trial
    }

    /// The former or the new generation, whole, run by the daemon, and the outcome says which.
    private static func check(_ fixture: BoardFixture, _ result: PushResult, _ trial: inout Trial) {
        let store = fixture.board.store
        let runs = store.current ?? 0
        if store.flaw(runs) != nil { trial.problems.append("generation \(runs) is not whole") }
        if !fixture.wait(20, { fixture.health?.revision == store.manifest(runs)?.revision }) {
            trial.problems.append("the daemon does not run \(runs)")
        }
        let phase = store.transaction?.phase
        let fits =
            switch result.outcome {
            case .confirmed: runs == 2 && phase == .kept
            case .refused: runs == 1 && phase.map { $0 == .reverted } ?? true
            case .revertedHealthy: runs == 1 && phase == .reverted
            default: false
            }
        if !fits { trial.problems.append("\(result.outcome), phase \(String(describing: phase)), runs \(runs): \(result.sentence)") }
    }

    /// The board starts anew after a power cut, with another kernel's name for it.
    private static func powerOn(_ fixture: BoardFixture, _ result: PushResult, _ trial: inout Trial) {
        fixture.stopDaemon()
        let board = fixture.board
        let wasConfirmed = board.store.transaction.map { $0.phase == .probation || $0.phase == .kept } ?? false
        do {
            _ = try BoardRecovery.run(
                board, boot: "after", now: Clocks.monotonicNanoseconds(), made: Timestamp(microseconds: Clocks.wallMicroseconds()))
            try fixture.startDaemon()
        } catch {
            trial.problems.append("\(error)")
            return
        }
        let runs = board.store.current ?? 0
        if board.store.flaw(runs) != nil { trial.problems.append("generation \(runs) is not whole after the cut") }
        if runs != (wasConfirmed ? 2 : 1) { trial.problems.append("generation \(runs) runs after the cut, confirmed: \(wasConfirmed)") }
        if result.outcome == .confirmed && runs != 2 { trial.problems.append("what was confirmed does not run: \(result.sentence)") }
        if [.refused, .revertedHealthy].contains(result.outcome) && runs != 1 { trial.problems.append("\(result.sentence), but \(runs) runs") }
        if fixture.health?.revision != board.store.manifest(runs)?.revision { trial.problems.append("the daemon does not run \(runs)") }
        guard let phase = board.store.transaction?.phase else { return }
        if !phase.isFinal && phase != .probation { trial.problems.append("the change stayed \(phase)") }
        // Whoever comes next is not hindered.
        let next = try? fixture.push(fixture.order(health: 10, confirm: 10, probation: 1), through: fixture.local())
        if next?.outcome != .confirmed { trial.problems.append("the next push: \(next?.sentence ?? "threw")") }
    }

    /// - Returns: how many steps a push without a fault takes.
    private func steps() -> Int { FaultTests.trial("none", at: 1).steps }

    @Test(
        "Each durable step in turn: the process dies there; the disk has no room from there on; the power goes there",
        arguments: ["kill", "full", "cut"])
    func everyStep(fault: String) throws {
        let count = steps()
        #expect(count > 60 && count < FaultTests.most, "\(count)")
        let trials = concurrently(1..<count + 1, width: 16) { FaultTests.trial(fault, at: $0) }
        #expect(trials.count == count)
        for trial in trials { #expect(trial.problems.isEmpty, "\(fault) at step \(trial.step) of \(trial.steps): \(trial.problems)") }
        // The faults have happened: a push that is never disturbed would pass too.
        #expect(trials.count { $0.steps >= $0.step } > count / 2)
    }
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
    func stage() throws {
        let (fixture, disk) = try ready()
        disk.fill(leaving: 1 << 20)
        let result = try fixture.push(fixture.order(), through: fixture.local())
        #expect(result.outcome == .refused && result.sentence.contains("KiB are free below"), "\(result.sentence)")
        fixture.expectSound("on a full disk", runs: 1)
        disk.empty()
        #expect(try fixture.push(fixture.order(probation: 1), through: fixture.local()).outcome == .confirmed)
        #expect(fixture.waitForEnd() == .kept)
    }

    @Test("The disk fills up once the change is armed: the reserve carries it to its end", arguments: [true, false])
    func change(isConfirmed: Bool) throws {
        let (fixture, disk) = try ready()
        var connector = fixture.local()
        connector.onConnect = { connection, isFresh in
            connection.onMessage = { name in
                if name == "armed" { disk.fill(leaving: 0) }
                // The confirmation itself needs room of its own for a moment; without it the board goes back.
                if isFresh && !isConfirmed { kill(connection.identifier, SIGKILL) }
            }
        }
        let result = try fixture.push(fixture.order(health: 10, confirm: 6, probation: 1), through: connector)
        #expect([.confirmed, .revertedHealthy].contains(result.outcome), "\(result.sentence)")
        let phase = fixture.waitForEnd()
        #expect(phase == (result.outcome == .confirmed ? .kept : .reverted))
        fixture.expectSound(result.sentence, runs: result.outcome == .confirmed ? 2 : 1)
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
