import GatewayTesting
import Intake
import Lines
import Linux
import Testing

@Suite("Debounce and lost events")
struct EdgeFilterTests {
    private static let ms: Int64 = 1_000_000

    private func run(_ filter: inout EdgeFilter, _ events: [(Int64, Bool)]) -> [LineEdge] {
        var edges: [LineEdge] = []
        for (time, isRising) in events { filter.take(GPIOEvent(nanoseconds: time * Self.ms, isRising: isRising), into: &edges) }
        return edges
    }

    @Test("Without debouncing every event is an edge at its own time")
    func plain() {
        var filter = EdgeFilter(level: false, debounceNanoseconds: 0)
        #expect(run(&filter, [(1, true), (2, false)]) == [LineEdge(isActive: true, time: Self.ms), LineEdge(isActive: false, time: 2 * Self.ms)])
        #expect(filter.deadline == nil && !filter.level)
    }

    @Test("A level counts when it has lasted, from when it began")
    func bounce() {
        var filter = EdgeFilter(level: false, debounceNanoseconds: 10 * Self.ms)
        var edges = run(&filter, [(100, true), (101, false), (103, true)])
        #expect(edges.isEmpty)
        #expect(filter.deadline == 113 * Self.ms)
        filter.settle(now: 112 * Self.ms, actual: true, into: &edges)
        #expect(edges.isEmpty)
        filter.settle(now: 113 * Self.ms, actual: true, into: &edges)
        #expect(edges == [LineEdge(isActive: true, time: 100 * Self.ms)])
        #expect(filter.figures.bounces == 2 && filter.level && filter.deadline == nil)
    }

    @Test("What comes back within the time was a bounce, and no edge")
    func spike() {
        var filter = EdgeFilter(level: false, debounceNanoseconds: 10 * Self.ms)
        var edges = run(&filter, [(100, true), (101, false)])
        filter.settle(now: 200 * Self.ms, actual: false, into: &edges)
        #expect(edges.isEmpty && filter.figures.bounces == 2 && !filter.level)
    }

    @Test("A queue that is read late gives the same edges as one that is read at once")
    func late() {
        let events: [(Int64, Bool)] = [(100, true), (101, false), (102, true), (150, false), (151, true), (152, false), (300, true)]
        var late = EdgeFilter(level: false, debounceNanoseconds: 10 * Self.ms)
        var atOnce = late
        var lateEdges = run(&late, events)
        late.settle(now: 400 * Self.ms, actual: true, into: &lateEdges)
        var edges: [LineEdge] = []
        for (time, isRising) in events {
            atOnce.take(GPIOEvent(nanoseconds: time * Self.ms, isRising: isRising), into: &edges)
            if let deadline = atOnce.deadline, !events.contains(where: { $0.0 > time && $0.0 * Self.ms < deadline }) {
                atOnce.settle(now: deadline, actual: nil, into: &edges)
            }
        }
        #expect(edges == lateEdges)
        #expect(edges.map(\.time) == [100 * Self.ms, 150 * Self.ms, 300 * Self.ms])
        #expect(edges.map(\.isActive) == [true, false, true])
    }

    @Test("A bounce whose last event was lost leaves no wrong level: the level itself has the last word")
    func lostBounce() {
        var filter = EdgeFilter(level: false, debounceNanoseconds: 10 * Self.ms)
        var edges = run(&filter, [(100, true), (101, false)])
        // It went up again, and the event is missing.
        filter.settle(now: 111 * Self.ms, actual: true, into: &edges)
        #expect(edges.isEmpty, "the level has to last from when it was seen")
        filter.settle(now: 121 * Self.ms, actual: true, into: &edges)
        #expect(edges == [LineEdge(isActive: true, time: 100 * Self.ms)])
    }

    @Test("Numbers that skip say how many events were lost")
    func numbers() {
        var filter = EdgeFilter(level: false, debounceNanoseconds: 0)
        var edges: [LineEdge] = []
        for (sequence, isRising) in [(1, true), (2, false), (7, true), (8, false)] as [(UInt32, Bool)] {
            filter.take(GPIOEvent(nanoseconds: Int64(sequence), lineSequence: sequence, isRising: isRising), into: &edges)
        }
        #expect(edges.map(\.lost) == [0, 0, 4, 0])
        #expect(filter.figures.overflowed == 4)
        // A request begins with 1: what came before the first event that is left was lost too.
        var first = EdgeFilter(level: false, debounceNanoseconds: 0)
        edges = []
        first.take(GPIOEvent(nanoseconds: 1, lineSequence: 10, isRising: false), into: &edges)
        #expect(edges.map(\.lost) == [9])
    }

    @Test("Whatever bounces around true changes, debouncing gives the true changes, in order and each once", arguments: 1...60 as ClosedRange<UInt64>)
    func property(seed: UInt64) {
        var luck = SeededGenerator(seed: seed)
        let period = Int64.random(in: 1...20, using: &luck) * Self.ms
        var filter = EdgeFilter(level: false, debounceNanoseconds: period)
        var (edges, truth): ([LineEdge], [LineEdge]) = ([], [])
        var (time, level): (Int64, Bool) = (1_000_000_000, false)
        for _ in 0..<200 {
            time += period * Int64.random(in: 2...5, using: &luck)
            // A change, or a spike that is none; bounces are closer than the period and end at the level that lasts.
            let isChange = Bool.random(using: &luck)
            let bounces = Int.random(in: 0...6, using: &luck) * 2 + (isChange ? 1 : 2)
            if isChange { truth.append(LineEdge(isActive: !level, time: time)) }
            var current = level
            for _ in 0..<bounces {
                current.toggle()
                filter.take(GPIOEvent(nanoseconds: time, isRising: current), into: &edges)
                time += Int64.random(in: 1..<period, using: &luck)
            }
            level = current
            // Read late now and then.
            if Bool.random(using: &luck), let deadline = filter.deadline { filter.settle(now: deadline, actual: level, into: &edges) }
        }
        filter.settle(now: time + period, actual: level, into: &edges)
        #expect(edges == truth, "seed \(seed)")
        #expect(filter.level == level)
    }
}
