import Lines
import Testing

@Suite struct ContactTests {
    typealias F = LineFixture

    @Test func theLevelAtTheStartIsAReadingAndEveryEdgeToo() {
        var line = F.contact()
        var out: [LineReading] = []
        line.start(isActive: false, at: 100, into: &out)
        line.edge(F.edge(true, 200), into: &out)
        line.edge(F.edge(false, 300), into: &out)
        #expect(
            out == [
                LineReading(sensor: 4, value: 0, time: 100), LineReading(sensor: 4, value: 1, time: 200), LineReading(sensor: 4, value: 0, time: 300),
            ])
        #expect(line.figures.edges == 2 && line.figures.lost == 0)
    }

    @Test func aQuietLineReportsItsLevelEverySoOften() {
        var line = F.contact(interval: .seconds(10))
        var out: [LineReading] = []
        line.start(isActive: true, at: 0, into: &out)
        #expect(line.nextDeadline == 10 * F.second)
        line.tick(isActive: true, at: 9 * F.second, into: &out)
        #expect(out.count == 1, "not due yet")
        line.tick(isActive: nil, at: 10 * F.second, into: &out)
        #expect(out.last == LineReading(sensor: 4, value: 1, time: 10 * F.second))
        line.edge(F.edge(false, 15 * F.second), into: &out)
        #expect(line.nextDeadline == 25 * F.second, "an edge is a report")
    }

    @Test func anOpeningThatNobodyHeardIsToldWhenTheClosingArrives() {
        var line = F.contact()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        // Closed, and closed again: the opening in between was lost.
        line.edge(F.edge(false, 50), into: &out)
        #expect(out.map(\.value) == [0, 1, 0] && out.map(\.time) == [0, 50, 50])
        #expect(line.figures.lost == 1)
    }

    @Test func aLevelThatNoEdgeExplainsIsAReadingAndALostEdge() {
        var line = F.contact()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.tick(isActive: true, at: 70, into: &out)
        #expect(out.last == LineReading(sensor: 4, value: 1, time: 70) && line.figures.lost == 1)
        line.edge(F.edge(false, 90), into: &out)
        #expect(out.map(\.value) == [0, 1, 0] && line.figures.lost == 1)
    }

    @Test func anEdgeThatItsLevelHadOvertakenIsNoSecondReading() {
        var line = F.contact()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.tick(isActive: true, at: 70, into: &out)
        line.edge(F.edge(true, 65), into: &out)
        #expect(out.map(\.value) == [0, 1])
        line.edge(F.edge(false, 80), into: &out)
        #expect(out.map(\.value) == [0, 1, 0])
    }
}

@Suite struct StateTests {
    typealias F = LineFixture

    @Test func aLevelBecomesTheStateByLastingAndItHasBegunWithItsFirstEdge() {
        var line = F.state()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.edge(F.edge(true, 10 * F.second), into: &out)
        #expect(line.nextDeadline == 15 * F.second && out.count == 1)
        line.tick(isActive: true, at: 14 * F.second, into: &out)
        #expect(out.count == 1)
        line.tick(isActive: true, at: 15 * F.second, into: &out)
        #expect(out.last == LineReading(sensor: 4, value: 1, time: 10 * F.second))
    }

    @Test func aLevelThatDoesNotLastIsAFlapAndNoReading() {
        var line = F.state()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        for step in 0..<20 { line.edge(F.edge(step % 2 == 0, 10 * F.second + Int64(step) * F.second), into: &out) }
        line.tick(isActive: false, at: 60 * F.second, into: &out)
        #expect(out.count == 1)
        #expect(line.figures.flaps == 10 && line.figures.lost == 0)
    }

    @Test func aLateLoopSeesWhatLastedBetweenTwoEdgesOfOneBatch() {
        var line = F.state()
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.edge(F.edge(true, 10 * F.second), into: &out)
        line.edge(F.edge(false, 20 * F.second), into: &out)
        line.tick(isActive: false, at: 90 * F.second, into: &out)
        #expect(out.map(\.value) == [0, 1, 0] && out.map(\.time) == [0, 10 * F.second, 20 * F.second])
    }

    @Test func noReadingIsOlderThanTheOneBefore() {
        var line = F.state(interval: .seconds(11))
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.edge(F.edge(true, 10 * F.second), into: &out)
        line.tick(isActive: true, at: 12 * F.second, into: &out)
        #expect(out.count == 1, "the report of the old state waits for the new one")
        line.tick(isActive: true, at: 16 * F.second, into: &out)
        line.tick(isActive: true, at: 27 * F.second, into: &out)
        #expect(out.map(\.value) == [0, 1, 1] && out.map(\.time) == [0, 10 * F.second, 27 * F.second])
    }

    @Test func withoutADwellEveryEdgeCounts() {
        var line = F.state(dwell: .zero)
        var out: [LineReading] = []
        line.start(isActive: true, at: 0, into: &out)
        line.edge(F.edge(false, 5), into: &out)
        line.edge(F.edge(true, 6), into: &out)
        #expect(out.map(\.value) == [1, 0, 1] && out.map(\.time) == [0, 5, 6])
    }
}
