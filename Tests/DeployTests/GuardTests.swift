import Deploy
import GatewayTesting
import Lifeline
import Linux
import Testing

/// A daemon of answers that a test sets.
final class ScriptedDaemon: DaemonLink {
    var revision = "new"
    var instance = "1"
    var isSilent = false
    var reloads = 0
    /// What it loads when it is told to.
    var onReload: () -> String = { "new" }
    var auditProblem: String?
    var configuration = ""

    func health(windowSeconds: Int) -> DaemonHealth? { isSilent ? nil : ScriptedDaemon.health(revision, instance, configuration) }

    static func health(_ revision: String, _ instance: String, _ configuration: String = "") -> DaemonHealth? {
        let problems = configuration.isEmpty ? "" : "\"\(configuration)\""
        return DaemonHealth(
            json: Array(
                #"{"schema":1,"bamai":"0","gateway":"g","revision":"\#(revision)","instance":"\#(instance)","state":"running","journal":"ok","brokers":[],"platform":"none","reporting":[],"unheard":[],"devices":0,"quiet":0,"configuration":[\#(problems)]}"#
                    .utf8))
    }

    func reload() {
        reloads += 1
        revision = onReload()
    }

    func missingSecrets(_ names: [String]) -> [String]? { [] }
    func takeAudit() -> String? { auditProblem }
}

@Suite("The guard, with clocks and a daemon of the test's")
struct GuardTests {
    static let second: Int64 = 1_000_000_000

    private final class World {
        let storage = CuttingStorage()
        let board: BoardFolder
        let daemon = ScriptedDaemon()
        var monotonic: Int64 = 1000 * GuardTests.second
        var wall: Int64 = 1_800_000_000_000_000

        init() throws {
            board = BoardFolder(root: "/nowhere", storage: storage)
            _ = try board.store.add(try sampleManifest("old"), sampleFiles("old"))
            try board.store.point(to: 1)
            let number = try board.store.add(try sampleManifest("new"), sampleFiles("new"))
            let change = Transaction(
                from: 1, to: number, fallbacks: [], nonce: "ab", by: "li", boot: "a", now: monotonic,
                patience: .init(health: 60 * GuardTests.second, confirm: 120 * GuardTests.second, probation: 3600 * GuardTests.second))
            let board = self.board
            daemon.onReload = { board.store.current == 1 ? "old" : "new" }
            try storage.write("baseline.json", ScriptedDaemon.health("old", "1")!.bytes)
            try board.store.store(change)
        }

        func guardian() -> Guard {
            Guard(
                board, daemon: daemon,
                clocks: Guard.Clocks(
                    monotonic: { self.monotonic }, wall: { Timestamp(microseconds: self.wall) }, pause: { self.monotonic += $0 }), say: { _ in })
        }

        var phase: Transaction.Phase? { board.store.transaction?.phase }

        /// Turns until a phase is reached, a quarter of a second each.
        func turn(_ guardian: Guard, until wanted: Transaction.Phase, most: Int = 20_000) throws {
            for _ in 0..<most where phase != wanted {
                _ = try guardian.turn()
                monotonic += GuardTests.second / 4
            }
            #expect(phase == wanted)
        }
    }

    @Test(
        "The wall clock steps by a year in every phase, both ways: no deadline moves",
        arguments: [365 * 86_400_000_000, -365 * 86_400_000_000] as [Int64])
    func clockSteps(step: Int64) throws {
        let world = try World()
        let guardian = world.guardian()
        try world.turn(guardian, until: .waiting)
        world.wall += step
        for _ in 0..<100 { _ = try guardian.turn() }
        #expect(world.phase == .waiting)
        try world.board.ask(.confirm, "2-ab")
        _ = try guardian.turn()
        #expect(world.phase == .probation)
        world.wall -= 2 * step
        for _ in 0..<100 { _ = try guardian.turn() }
        #expect(world.phase == .probation)
        let begun = world.monotonic
        try world.turn(guardian, until: .kept)
        #expect(abs(world.monotonic - begun - 3600 * GuardTests.second) <= GuardTests.second)
        #expect(world.board.store.current == 2)
    }

    @Test("A clock that steps while nobody confirms: back after two minutes of the monotonic clock, not sooner and not later")
    func clockStepsWhileWaiting() throws {
        let world = try World()
        let guardian = world.guardian()
        try world.turn(guardian, until: .waiting)
        let begun = world.monotonic
        world.wall -= 365 * 86_400_000_000
        try world.turn(guardian, until: .reverting)
        #expect(abs(world.monotonic - begun - 120 * GuardTests.second) <= GuardTests.second)
        try world.turn(guardian, until: .reverted)
        #expect(world.board.store.current == 1 && world.daemon.revision == "old")
    }

