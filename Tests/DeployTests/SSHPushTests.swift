import Deploy
import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Linux
import Testing

@Suite("A push over a real sshd to a real bamaid", .enabled(if: OpenSSHServer.isInstalled, "SKIPPED, LOUDLY: openssh-server is not installed"))
struct SSHPushTests {
    /// A board with generation 1 running, and a site that differs.
    private func ready(broker: UInt16? = nil) throws -> (BoardFixture, OpenSSHServer) {
        let fixture = BoardFixture()
        fixture.site("old", broker: broker)
        try fixture.adopt()
        fixture.site("new", broker: broker)
        return (fixture, try OpenSSHServer(folder: fixture.folder.path))
    }

    private func command(_ fixture: BoardFixture, _ server: OpenSSHServer, _ words: [String]) -> [String] {
        words + [
            "--ssh-config", server.clientConfiguration, "--root", fixture.root, "--remote",
            (fixture.environment + [BoardFixture.bamai]).joined(separator: " "),
        ]
    }

    @Test("Confirmed: the new generation runs, its probation ends, and who changed what stands in history and journal")
    func confirmed() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            let words = command(fixture, server, ["push", fixture.repository, "board", "--yes", "--by", "li@desk", "--probation", "3s"])
            let pushed = try fixture.run(words)
            #expect(pushed.code == 0, "\(pushed.output)")
            #expect(pushed.output.contains("  √ confirm     over a connection of its own"), "\(pushed.output)")
            #expect(pushed.output.contains("Generation 2 runs on board, on probation for 3 s: a crash loop takes it back to 1."), "\(pushed.output)")
            fixture.expectSound("after the push", runs: 2)
            #expect(fixture.waitForEnd() == .kept)
            #expect(fixture.wait(10) { !fixture.board.isGuarded })
            #expect(fixture.board.history.map(\.event) == [.adopted, .began, .confirmed, .kept])
            // The journal has it all, each once, and nothing waits any more.
            let audit = try SQLiteJournalReader.open(path: fixture.folder.file("journal.db")).latestAlerts(limit: 10)
            #expect(audit.map(\.kind) == Array(repeating: "audit", count: 4))
            #expect(Set(audit.map(\.rule)) == ["adopt", "push", "confirm", "keep"])
            let push = try #require(audit.first { $0.rule == "push" })
            #expect(String(decoding: push.body, as: UTF8.self).contains(#""type":"cn.bamai.audit.push""#))
            #expect(String(decoding: push.body, as: UTF8.self).contains(#""by":"li@desk""#))
            #expect(fixture.board.storage.list("audit").isEmpty)
            // Pushed again there is nothing to do.
            let again = try fixture.run(words)
            #expect(again.code == 0 && again.output.contains("Generation 2 runs on board already: nothing to push."), "\(again.output)")
            #expect(server.log.components(separatedBy: "Accepted publickey").count - 1 == 3, "two connections for a push, one for a look")
        }
    }

    @Test("A dry run is checked on the board and leaves nothing there")
    func dryRun() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            let pushed = try fixture.run(command(fixture, server, ["push", fixture.repository, "board", "--dry-run"]))
            #expect(pushed.code == 0, "\(pushed.output)")
            #expect(pushed.output.contains("Dry run: board would take this as generation 2. Generation 1 still runs."), "\(pushed.output)")
            #expect(fixture.wait(10) { fixture.board.store.numbers == [1] })
            fixture.expectSound("after a dry run", runs: 1)
        }
    }

    @Test("Another machine answers: a changed host key is refused in ssh's own words, and nothing is asked")
    func changedHostKey() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            try server.changeHostKey()
            let pushed = try fixture.run(command(fixture, server, ["push", fixture.repository, "board", "--yes"]))
            #expect(pushed.code == 6, "\(pushed.output)")
            #expect(pushed.output.contains("Host key verification failed"), "\(pushed.output)")
            fixture.expectSound("after a changed host key", runs: 1)
        }
    }

    @Test("Nobody answers: refused, and nothing was changed")
    func unreachable() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            server.stop()
            let pushed = try fixture.run(command(fixture, server, ["push", fixture.repository, "board", "--yes"]))
            #expect(pushed.code == 6, "\(pushed.output)")
            #expect(pushed.output.contains("cannot be reached") && pushed.output.contains("Connection refused"), "\(pushed.output)")
        }
    }

    @Test("Without bamai on the board: refused, with what the shell there says")
    func notInstalled() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            var connector = fixture.ssh(server)
            connector.remote = "/nowhere/bamai"
            let result = try fixture.push(fixture.order(), through: connector)
            #expect(result.outcome == .refused && result.sentence.contains("is the package installed there?"), "\(result.sentence)")
        }
    }

    @Test("A login shell that greets does not disturb")
    func greeting() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            var connector = fixture.ssh(server)
            connector.remote = "echo Welcome to pump-07; echo '{\"x\":1}'; " + connector.remote
            #expect(try fixture.push(fixture.order(), through: connector).outcome == .confirmed)
            fixture.expectSound("after a greeting", runs: 2)
        }
    }

    @Test("A shared connection is not what confirms")
    func multiplexed() async throws {
        try await onThread {
            let fixture = BoardFixture()
            fixture.site("old")
            try fixture.adopt()
            fixture.site("new")
            let server = try OpenSSHServer(
                folder: fixture.folder.path, clientLines: ["ControlMaster auto", "ControlPath \(fixture.folder.path)/mux", "ControlPersist 20"])
            defer { _ = try? ChildProcess("/usr/bin/ssh", ["-F", server.clientConfiguration, "-O", "exit", "board"]).wait() }
            #expect(try fixture.push(fixture.order(), through: fixture.ssh(server)).outcome == .confirmed)
            #expect(server.log.components(separatedBy: "Accepted publickey").count - 1 == 2)
        }
    }

    @Test("The route breaks with the change: nobody can confirm, the board goes back, and whoever pushed is told so once it can be reached again")
    func brokenRoute() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            var connector = TestConnector { isFresh in fixture.ssh(server).words(isFresh: isFresh) }
            connector.onConnect = { connection, _ in
                // Not the connection: it would keep itself alive.
                let process = connection.identifier
                connection.onMessage = { name in
                    guard name == "armed" else { return }
                    // The change takes the network down; it comes back with the former generation.
                    server.stop()
                    kill(process, SIGKILL)
                    Thread.detachNewThread {
                        fixture.wait(60) { fixture.board.store.transaction?.phase == .reverted }
                        try? server.start()
                    }
                }
            }
            let result = try fixture.push(fixture.order(health: 10, confirm: 2), through: connector)
            #expect(result.outcome == .revertedHealthy, "\(result.sentence)")
            #expect(result.sentence.contains("nobody confirmed in time"), "\(result.sentence)")
            fixture.expectSound("after a broken route", runs: 1)
        }
    }

    @Test("The route stays broken: unknown, and the sentence says what the board does")
    func lostForGood() async throws {
        try await onThread {
            let (fixture, server) = try ready()
            var connector = TestConnector { isFresh in fixture.ssh(server).words(isFresh: isFresh) }
            connector.onConnect = { connection, _ in
                // Not the connection: it would keep itself alive.
                let process = connection.identifier
                connection.onMessage = { name in
                    guard name == "armed" else { return }
                    server.stop()
                    kill(process, SIGKILL)
                }
            }
            var order = fixture.order(health: 2, confirm: 1)
            order.margin = 0
            let result = try fixture.push(order, through: connector)
            #expect(result.outcome == .unknown, "\(result.sentence)")
            #expect(
                result.sentence.contains("The board decides by itself") && result.sentence.contains("generation 1 runs again"), "\(result.sentence)")
            #expect(fixture.waitForEnd() == .reverted)
            fixture.expectSound("after a lost route", runs: 1)
        }
    }

    /// One push whose connection dies at a message. Returns whether the push was through before.
    private static func push(cutAt cut: Int, _ fixture: BoardFixture, _ server: OpenSSHServer) throws -> Bool {
        fixture.site("\(cut)")
        let before = try #require(fixture.board.store.current)
        var messages = 0
        var connector = TestConnector { isFresh in fixture.ssh(server).words(isFresh: isFresh) }
        connector.onConnect = { connection, _ in
            // Not the connection: it would keep itself alive.
            let process = connection.identifier
            connection.onMessage = { _ in
                messages += 1
                if messages == cut { kill(process, SIGKILL) }
            }
        }
        let result = try fixture.push(fixture.order(health: 15, confirm: 6, probation: 1), through: connector)
        let place = "cut at message \(cut): \(result.sentence)"
        let phase = fixture.waitForEnd()
        switch result.outcome {
        case .confirmed:
            #expect(phase == .kept, "\(place)")
            #expect(fixture.board.store.current != before, "\(place)")
        case .refused, .revertedHealthy: #expect(fixture.board.store.current == before, "\(place)")
        default: Issue.record("\(place)")
        }
        fixture.expectSound(place, runs: try #require(fixture.board.store.current))
        #expect(fixture.waitForQuiet(), "\(place)")
        return messages < cut
    }

    @Test("The connection dies at every message of a push: the board runs a whole generation, and the outcome says which")
    func cutEverywhere() async throws {
        // With `BAMAI_STEPS=all` at each one; otherwise at every fourth, others each day.
        let boards = ChosenSteps.areAll ? 4 : 2
        let stride = ChosenSteps.areAll ? 4 : 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for board in 0..<boards {
                let first = ChosenSteps.areAll ? board + 1 : ChosenSteps.day % 4 + 1 + board * 4
                group.addTask {
                    try await onThread {
                        let fixture = BoardFixture()
                        fixture.site("0")
                        try fixture.adopt()
                        let server = try OpenSSHServer(folder: fixture.folder.path)
                        var cut = first
                        while try !SSHPushTests.push(cutAt: cut, fixture, server) {
                            cut += stride
                            try #require(cut < 60)
                        }
                        #expect(cut > 10)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
