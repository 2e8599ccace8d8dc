import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The tools of tests")
struct TestingToolsTests {
    @Test("a seeded generator repeats itself, and different seeds differ")
    func generator() {
        var one = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        var other = SeededGenerator(seed: 2)
        let numbers = (0..<100).map { _ in one.next() }
        #expect(numbers == (0..<100).map { _ in same.next() })
        #expect(numbers != (0..<100).map { _ in other.next() })
        #expect(Set(numbers).count == 100)
    }

    @Test("its unit and normal numbers have the moments they should")
    func moments() {
        var random = SeededGenerator(seed: 3)
        var sum = 0.0
        var squares = 0.0
        var units = 0.0
        for _ in 0..<20_000 {
            let number = random.gaussian()
            sum += number
            squares += number * number
            let unit = random.unit()
            #expect(unit >= 0 && unit < 1)
            units += unit
        }
        #expect((sum / 20_000).magnitude < 0.05)
        #expect((squares / 20_000 - 1).magnitude < 0.05)
        #expect((units / 20_000 - 0.5).magnitude < 0.02)
    }

    @Test("a manual clock moves only when it is told, and its wall can be stepped alone")
    func clock() {
        let clock = ManualTimeSource(wall: Timestamp(unixSeconds: 100), monotonicNanoseconds: 5)
        #expect(clock.now == Timestamp(unixSeconds: 100))
        clock.advance(by: .seconds(2))
        #expect(clock.now == Timestamp(unixSeconds: 102))
        #expect(clock.monotonicNanoseconds == 2_000_000_005)
        clock.step(to: Timestamp(unixSeconds: 5))
        #expect(clock.now == Timestamp(unixSeconds: 5))
        #expect(clock.monotonicNanoseconds == 2_000_000_005)
    }

    @Test("a memory journal fails the commit it was told to, keeps nothing of it and goes on")
    func faults() throws {
        let journal = MemoryJournal()
        journal.failCommit(2, with: .medium("gone"))
        var batch = Samples.batch(2)
        batch.alerts = [Samples.alert("a")]
        #expect(try journal.commit(batch) == 1)
        batch.alerts = [Samples.alert("b")]
        #expect(throws: JournalError.medium("gone")) { try journal.commit(batch) }
        #expect(try journal.lastSequence() == 2)
        #expect(try journal.latestAlerts(limit: 9).map(\.id) == ["a"])
        #expect(try journal.commit(batch) == 3)
        journal.failAllCommits(with: .full("x"))
        #expect(throws: JournalError.full("x")) { try journal.commit(batch) }
        #expect(throws: JournalError.full("x")) { try journal.commit(batch) }
        journal.failAllCommits(with: nil)
        #expect(try journal.commit(batch) == 5)
        #expect(journal.commitAttempts == 6)
    }
}