    @Test("A daemon that stays at its old configuration, and why, takes the change back")
    func refusesToLoad() throws {
        let world = try World()
        world.daemon.onReload = { "old" }
        world.daemon.configuration = "the new configuration was not taken: the secret \\\"x\\\" cannot be read"
        let guardian = world.guardian()
        try world.turn(guardian, until: .reverting)
        #expect(world.board.store.transaction?.cause.contains("the secret") == true)
        world.daemon.configuration = ""
        try world.turn(guardian, until: .reverted)
    }

    @Test("A journal that does not give back what it took takes the change back")
    func journal() throws {
        let world = try World()
        world.daemon.auditProblem = "the journal refuses: full"
        let guardian = world.guardian()
        try world.turn(guardian, until: .reverted)
        #expect(world.board.store.transaction?.cause == "the journal refuses: full")
    }

    @Test("A crash 20 minutes into the probation counts, one alone is forgiven, the third is not")
    func lateCrash() throws {
        let world = try World()
        let guardian = world.guardian()
        try world.turn(guardian, until: .waiting)
        try world.board.ask(.confirm, "2-ab")
        _ = try guardian.turn()
        for crash in 2...4 {
            for _ in 0..<20 { _ = try guardian.turn() }
            #expect(world.phase == .probation)
            world.monotonic += 600 * GuardTests.second
            world.daemon.instance = "\(crash)"
            _ = try guardian.turn()
        }
        #expect(world.phase == .reverting)
        try world.turn(guardian, until: .reverted)
        #expect(world.board.store.current == 1)
    }

    @Test("A guard that dies after any turn is followed by another one, and the change has the same end")
    func restarted() throws {
        for turns in 1..<12 {
            let world = try World()
            let first = world.guardian()
            for _ in 0..<turns { _ = try first.turn() }
            if world.phase == .waiting { try world.board.ask(.confirm, "2-ab") }
            let second = world.guardian()
            for _ in 0..<40_000 where !(world.phase?.isFinal ?? false) {
                if world.phase == .waiting, world.board.asked(.confirm) == nil { try world.board.ask(.confirm, "2-ab") }
                _ = try second.turn()
                world.monotonic += GuardTests.second / 4
            }
            #expect(world.phase == .kept && world.board.store.current == 2, "after \(turns) turns")
        }
    }

    @Test("Confirmed in the same moment as the deadline: the confirmation was there, so it counts")
    func lastMoment() throws {
        let world = try World()
        let guardian = world.guardian()
        try world.turn(guardian, until: .waiting)
        world.monotonic = try #require(world.board.store.transaction).deadline
        try world.board.ask(.confirm, "2-ab")
        _ = try guardian.turn()
        #expect(world.phase == .probation)
    }

    @Test("What is missing is named, what was not there before is not missed")
    func gate() throws {
        func health(_ change: (inout DaemonHealth) -> Void) throws -> DaemonHealth {
            var health = try #require(ScriptedDaemon.health("r", "1"))
            change(&health)
            return health
        }
        let before = try health {
            $0.brokers = [.init(id: "a", isConnected: true, error: ""), .init(id: "b", isConnected: false, error: "")]
            $0.platform = "connected"
            $0.reporting = ["d1", "d2"]
        }
        func objection(_ change: (inout DaemonHealth) -> Void) throws -> String? {
            let now = try health {
                ($0.brokers, $0.platform) = (before.brokers, "connected")
                change(&$0)
            }
            return HealthGate.objection(before: before, now: now, revision: "r", sameProcess: true)
        }
        #expect(try objection { _ in } == nil)
        #expect(try objection { $0.brokers[0].isConnected = false } == "broker a was connected before and is not now")
        #expect(
            try objection { $0.brokers = [.init(id: "c", isConnected: false, error: "refused")] }
                == "brokers were connected before and none is now (refused)")
        #expect(try objection { $0.platform = "waiting" } == "the platform was connected before and is not now")
        #expect(try objection { $0.platform = "none" } == nil)
        #expect(try objection { $0.unheard = ["d2", "d3"] } == "1 of 2 devices that spoke before were not heard since, first d2")
        #expect(try objection { $0.instance = "2" } == "the daemon has restarted since the change")
        #expect(try objection { $0.journal = "full" } == "the journal refuses: full")
        #expect(try objection { $0.revision = "q" } == "the daemon runs revision q, not r")
        #expect(
            try objection { $0.lines = [.init(id: "door", isHeld: false, error: "held by \"w1-gpio\"")] }
                == "line door is not held (held by \"w1-gpio\")")
        #expect(HealthGate.objection(before: before, now: nil, revision: "r", sameProcess: true) == "the daemon does not answer")
        let bare = try health { $0.journal = "full" }
        #expect(HealthGate.objection(before: bare, now: bare, revision: "r", sameProcess: true) == nil, "the journal refused before")
    }
}
