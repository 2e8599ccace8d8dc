import GatewayTesting
import Testing

@testable import Uplink

@Suite("A lane's cursor")
struct LaneQueueTests {
    @Test("Is the last position before which nothing is missing, in whatever order acknowledgements come", arguments: 0..<50 as Range<UInt64>)
    func contiguous(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var lane = LaneQueue(acknowledged: 100)
        var done = Set<UInt64>()
        var open: [(identifier: Int32, position: UInt64)] = []
        var position: UInt64 = 100
        var identifier: Int32 = 0
        for _ in 0..<500 {
            if open.isEmpty || random.below(2) == 0 {
                position += UInt64(1 + random.below(3))
                if random.below(8) == 0 {
                    lane.skip(to: position)
                    done.insert(position)
                } else {
                    identifier += 1
                    lane.send(identifier, position: position)
                    open.append((identifier, position))
                }
            } else {
                let chosen = open.remove(at: random.below(open.count))
                let isOurs = lane.acknowledge(chosen.identifier)
                #expect(isOurs, "seed \(seed)")
                done.insert(chosen.position)
            }
            let oldest = open.map(\.position).min()
            let expected = oldest.map { oldest in done.filter { $0 < oldest }.max() ?? 100 } ?? position
            #expect(lane.acknowledged == expected, "seed \(seed)")
            #expect(lane.inFlight == open.count, "seed \(seed)")
            #expect(lane.sent == position, "seed \(seed)")
        }
        lane.rewind()
        #expect(lane.sent == lane.acknowledged && lane.inFlight == 0, "seed \(seed)")
    }

    @Test("An acknowledgement that is not its own, or comes twice, changes nothing")
    func strangers() {
        var lane = LaneQueue(acknowledged: 0)
        lane.send(1, position: 1)
        var isOurs = lane.acknowledge(2)
        #expect(!isOurs)
        isOurs = lane.acknowledge(1)
        #expect(isOurs)
        isOurs = lane.acknowledge(1)
        #expect(!isOurs)
        #expect(lane.acknowledged == 1 && lane.inFlight == 0)
    }
}
