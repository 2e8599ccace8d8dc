import Lifeline
import Lines
import Site
import Testing

@Suite struct OutputTests {
    typealias F = LineFixture
    typealias Conditions = OutputState.Conditions

    static func siren(safe: Bool = false) -> OutputState {
        OutputState(OutputLine(drive: .siren(from: .orange, atMost: .seconds(60)), safe: safe))
    }

    @Test(arguments: [false, true])
    func whatNobodyJudgesIsSafe(_ safe: Bool) {
        var siren = OutputTests.siren(safe: safe)
        #expect(siren.safe == safe)
        #expect(siren.level(Conditions(isJudging: false, worst: .red), at: 0) == safe)
        var status = OutputState(OutputLine(drive: .status, safe: safe))
        #expect(status.level(Conditions(isJudging: false), at: 0) == safe)
    }

    @Test func theStatusLampIsOnWhileAllIsWell() {
        var lamp = OutputState(OutputLine(drive: .status, safe: false))
        #expect(lamp.level(Conditions(isJudging: true), at: 0))
        #expect(!lamp.level(Conditions(isJudging: true, hasProblem: true), at: 0))
        #expect(lamp.level(Conditions(isJudging: true, worst: .red), at: 0), "an alert of the street is no problem of the gateway")
    }

    @Test func theSirenSoundsFromItsLevelOnAndNotForEver() {
        var siren = OutputTests.siren()
        #expect(!siren.level(Conditions(isJudging: true, worst: .yellow), at: 0))
        #expect(siren.nextDeadline == .max)
        #expect(siren.level(Conditions(isJudging: true, worst: .orange), at: 10 * F.second))
        #expect(siren.nextDeadline == 70 * F.second)
        #expect(siren.level(Conditions(isJudging: true, worst: .red), at: 69 * F.second))
        #expect(!siren.level(Conditions(isJudging: true, worst: .red), at: 70 * F.second))
        #expect(siren.nextDeadline == .max, "nothing more happens by itself")
    }

    @Test func aFurtherAlertOfTheLevelBeginsAnew() {
        var siren = OutputTests.siren()
        _ = siren.level(Conditions(isJudging: true, worst: .red), at: 0)
        #expect(!siren.level(Conditions(isJudging: true, worst: .red), at: 60 * F.second))
        siren.raised(.yellow, at: 61 * F.second)
        #expect(!siren.level(Conditions(isJudging: true, worst: .red), at: 61 * F.second))
        siren.raised(.orange, at: 62 * F.second)
        #expect(siren.level(Conditions(isJudging: true, worst: .red), at: 62 * F.second))
    }

    @Test func anAcknowledgementSilencesIt() {
        var siren = OutputTests.siren()
        siren.raised(.red, at: 0)
        #expect(siren.level(Conditions(isJudging: true, worst: .red), at: 1))
        #expect(!siren.level(Conditions(isJudging: true, worst: nil), at: 2))
        #expect(siren.level(Conditions(isJudging: true, worst: .red), at: 3), "the next one is heard")
    }

    @Test func anInputIsNoOutputAndTheOtherWayRound() {
        #expect(InputLine(.output(OutputLine(drive: .status, safe: false))) == nil)
        #expect(InputLine(.contact(ContactLine(sensor: 0, debounce: .zero, interval: .seconds(1)))) != nil)
    }
}
