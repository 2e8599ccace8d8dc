import Deploy
import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Linux
import Testing

@Suite(
    "A fleet of real sshd and real bamaid", .serialized,
    .enabled(if: OpenSSHServer.isInstalled, "SKIPPED, LOUDLY: openssh-server is not installed"))
struct FleetTests {
    /// Every day a dozen; `make faults` takes fifty (BAMAI_FLEET=50). Five are the fewest that have boards on both sides of a canary.
    static let count = max(5, ProcessInfo.processInfo.environment["BAMAI_FLEET"].flatMap { Int($0) } ?? 12)

    private static func names(_ indices: some Sequence<Int>) -> [String] { indices.map(FleetFixture.name) }

    @Test("A canary whose change is taken back stops all others, which nobody has even reached; then a good change is confirmed on all")
    func canaryThenAll() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let count = FleetTests.count
            let canary = 3
            let port = broker.port
            let fleet = try FleetFixture(count) { board, index in
                if index == canary { board.site("old", id: FleetFixture.gateway(index), broker: port) }
            }
            fleet.inventory(canary: canary)
            #expect(fleet.boards[canary].wait(20) { fleet.boards[canary].health?.brokers.first?.isConnected == true })
            let others = (0..<count).filter { $0 != canary }

            // The canary's new site leads to no broker.
            fleet.sites("new")
            fleet.boards[canary].site("new", id: FleetFixture.gateway(canary), broker: MosquittoBroker.freePort())
            let bad = try fleet.push(["--health", "3s"])
            #expect(bad.code == 3, "\(bad.output)")
            #expect(bad.names("board") == [FleetFixture.name(canary)])
            #expect(bad.ended("revertedHealthy") == [FleetFixture.name(canary)])
            #expect(bad.listed("untouched") == FleetTests.names(others) && bad.listed("failed") == [FleetFixture.name(canary)])
            #expect(bad.summary["stopped"].text == "the canary \(FleetFixture.name(canary)) failed")
            #expect(fleet.generations == [Int?](repeating: 1, count: count))
            #expect(fleet.logins.enumerated().allSatisfy { $0.offset == canary || $0.element == 0 }, "\(fleet.logins)")
            for board in others { #expect(fleet.boards[board].board.store.numbers == [1]) }

            // Mended, it goes on all the way.
            fleet.boards[canary].site("new", id: FleetFixture.gateway(canary), broker: port)
            let begun = Date()
            let good = try fleet.push(["--parallel", "8"])
            #expect(good.code == 0, "\(good.output)")
            print("fleet: \(count) boards pushed to, 8 at a time, in \(Int(Date().timeIntervalSince(begun))) s")
            #expect(Set(good.ended("confirmed")) == Set(FleetTests.names(0..<count)))
            #expect(good.names("board").first == FleetFixture.name(canary))
            let stages = good.events.filter { $0["event"].text == "stage" }
            #expect(stages.map { $0["stage"].text } == ["canary", "10 %", "rest"])
            #expect(stages.map { Int($0["boards"].count) } == [1, (count + 9) / 10, count - 1 - (count + 9) / 10])
            for (index, board) in fleet.boards.enumerated() {
                let new = index == canary ? 3 : 2
                board.expectSound(FleetFixture.name(index), runs: new)
                #expect(board.board.store.transaction?.phase == .probation && board.board.history.last?.event == .confirmed)
            }

            let status = try fleet.run(["status", "--json"])
            #expect(status.code == 0 && status.summary["well"].count == Int64(count), "\(status.output)")
            #expect(status.events.filter { $0["change"]["phase"].text == "probation" }.count == count)
            #expect(try fleet.run(["drift", "--json"]).code == 0)
            // The rollout was over, so all are asked again, and none is pushed to again.
            let again = try fleet.push(["--parallel", "8"])
            #expect(again.code == 0 && Set(again.ended("confirmed")) == Set(FleetTests.names(0..<count)), "\(again.output)")
            #expect(fleet.generations == (0..<count).map { $0 == canary ? 3 : 2 })

            // What differs from the repository, and a daemon that is gone, are named.
            fleet.boards[0].site("other", id: FleetFixture.gateway(0))
            let drift = try fleet.run(["drift", "--json"])
            #expect(drift.code == 1, "\(drift.output)")
            #expect(drift.events.filter { $0["drifted"].flag == true }.compactMap { $0["board"].text } == [FleetFixture.name(0)])
            fleet.boards[1].stopDaemon()
            let ill = try fleet.run(["status", "--json", "--group", "odd"])
            #expect(ill.code == 1 && ill.summary["boards"].count == Int64(count / 2), "\(ill.output)")
            let found = try #require(ill.events.first { $0["board"].text == FleetFixture.name(1) })
            #expect(found["troubles"].list.compactMap(\.text) == ["the daemon does not answer"])
            #expect(ill.summary["well"].count == Int64(count / 2 - 1))
        }
    }

    @Test("Killed in the middle, the next run takes up what was torn off, leaves alone what is through, and no board is pushed to twice")
    func killed() async throws {
        try await onThread {
            let fleet = try FleetFixture(6)
            fleet.inventory()
            fleet.sites("new")
            let first = try fleet.start(["push", "--yes", "--json", "--parallel", "2"])
            // Two are through, and another one is armed and waits for whoever pushed it.
            let isAmid = fleet.boards[0].wait(90) {
                first.ended("confirmed").count >= 2
                    && first.events.contains { $0["event"].text == "done" && $0["step"].text == "arm" && !first.names("result").contains($0["board"].text ?? "") }
            }
            first.child.signal(SIGKILL)
            #expect(first.child.wait() == 128 + SIGKILL && isAmid, "\(first.output)")
            let through = first.ended("confirmed")
            let before = fleet.logins
            let second = try fleet.push()
            #expect(second.code == 0, "\(second.output)")
            let plan = try #require(second.events.first)
            #expect(plan["resumed"].flag == true)
            #expect(Set(plan["before"].list.compactMap(\.text)).isSuperset(of: Set(through).subtracting([FleetFixture.name(0)])))
            for index in 1..<6 where through.contains(FleetFixture.name(index)) {
                #expect(fleet.logins[index] == before[index], "\(FleetFixture.name(index)) was reached again")
            }
            #expect(second.output.contains("taken up again"), "\(second.output)")
            #expect(fleet.generations == [Int?](repeating: 2, count: 6))
            for board in fleet.boards { #expect(board.board.history.map(\.event) == [.adopted, .began, .confirmed]) }
            // Nothing is left to go on with.
            #expect(try fleet.push(["--parallel", "4"]).events.first?["resumed"].flag == false)
        }
    }

    @Test("One is down and one takes connections and says nothing: the others do not wait for them, so many may fail, one more stops the rest")
    func deadAndHanging() async throws {
        try await onThread {
            let silent = try SilentPort()
            let fleet = try FleetFixture(7)
            let (hanging, down) = (2, 4)
            fleet.inventory(options: [hanging: "Port=\(silent.port)"])
            fleet.servers[down].stop()
            fleet.sites("new")
            // None may fail: the board that hangs is the second of the rest, so the last ones are never begun.
            let strict = try fleet.push(["--max-fail", "0", "--parallel", "1"])
            #expect(strict.code == 6, "\(strict.output)")
            #expect(strict.ended("confirmed") == FleetTests.names([0, 1]) && strict.listed("failed") == FleetTests.names([hanging]))
            #expect(strict.listed("untouched") == FleetTests.names([3, 4, 5, 6]))
            #expect(strict.summary["stopped"].text == "1 boards failed, 0 may")
            let result = try #require(strict.events.first { $0["event"].text == "result" && $0["board"].text == FleetFixture.name(hanging) })
            #expect(result["reached"].flag == false)

            let loose = try fleet.push(["--max-fail", "2", "--parallel", "3"])
            #expect(loose.code == 6, "\(loose.output)")
            #expect(Set(loose.listed("failed")) == Set(FleetTests.names([hanging, down])))
            #expect(loose.listed("untouched").isEmpty && loose.summary["confirmed"].count == 5)
            // A slow machine may let the board that hangs end first; those beside it were begun all the same before it did.
            let order = loose.events.compactMap { event -> String? in
                guard let board = event["board"].text, let name = event["event"].text, name == "result" || name == "board" else { return nil }
                return "\(name) \(board)"
            }
            let end = try #require(order.firstIndex(of: "result \(FleetFixture.name(hanging))"))
            for index in [3, down, 5] { #expect(order[..<end].contains("board \(FleetFixture.name(index))"), "\(order)") }
            #expect(fleet.generations == [2, 2, 1, 2, 1, 2, 2])

            let drift = try fleet.run(["drift", "--json"])
            #expect(drift.code == 6)
            #expect(drift.summary["unreached"].count == 2 && drift.summary["drifted"].count == 0, "\(drift.output)")
            let status = try fleet.run(["status"])
            #expect(status.code == 1 && status.output.contains("5 of 7 boards are well, 2 cannot be reached"), "\(status.output)")
            #expect(status.output.contains("Connection refused"), "\(status.output)")
        }
    }

    @Test("Asked to stop, no further board is begun, those under way are seen to their end, and the next run does the rest")
    func interrupted() async throws {
        try await onThread {
            let fleet = try FleetFixture(4)
            fleet.inventory()
            fleet.sites("new")
            let first = try fleet.start(["push", "--yes", "--json", "--parallel", "1"])
            #expect(fleet.boards[0].wait(60) { first.names("board").count == 2 })
            first.child.signal(SIGINT)
            first.code = first.child.wait()
            #expect(first.code == 130, "\(first.output)")
            #expect(first.ended("confirmed") == FleetTests.names([0, 1]) && first.listed("untouched") == FleetTests.names([2, 3]))
            let second = try fleet.push(["--parallel", "3"])
            #expect(second.code == 0 && Set(second.names("board")) == Set(FleetTests.names([0, 2, 3])), "\(second.output)")
            #expect(fleet.generations == [2, 2, 2, 2])
        }
    }

    @Test("Twice, it leaves boards under way to their guards: unknown, and the next run confirms what waits")
    func left() async throws {
        try await onThread {
            let fleet = try FleetFixture(2)
            fleet.inventory()
            fleet.sites("new")
            let first = try fleet.start(["push", "--yes", "--json"])
            #expect(fleet.boards[0].wait(60) { first.events.contains { $0["event"].text == "done" && $0["step"].text == "arm" } })
            first.child.signal(SIGTERM)
            #expect(fleet.boards[0].wait(20) { first.events.contains { $0["event"].text == "stopped" } })
            first.child.signal(SIGTERM)
            first.code = first.child.wait()
            // Where the board was quicker than the second signal nothing was left.
            if first.code == 130 { return }
            #expect(first.code == 5 && first.listed("left") == FleetTests.names([0]) && first.listed("untouched") == FleetTests.names([1]), "\(first.output)")
            let second = try fleet.push()
            #expect(second.code == 0 && fleet.generations == [2, 2], "\(second.output)")
            #expect(fleet.boards[0].board.history.filter { $0.event == .began }.count == 1)
        }
    }

    @Test("A canary that falls ill while it is watched stops the others; one that stays well lets them follow")
    func watched() async throws {
        try await onThread {
            let fleet = try FleetFixture(2)
            fleet.inventory(canary: 1)
            fleet.sites("new")
            let first = try fleet.start(["push", "--yes", "--json", "--bake", "4s"])
            #expect(fleet.boards[0].wait(60) { first.events.contains { $0["event"].text == "watching" } })
            fleet.boards[1].stopDaemon()
            first.code = first.child.wait()
            #expect(first.code == 5 && first.listed("failed") == FleetTests.names([1]) && first.listed("untouched") == FleetTests.names([0]), "\(first.output)")
            #expect(first.output.contains("b02 was confirmed, and then its daemon does not answer any more"), "\(first.output)")
            #expect(fleet.logins[0] == 0)
            try fleet.boards[1].startDaemon()
            let second = try fleet.push(["--bake", "1s"])
            #expect(second.code == 0 && fleet.generations == [2, 2], "\(second.output)")
            let order = second.events.compactMap { $0["event"].text == "watching" ? "watching" : $0["event"].text == "board" ? $0["board"].text : nil }
            #expect(order == ["b02", "watching", "b01"])
        }
    }

    @Test("A dry run asks every board and changes none, a board that would refuse among them")
    func dryRun() async throws {
        try await onThread {
            let fleet = try FleetFixture(3)
            fleet.inventory()
            fleet.sites("new")
            let text = fleet.boards[1].text("repo/west/site.toml")
            fleet.boards[1].folder.write("repo/west/site.toml", text.replacingOccurrences(of: "/journal.db", with: "/other.db"))
            let dry = try fleet.push(["--dry-run", "--parallel", "3"])
            #expect(dry.code == 6 && dry.listed("failed") == FleetTests.names([1]) && dry.summary["confirmed"].count == 2, "\(dry.output)")
            #expect(fleet.boards[0].wait(10) { fleet.boards.allSatisfy { $0.board.store.numbers == [1] } })
            #expect(access(fleet.folder.file("fleet.toml.state"), F_OK) != 0)
            // What is wrong here is said before anybody is reached.
            fleet.boards[2].site("new", id: FleetFixture.gateway(0))
            let logins = fleet.logins
            let wrong = try fleet.push()
            #expect(wrong.code == 2 && wrong.output.contains("its site is gateway gw-1, as is that of b01 on line 5"), "\(wrong.output)")
            let unasked = try fleet.run(["push"])
            #expect(unasked.code == 2 && fleet.logins == logins)
            fleet.boards[2].site("new", id: FleetFixture.gateway(2))
            let nobody = try fleet.run(["push"])
            #expect(nobody.code == 6 && nobody.output.contains("nobody can be asked here: say --yes"), "\(nobody.output)")
            #expect(try fleet.run(["push", "--group", "evne"]).output.contains("did you mean \"even\"?"))
        }
    }
}
