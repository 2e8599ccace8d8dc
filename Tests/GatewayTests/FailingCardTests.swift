import Foundation
import GatewayTesting
import Glibc
import Journal
import MQTT
import Testing

/// A real daemon on a real ext4 that is full, read-only, taken out, or not there yet.
@Suite(
    "The daemon on a card that fails", .serialized,
    .enabled(if: Card.isPossible, "SKIPPED, LOUDLY: mounting a file system needs root and loop devices"))
struct FailingCardTests {
    private func running() throws -> (ProcessFixture, Card, MosquittoBroker) {
        let fixture = ProcessFixture()
        let card = try Card(fixture.folder)
        fixture.journalPath = card.path + "/journal.db"
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1))
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        return (fixture, card, broker)
    }

    private func status(_ fixture: ProcessFixture) -> [String: Any]? { DaemonTests.ask(fixture, "status") }

    private func storage(_ fixture: ProcessFixture) -> String? { (status(fixture)?["journal"] as? [String: Any])?["state"] as? String }

    /// Publishes numbered messages, a few at a time, until `isEnough` says so; returns how many.
    private func publish(_ publisher: MQTTPublisherSlowly, _ fixture: ProcessFixture, seconds: Double, until isEnough: () -> Bool) throws -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if isEnough() { return true }
            try publisher.next()
            usleep(20_000)
        }
        return isEnough()
    }

    /// Everything published is in the journal, once and in order.
    private func expectWhole(_ fixture: ProcessFixture, _ publisher: MQTTPublisherSlowly) throws {
        try publisher.finish()
        #expect(fixture.wait(seconds: 40) { try fixture.readings()["A0/value"]?.last?.value == Double(publisher.count - 1) }, "\(fixture.log)")
        let values = try fixture.readings()["A0/value"]?.map { Int($0.value) } ?? []
        let missing = Set(0..<publisher.count).subtracting(values).sorted()
        #expect(values == Array(0..<publisher.count), "of \(publisher.count): missing \(missing.prefix(9)), \(values.count) held; \(fixture.log)")
    }

    @Test("A card that the kernel has set read-only: the sources pause; with the card back in, the journal is opened anew and nothing is missing")
    func readOnly() throws {
        let (fixture, card, broker) = try running()
        let publisher = try MQTTPublisherSlowly(broker.port)
        for _ in 0..<20 { try publisher.next() }
        #expect(fixture.wait(seconds: 10) { try fixture.lastSequence() >= 20 })
        try card.abort()
        #expect(try publish(publisher, fixture, seconds: 20) { storage(fixture) == "medium" }, "\(fixture.log)")
        let report = status(fixture)
        #expect(((report?["brokers"] as? [[String: Any]])?.first?["state"] as? String) == "paused")
        #expect((report?["problems"] as? [[String: Any]])?.contains { $0["subject"] as? String == "journal" } == true)
        for _ in 0..<20 { try publisher.next() }
        try card.remove()
        // The kernel lets go of the old file system when the daemon has closed its journal; until then the same card comes back as it was.
        try #require(fixture.wait(seconds: 20) { try card.insertWritable() }, "\(fixture.log)")
        #expect(try publish(publisher, fixture, seconds: 40) { storage(fixture) == "ok" }, "\(fixture.log)")
        try expectWhole(fixture, publisher)
        #expect(fixture.stop() == 0)
    }

    @Test("A full card is a state: the reserve is given up, the oldest readings go, and it goes on")
    func full() throws {
        let (fixture, card, broker) = try running()
        // The file never gets all of a partition, whatever the site says.
        let most = (status(fixture)?["journal"] as? [String: Any])?["max_bytes"] as? Int ?? .max
        #expect(most < 8 << 20)
        #expect((status(fixture)?["problems"] as? [[String: Any]])?.contains { ($0["text"] as? String)?.contains("partition") == true } == true)
        let publisher = try MQTTPublisherSlowly(broker.port)
        for _ in 0..<20 { try publisher.next() }
        card.fill()
        #expect(try publish(publisher, fixture, seconds: 60) { fixture.log.contains("refused a commit") || storage(fixture) != "ok" })
        card.free()
        #expect(try publish(publisher, fixture, seconds: 40) { storage(fixture) == "ok" }, "\(fixture.log)")
        try expectWhole(fixture, publisher)
        #expect(fixture.stop() == 0)
    }

    @Test("A journal that cannot be opened yet is waited for, and status says so")
    func notYet() throws {
        let fixture = ProcessFixture()
        let card = try Card(fixture.folder)
        fixture.journalPath = card.path + "/journal.db"
        try card.remove()
        try card.insert(readOnly: true)
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1))
        try fixture.start()
        #expect(fixture.wait(seconds: 10) { status(fixture)?["state"] as? String == "waiting for its journal" }, "\(fixture.log)")
        #expect((status(fixture)?["problems"] as? [[String: Any]])?.first?["subject"] as? String == "journal")
        try card.remove()
        try card.insert()
        #expect(fixture.wait(seconds: 15) { status(fixture)?["state"] as? String == "running" }, "\(fixture.log)")
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let publisher = try MQTTPublisherSlowly(broker.port)
        for _ in 0..<5 { try publisher.next() }
        try expectWhole(fixture, publisher)
        #expect(fixture.stop() == 0)
    }
}

/// Numbered messages to `in/0`.
final class MQTTPublisherSlowly {
    private let publisher: MQTTPublisher
    private(set) var count: Int

    init(_ port: UInt16, from first: Int = 0) throws {
        publisher = try ProcessFixture.publisher(port)
        count = first
    }

    func next() throws {
        try publisher.publish("in/0", Array("{\"v\":\(count)}".utf8))
        count += 1
    }

    func finish() throws { try publisher.finish() }
}

/// An ext4 file system of 16 MiB in a file, mounted; gone with its owner.
final class Card {
    let path: String
    private let image: String

    init(_ folder: TestFolder) throws {
        path = folder.file("card")
        image = folder.file("card.img")
        mkdir(path, 0o755)
        try Card.run("truncate", "-s", "16M", image)
        try Card.run("mkfs.ext4", "-q", image)
        try insert()
    }

    /// Puts the card in.
    func insert(readOnly: Bool = false) throws { try Card.run("mount", "-o", readOnly ? "loop,ro" : "loop", image, path) }

    /// Puts the card in and tells whether it can be written; if not, it is out again.
    func insertWritable() throws -> Bool {
        try insert()
        let descriptor = open(path + "/probe", O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        if descriptor >= 0 && write(descriptor, "probe", 5) == 5 && fsync(descriptor) == 0 { return true }
        try remove()
        return false
    }

    /// Takes the card out under the hands of whoever has files open on it.
    func remove() throws { try Card.run("umount", "-l", path) }

    /// What the kernel does when it has met an error on the card: from now on nothing can be written.
    func abort() throws { try Card.run("mount", "-o", "remount,abort", path) }

    /// Leaves no room.
    func fill() {
        let descriptor = open(path + "/filler", O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        for size in [65_536, 4096, 1] {
            let block = [UInt8](repeating: 7, count: size)
            while write(descriptor, block, size) > 0 {}
        }
        fsync(descriptor)
    }

    func free() { unlink(path + "/filler") }

    deinit { try? remove() }

    static func run(_ words: String...) throws {
        let child = try ChildProcess("/usr/bin/env", words)
        guard child.wait() == 0 else { throw ChildProcessFailure(text: words.joined(separator: " ")) }
    }

    /// Whether this machine lets us mount one: root, and loop devices.
    static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        return (try? Card(TestFolder())) != nil
    }()
}
