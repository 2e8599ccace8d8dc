import Deploy
import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Linux
import MQTT
import Site
import Testing

@Suite("The board's side of a push, with a real bamaid")
struct BoardTests {
    private func ready(broker: UInt16? = nil, more: String = "") throws -> BoardFixture {
        let fixture = BoardFixture()
        fixture.site("old", broker: broker, more: more)
        try fixture.adopt()
        fixture.site("new", broker: broker, more: more)
        return fixture
    }

    // MARK: - Refusals

    @Test("A board that nobody adopted is not pushed to")
    func notAdopted() async throws {
        try await onThread {
            let fixture = BoardFixture()
            fixture.site("new")
            let result = try fixture.push(fixture.order(), through: fixture.local())
            #expect(result.outcome == .refused && result.sentence.contains("bamai board adopt SITE"), "\(result.sentence)")
        }
    }

    @Test("Another gateway than the site's is not pushed to, nor is a cloned card")
    func wrongBoard() async throws {
        try await onThread {
            let fixture = try ready()
            fixture.site("new", id: "gw8")
            let other = try fixture.push(fixture.order(), through: fixture.local())
            #expect(other.outcome == .refused && other.sentence.contains("it is gateway gw7, the site is for gw8"), "\(other.sentence)")
            fixture.site("new")
            fixture.folder.write("board/board.json", #"{"schema":1,"gateway":"gw7","serial":"100000004a2b"}"#)
            let clone = try fixture.push(fixture.order(), through: fixture.local())
            // A machine without any number of its own cannot be told from another.
            if !DeviceIdentity.read().serial.isEmpty {
                #expect(clone.outcome == .refused && clone.sentence.contains("Was the card moved or cloned?"), "\(clone.sentence)")
                #expect(try fixture.run(["board", "adopt", "--moved", "--root", fixture.root]).code == 0)
                #expect(try fixture.push(fixture.order(), through: fixture.local()).outcome == .confirmed)
            }
        }
    }

    @Test(
        "A site that names what it needs by an absolute path is not taken along: its generation would not be all that runs",
        arguments: ["/usr/share/bamai/profiles", "/etc/bamai/profiles"])
    func absolutePath(profiles: String) throws {
        func collect(_ named: String) -> Result<SiteFileCollection, SiteFileCollection.Failure> {
            let files = [
                "/etc/bamai/west/site.toml": "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"test\"\nprofiles = \"\(named)\"\n",
                profiles + "/test.toml": ValueProfile.text(name: "test", rules: ""),
            ]
            return SiteFileCollection.collect("/etc/bamai/west/site.toml", from: .memory(files))
        }
        guard case .failure(.unsuitable(let why)) = collect(profiles) else {
            Issue.record("it was taken along")
            return
        }
        #expect(why.contains("by relative paths"), "\(why)")
        let relative = profiles.hasPrefix("/etc") ? "../profiles" : "../../.." + profiles
        guard case .success(let collection) = collect(relative) else {
            Issue.record("\(relative) was not taken along")
            return
        }
        #expect(collection.contents.count == 2)
    }

    @Test("A site that is wrong is not sent: 2, with every finding")
    func invalid() async throws {
        try await onThread {
            let fixture = try ready()
            fixture.site("new", more: "[journal2]\nx = 1\n")
            let pushed = try fixture.run(["push", fixture.repository, ".", "--root", fixture.root, "--yes"])
            #expect(pushed.code == 2, "\(pushed.output)")
            #expect(pushed.output.contains("journal2") && pushed.output.contains("nothing was changed"), "\(pushed.output)")
            fixture.expectSound("after a wrong site", runs: 1)
        }
    }

    @Test("Paths that only a new start takes over are refused")
    func paths() async throws {
        try await onThread {
            let fixture = try ready()
            let text = try String(contentsOfFile: fixture.repository + "/site.toml", encoding: .utf8)
            fixture.folder.write("repo/west/site.toml", text.replacingOccurrences(of: "/journal.db", with: "/other.db"))
            let result = try fixture.push(fixture.order(), through: fixture.local())
            #expect(result.outcome == .refused && result.sentence.contains("[journal] path changes"), "\(result.sentence)")
            #expect(fixture.wait(10) { fixture.board.store.numbers == [1] })
        }
    }

    @Test("A secret that is not set on the board is named; once set, the push goes through, and no file but its own has it")
    func secrets() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let fixture = try ready()
            fixture.site("new", broker: broker.port, more: "")
            let text = try String(contentsOfFile: fixture.repository + "/site.toml", encoding: .utf8)
            fixture.folder.write(
                "repo/west/site.toml",
                text.replacingOccurrences(of: "id = \"field\"", with: "id = \"field\"\nusername = \"u\"\npassword = \"secret://field-password\""))
            let refused = try fixture.push(fixture.order(), through: fixture.local())
            #expect(refused.outcome == .refused, "\(refused.sentence)")
            #expect(refused.sentence.contains("the secret \"field-password\" is not set on the board"), "\(refused.sentence)")
            fixture.folder.write("typed", "correct horse\n")
            let shell =
                "exec \(BoardFixture.bamai) secret set field-password --folder \(fixture.folder.file("secrets")) --root \(fixture.root) < \(fixture.folder.file("typed"))"
            let set = try ChildProcess("/bin/sh", ["-c", shell], output: fixture.folder.file("set.log"))
            #expect(set.wait() == 0, "\(fixture.text("set.log"))")
            unlink(fixture.folder.file("typed"))
            var found = stat()
            #expect(stat(fixture.folder.file("secrets/field-password"), &found) == 0 && found.st_mode & 0o777 == 0o600)
            let pushed = try fixture.push(fixture.order(), through: fixture.local())
            #expect(pushed.outcome == .confirmed, "\(pushed.sentence)")
            let grep = try ChildProcess("/bin/grep", ["-rl", "correct horse", fixture.folder.path], output: place.file("holders"))
            _ = grep.wait()
            let names = (try? String(contentsOfFile: place.file("holders"), encoding: .utf8)) ?? ""
            #expect(names == fixture.folder.file("secrets/field-password") + "\n", "\(names)")
        }
    }

    @Test("A daemon that is told to load a site whose secret is missing keeps the one it runs, and says why; a changed secret is a change")
    func daemonKeepsItsSite() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let fixture = try ready()
            let old = try #require(fixture.health?.revision)
            fixture.site("new", broker: broker.port)
            let text = fixture.text("repo/west/site.toml")
            fixture.folder.write(
                "repo/west/site.toml",
                text.replacingOccurrences(of: "id = \"field\"", with: "id = \"field\"\nusername = \"u\"\npassword = \"secret://field-password\""))
            let site = try fixture.collection()
            let manifest = try #require(
                Manifest(site.contents, site: site.site, revision: site.configuration.revision, created: 1, by: "li", source: ""))
            let store = fixture.board.store
            try store.point(to: try store.add(manifest, site.contents))
            fixture.daemon?.signal(SIGHUP)
            #expect(fixture.wait(20) { fixture.health?.configuration.first?.contains("field-password") == true }, "\(fixture.log)")
            #expect(fixture.health?.revision == old)
            fixture.folder.write("secrets/field-password", "one")
            fixture.daemon?.signal(SIGHUP)
            #expect(
                fixture.wait(20) { fixture.health?.revision == manifest.revision && fixture.health?.configuration.isEmpty == true }, "\(fixture.log)")
            func loads() -> Int { fixture.log.components(separatedBy: "reload: revision").count }
            let before = loads()
            fixture.daemon?.signal(SIGHUP)
            #expect(fixture.wait(20) { fixture.log.contains("reload: nothing has changed") })
            fixture.folder.write("secrets/field-password", "two")
            fixture.daemon?.signal(SIGHUP)
            #expect(fixture.wait(20) { loads() == before + 1 }, "\(fixture.log)")
        }
    }

    @Test("Two maintainers: the second is told who, and since when")
    func twoMaintainers() async throws {
        try await onThread {
            let fixture = try ready()
            let first = try fixture.local().connect(isFresh: false)
            try first.send("begin") { $0.member("by", "wang@laptop") }
            #expect(try first.receive().name == "begun")
            let refused = try fixture.push(fixture.order(), through: fixture.local())
            #expect(refused.outcome == .refused && refused.sentence.contains("another push is under way: wang@laptop, for "), "\(refused.sentence)")
            withExtendedLifetime(first) {}
        }
    }

    @Test("Somebody was quicker: the generation is not the one that the difference was shown against")
    func quicker() async throws {
        try await onThread {
            let fixture = try ready()
            var order = fixture.order()
            order.expect = "0123456789ab"
            let result = try fixture.push(order, through: fixture.local())
            #expect(result.outcome == .refused && result.sentence.contains("somebody was quicker"), "\(result.sentence)")
            fixture.expectSound("after a wrong expectation", runs: 1)
        }
    }

    @Test("A generation that was edited on the board is drift, and is not overwritten in silence")
    func drift() async throws {
        try await onThread {
            let fixture = try ready()
            let path = "board/generations/1/files/west/site.toml"
            fixture.folder.write(path, fixture.text(path) + "# by hand\n")
            let drift = try fixture.run(["drift", ".", "--root", fixture.root])
            #expect(drift.code == 1 && drift.output.contains("west/site.toml was changed"), "\(drift.output)")
            let refused = try fixture.push(fixture.order(), through: fixture.local())
            #expect(refused.outcome == .refused && refused.sentence.contains("was changed on the board"), "\(refused.sentence)")
            var order = fixture.order()
            order.replacesDrift = true
            #expect(try fixture.push(order, through: fixture.local()).outcome == .confirmed)
            let clean = try fixture.run(["drift", ".", "--root", fixture.root, "--site", fixture.repository])
            #expect(clean.code == 0, "\(clean.output)")
        }
    }

    // MARK: - Health

    @Test("A change that breaks the broker goes back, and says so")
    func breaksBroker() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let fixture = try ready(broker: broker.port)
            #expect(fixture.wait(20) { fixture.health?.brokers.first?.isConnected == true })
            fixture.site("new", broker: MosquittoBroker.freePort())
            let result = try fixture.push(fixture.order(health: 3), through: fixture.local())
            #expect(result.outcome == .revertedHealthy, "\(result.sentence)")
            #expect(result.sentence.contains("broker field was connected before and is not now"), "\(result.sentence)")
            fixture.expectSound("after a broken broker", runs: 1)
            #expect(fixture.wait(20) { fixture.health?.brokers.first?.isConnected == true })
            #expect(fixture.wait(10) { fixture.board.history.last?.event == .reverted })
        }
    }

    @Test("A broker that was down before is no reason to go back")
    func brokerDownBefore() async throws {
        try await onThread {
            let fixture = try ready(broker: MosquittoBroker.freePort())
            let result = try fixture.push(fixture.order(), through: fixture.local())
            #expect(result.outcome == .confirmed, "\(result.sentence)")
        }
    }

    @Test("A device that spoke before and is not heard any more takes the change back")
    func silentDevice() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let fixture = BoardFixture()
            func site(_ name: String, topic: String) {
                fixture.site(name, broker: broker.port)
                let text = fixture.text("repo/west/site.toml")
                fixture.folder.write(
                    "repo/west/site.toml", text.replacingOccurrences(of: "topic = \"in/0\"", with: "topic = \"\(topic)\"\ninterval = \"1 s\""))
            }
            site("old", topic: "in/0")
            try fixture.adopt()
            let publisher = RestartedDaemon(
                "/bin/sh",
                ["-c", "while sleep 0.3; do mosquitto_pub -p \(broker.port) -t in/0 -q 1 -m '{\"v\":1}' || exit; done"], output: "/dev/null",
                environment: [:])
            defer { publisher.end() }
            #expect(fixture.wait(20) { fixture.health?.reporting == ["d0"] }, "\(fixture.log)")
            site("new", topic: "in/zero")
            let result = try fixture.push(fixture.order(health: 4), through: fixture.local())
            #expect(result.outcome == .revertedHealthy, "\(result.sentence)")
            #expect(result.sentence.contains("1 of 1 devices that spoke before were not heard since, first d0"), "\(result.sentence)")
            site("better", topic: "in/0")
            #expect(try fixture.push(fixture.order(health: 10), through: fixture.local()).outcome == .confirmed)
        }
    }

    @Test("A daemon that is killed while the change waits to be confirmed: taken back")
    func crashesEarly() async throws {
        try await onThread {
            let fixture = try ready()
            var connector = fixture.local()
            connector.onConnect = { connection, isFresh in
                // Before the confirmation is said.
                if isFresh { fixture.daemon?.signal(SIGKILL); fixture.wait(10) { fixture.board.store.transaction?.phase != .waiting } }
            }
            let result = try fixture.push(fixture.order(), through: connector)
            #expect(result.outcome == .revertedHealthy, "\(result.sentence)")
            #expect(result.sentence.contains("the daemon has restarted since the change"), "\(result.sentence)")
            fixture.expectSound("after an early crash", runs: 1)
        }
    }

    @Test("A daemon that crashes again and again in probation: the last good generation comes back")
    func crashLoop() async throws {
        try await onThread {
            let fixture = try ready()
            let result = try fixture.push(fixture.order(probation: 60), through: fixture.local())
            #expect(result.outcome == .confirmed, "\(result.sentence)")
            func seen() -> Int { fixture.text("board/guard.log").components(separatedBy: "the daemon has restarted, ").count }
            for _ in 0..<30 where fixture.board.store.transaction?.phase == .probation {
                let before = (instance: fixture.health?.instance, seen: seen())
                fixture.daemon?.signal(SIGKILL)
                #expect(fixture.wait(20) { fixture.health.map { $0.instance != before.instance } ?? false })
                // The guard looks every few seconds; one that it could not tell from the first start is not counted.
                fixture.wait(4) { seen() > before.seen || fixture.board.store.transaction?.phase != .probation }
            }
            #expect(fixture.waitForEnd() == .reverted)
            #expect(fixture.board.store.transaction?.cause == "the daemon restarted 3 times in probation")
            fixture.expectSound("after a crash loop", runs: 1)
        }
    }

    @Test("No generation is healthy: 4, and the former one is in place")
    func stranded() async throws {
        try await onThread {
            let fixture = try ready()
            var connector = fixture.local()
            connector.onConnect = { connection, _ in
                connection.onMessage = { if $0 == "armed" { fixture.stopDaemon() } }
            }
            let result = try fixture.push(fixture.order(health: 1, confirm: 2), through: connector)
            #expect(result.outcome == .revertedUnhealthy, "\(result.sentence)")
            #expect(result.runs == 1 && result.sentence.contains("not healthy either"), "\(result.sentence)")
            #expect(fixture.board.store.current == 1)
            try fixture.startDaemon()
            fixture.expectSound("after being stranded", runs: 1)
        }
    }

    @Test("Changes reach the platform as documents of their own, those made while no gateway ran too")
    func audited() async throws {
        try await onThread {
            let place = TestFolder()
            let broker = try MosquittoBroker(folder: place.path)
            let collector = MessageCollector(port: broker.port, clientID: "platform", filters: ["platform/alerts"])
            #expect(collector.ready())
            let fixture = BoardFixture()
            let platform = "[platform]\nurl = \"mqtt://127.0.0.1:\(broker.port)\"\nalert_topic = \"platform/alerts\"\n"
            fixture.site("old", more: platform)
            try fixture.adopt()
            fixture.site("new", more: platform)
            #expect(try fixture.push(fixture.order(), through: fixture.local()).outcome == .confirmed)
            var types: [String] = []
            fixture.wait(20) {
                collector.collect(milliseconds: 100)
                types = collector.messages.compactMap { JSONValue($0.payload)?["type"].text }
                // At least once: what was on its way when the site was loaded anew comes again.
                types = types.enumerated().filter { !types[..<$0.offset].contains($0.element) }.map(\.element)
                return types.count >= 3
            }
            #expect(types == ["cn.bamai.audit.adopt", "cn.bamai.audit.push", "cn.bamai.audit.confirm"])
            let shown = try fixture.run(["alerts", "--site", fixture.repository])
            #expect(shown.output.contains("generation 2 was confirmed and is on probation (li@desk)"), "\(shown.output)")
        }
    }

    // MARK: - Confirming

    @Test("Confirmed twice is once; too early, with another token, and after the revert are told apart")
    func confirmations() async throws {
        try await onThread {
            let fixture = try ready()
            let order = fixture.order(health: 10, confirm: 4)
            func confirm(_ token: String) throws -> (code: Int32, output: String) {
                try fixture.run(["confirm", ".", token, "--root", fixture.root])
            }
            #expect(try confirm("2-00").code == 5, "there is no change yet")
            let first = try fixture.local().connect(isFresh: false)
            try first.send("begin") { $0.member("by", "li") }
            _ = try first.receive()
            let site = try fixture.collection()
            let manifest = try #require(
                Manifest(site.contents, site: site.site, revision: site.configuration.revision, created: 1, by: "li", source: ""))
            func arm(_ nonce: String) throws {
                try first.send("stage", payload: manifest.files.flatMap { site.contents[$0.path]! }) { json in
                    json.key("manifest")
                    json.raw(manifest.json.dropLast())
                }
                #expect(try first.receive().name == "staged")
                try first.send("verify") { $0.member("generation", 2) }
                #expect(try first.receive().name == "verified")
                try first.send("arm") { json in
                    json.member("generation", 2)
                    json.member("nonce", nonce)
                    json.member("health_ms", order.patience.health / 1_000_000)
                    json.member("confirm_ms", order.patience.confirm / 1_000_000)
                    json.member("probation_ms", 2000)
                }
                #expect(try first.receive().name == "armed")
            }
            try arm("00000000aaaaaaaa")
            #expect(fixture.wait(20) { fixture.board.store.transaction?.phase == .waiting })
            #expect(try confirm("2-bbbbbbbb").output.contains("the token is not that of the change"))
            // Nobody confirms: it goes back, and then it is too late.
            #expect(fixture.waitForEnd() == .reverted)
            let late = try confirm("2-00000000aaaaaaaa")
            #expect(late.code == 3 && late.output.contains("Too late: the board has gone back, generation 1 runs"), "\(late.output)")
            fixture.expectSound("after nobody confirmed", runs: 1)
            while try first.receive().message["change"]["phase"].text != "reverted" {}
            #expect(fixture.wait(10) { !fixture.board.isGuarded })
            try arm("00000000cccccccc")
            #expect(fixture.wait(20) { fixture.board.store.transaction?.phase == .waiting })
            // Late, and once more.
            usleep(2_000_000)
            #expect(try confirm("2-00000000cccccccc").code == 0)
            #expect(try confirm("2-00000000cccccccc").code == 0)
            #expect(fixture.waitForEnd() == .kept)
            #expect(try confirm("2-00000000cccccccc").code == 0, "also after the probation")
            fixture.expectSound("after a late confirmation", runs: 2)
        }
    }

    @Test("A push in a probation ends it; a rollback goes the same way, and back to a number")
    func supersedeAndRollBack() async throws {
        try await onThread {
            let fixture = try ready()
            #expect(try fixture.push(fixture.order(), through: fixture.local()).outcome == .confirmed)
            fixture.site("third")
            #expect(try fixture.push(fixture.order(), through: fixture.local()).outcome == .confirmed)
            fixture.expectSound("after a second push", runs: 3)
            #expect(fixture.board.history.filter { $0.event == .kept }.map(\.generation) == [2])
            let back = Push(fixture.order(), through: fixture.local()).rollBack(to: nil)
            #expect(back.outcome == .confirmed && back.runs == 2, "\(back.sentence)")
            fixture.expectSound("after a rollback", runs: 2)
            #expect(Push(fixture.order(), through: fixture.local()).rollBack(to: 9).outcome == .refused)
            let first = Push(fixture.order(probation: 1), through: fixture.local()).rollBack(to: 1)
            #expect(first.outcome == .confirmed, "\(first.sentence)")
            fixture.expectSound("after a rollback to the first", runs: 1)
            let history = try fixture.run(["history", ".", "--root", fixture.root])
            #expect(history.code == 0 && history.output.contains("→ 1 ") && history.output.contains("li@desk"), "\(history.output)")
            let diff = try fixture.run(["diff", fixture.repository, ".", "--root", fixture.root])
            #expect(diff.code == 1 && diff.output.contains("- name = \"old\"") && diff.output.contains("+ name = \"third\""), "\(diff.output)")
            #expect(fixture.waitForEnd() == .kept)
        }
    }
}
