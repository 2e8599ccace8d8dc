import Lines
import Site
import Testing

/// A meter that turns at random, a kernel queue that loses edges, a loop that is late, and a gateway that is stopped and killed: the count stays true.
@Suite struct PulsePropertyTests {
    /// How the world treats the edges.
    enum Kernel: CaseIterable {
        /// Every edge arrives.
        case sound
        /// Edges are lost in runs of any length, and the next one says how many.
        case numbersItsLosses
        /// Single edges are lost without a word.
        case losesSilently
    }

    /// What the journal has: the readings that were committed, as a restart finds them.
    struct World {
        var luck: SeededLuck
        let kernel: Kernel
        var line: InputLine
        var journal: [LineReading] = []
        /// Not yet committed.
        var pending: [LineReading] = []
        /// In the kernel's queue.
        var queue: [LineEdge] = []
        var lostBefore = 0
        var lastWasLost = false
        var now: Int64 = 0
        var isActive = false
        /// Pulses that the gateway can know of: those of a life that was killed before its commit are taken off.
        var truth: UInt64 = 0
        var truthAtCommit: UInt64 = 0

        init(seed: UInt64, kernel: Kernel) {
            luck = SeededLuck(seed)
            self.kernel = kernel
            line = InputLine(.pulse(LineFixture.pulses(interval: .seconds(1), window: .seconds(5))))!
            line.start(isActive: false, at: 0, into: &pending)
        }

        mutating func turn() {
            now += Int64(luck.whole(1...400)) * 1_000_000
            isActive.toggle()
            if isActive { truth += 1 }
            let isLost =
                switch kernel {
                case .sound: false
                case .numbersItsLosses: luck.chance(0.2)
                case .losesSilently: !lastWasLost && luck.chance(0.1)
                }
            lastWasLost = isLost
            if isLost {
                lostBefore += 1
            } else {
                queue.append(LineEdge(isActive: isActive, time: now, lost: kernel == .numbersItsLosses ? lostBefore : 0))
                lostBefore = 0
            }
        }

        mutating func drain() {
            for edge in queue { line.edge(edge, into: &pending) }
            queue = []
        }

        /// The loop is late: it reads the level before it has taken every edge.
        mutating func lateTick() {
            now += 1000
            line.tick(isActive: isActive, at: now, into: &pending)
        }

        mutating func commit() {
            // How many edges were lost is known with the next one that arrives.
            while kernel == .numbersItsLosses, lostBefore > 0 { turn() }
            drain()
            now += 1000
            line.tick(isActive: isActive, at: now, into: &pending)
            line.stop(at: now, into: &pending)
            journal += pending
            pending = []
            lastWasLost = false
            truthAtCommit = truth
        }

        mutating func restart(afterCommit: Bool) {
            if afterCommit { commit() }
            (pending, queue, lostBefore, lastWasLost) = ([], [], 0, false)
            truth = truthAtCommit
            now += 5_000_000_000
            let known = journal.last { $0.sensor == 0 }?.value
            line = InputLine(.pulse(LineFixture.pulses(interval: .seconds(1), window: .seconds(5))), journalled: known)!
            line.start(isActive: isActive, at: now, into: &pending)
        }
    }

    @Test(arguments: Kernel.allCases)
    func theCountIsTrueNeverGoesBackAndSurvivesEveryRestart(_ kernel: Kernel) {
        for seed in 0..<300 {
            var world = World(seed: UInt64(seed), kernel: kernel)
            for _ in 0..<400 {
                switch world.luck.whole(0...19) {
                case 0...11: world.turn()
                case 12...14: world.drain()
                case 15...16: world.lateTick()
                case 17...18:
                    world.commit()
                    #expect(world.line.count == world.truth, "seed \(seed), \(kernel)")
                default: world.restart(afterCommit: world.luck.chance(0.5))
                }
            }
            world.commit()
            #expect(world.line.count == world.truth, "seed \(seed), \(kernel)")
            for sensor in 0...2 {
                let readings = world.journal.filter { $0.sensor == sensor }
                #expect(zip(readings, readings.dropFirst()).allSatisfy { $0.time <= $1.time }, "seed \(seed), \(kernel), sensor \(sensor)")
                if sensor == 2 { continue }
                #expect(zip(readings, readings.dropFirst()).allSatisfy { $0.value <= $1.value }, "seed \(seed), \(kernel), sensor \(sensor)")
            }
            #expect(world.journal.allSatisfy { $0.value.isFinite && $0.value >= 0 })
        }
    }

    @Test func theWorldDoesLoseEdgesAndTheLogicSaysSo() {
        var (silent, numbered, sound) = (LineFigures(), LineFigures(), LineFigures())
        for (kernel, keep) in [(Kernel.losesSilently, 0), (.numbersItsLosses, 1), (.sound, 2)] {
            var world = World(seed: 7, kernel: kernel)
            for _ in 0..<2000 { world.turn() }
            world.commit()
            if keep == 0 { silent = world.line.figures } else if keep == 1 { numbered = world.line.figures } else { sound = world.line.figures }
        }
        #expect(silent.lost > 100 && silent.recovered > 30)
        #expect(numbered.lost > 200 && numbered.recovered > 80)
        #expect(sound.lost == 0 && sound.recovered == 0 && sound.edges == 2000)
    }
}
