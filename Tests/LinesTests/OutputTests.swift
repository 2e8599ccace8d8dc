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

    /// What an output is at a moment: asking may change it.
    static func expect(
        _ output: inout OutputState, _ conditions: Conditions, _ now: Int64, _ expected: Bool, _ comment: Comment? = nil,
        at place: SourceLocation = #_sourceLocation
    ) {
        let level = output.level(conditions, at: now)
        #expect(level == expected, comment, sourceLocation: place)
    }

    @Test(arguments: [false, true])
    func whatNobodyJudgesIsSafe(_ safe: Bool) {
        var siren = OutputTests.siren(safe: safe)
        #expect(siren.safe == safe)
        OutputTests.expect(&siren, Conditions(isJudging: false, worst: .red), 0, safe)
        var status = OutputState(OutputLine(drive: .status, safe: safe))
        OutputTests.expect(&status, Conditions(isJudging: false), 0, safe)
    }

    @Test func theStatusLampIsOnWhileAllIsWell() {
        var lamp = OutputState(OutputLine(drive: .status, safe: false))
        OutputTests.expect(&lamp, Conditions(isJudging: true), 0, true)
        OutputTests.expect(&lamp, Conditions(isJudging: true, hasProblem: true), 0, false)
        OutputTests.expect(&lamp, Conditions(isJudging: true, worst: .red), 0, true, "an alert of the street is no problem of the gateway")
    }

    @Test func theSirenSoundsFromItsLevelOnAndNotForEver() {
        var siren = OutputTests.siren()
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .yellow), 0, false)
        #expect(siren.nextDeadline == .max)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .orange), 10 * F.second, true)
        #expect(siren.nextDeadline == 70 * F.second)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 69 * F.second, true)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 70 * F.second, false)
        #expect(siren.nextDeadline == .max, "nothing more happens by itself")
    }

    @Test func aFurtherAlertOfTheLevelBeginsAnew() {
        var siren = OutputTests.siren()
        _ = siren.level(Conditions(isJudging: true, worst: .red), at: 0)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 60 * F.second, false)
        siren.raised(.yellow, at: 61 * F.second)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 61 * F.second, false)
        siren.raised(.orange, at: 62 * F.second)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 62 * F.second, true)
    }

    @Test func anAcknowledgementSilencesIt() {
        var siren = OutputTests.siren()
        siren.raised(.red, at: 0)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 1, true)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: nil), 2, false)
        OutputTests.expect(&siren, Conditions(isJudging: true, worst: .red), 3, true, "the next one is heard")
    }

    @Test func anInputIsNoOutputAndTheOtherWayRound() {
        let output = InputLine(.output(OutputLine(drive: .status, safe: false)))
        let contact = InputLine(.contact(ContactLine(sensor: 0, debounce: .zero, interval: .seconds(1))))
        #expect(output.map(\.nextDeadline) == nil && contact.map(\.nextDeadline) == .max)
    }
}
