import Decode
import Diagnosis
import Foundation
import Lifeline
import Site
import Street
import Testing

/// The street through the same decoding and judging as in the gateway, without broker, journal and clock.
@Suite("The street, as a gateway sees it")
struct StreetGatewayTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: root.appendingPathComponent(path).path).map { Array($0) }
    }

    static func site(_ file: @escaping (String) -> [UInt8]? = read) throws -> SiteConfiguration {
        switch loadSite(at: "firmware-config/street", read: file) {
        case .valid(let configuration): return configuration
        case .invalid(let findings):
            for finding in findings { Issue.record("\(finding)") }
            throw CancellationError()
        }
    }

    struct Outcome {
        var alerts: [(offset: Int64, alert: Alert)] = []
        var figures = DecodeFigures()
        var active: [ActiveEpisode] = []
        var total = 0
        var never = 0
        var reporting = 0
    }

    static func run(seed: UInt64, seconds: Int64, options: StreetOptions = StreetOptions(), plan: SitePlan) -> Outcome {
        // Each run begins at another time of day, as it would for a user.
        let start = Timestamp(unixSeconds: 1_767_323_045 + Int64(seed % 1000) * 7)
        var street = Street(seed: seed, start: start, options: options)
        var decoder = Decoder(plan: plan)
        var diagnosis = Diagnosis(plan: plan)
        var outcome = Outcome()
        var readings: [DecodedReading] = []
        var alerts: [Alert] = []
        var sequence: Sequence64 = 0
        while street.nextDue < seconds * 1_000_000 {
            let message = street.next()
            let received = start.advanced(byMicroseconds: message.due + 3000)
            if let due = diagnosis.nextDue, due == 0 {
                sequence += 1
                let moment = Reading(series: .tick, observed: received, received: received, value: 0)
                diagnosis.tick(moment, sequence: sequence, into: &alerts)
            }
            readings.removeAll()
            var topic = message.topic
            _ = topic.withUTF8 { topic in
                message.payload.withUnsafeBytes {
                    decoder.decode(broker: 0, topic: UnsafeRawBufferPointer(topic), payload: $0, received: received, into: &readings)
                }
            }
            for reading in readings {
                sequence += 1
                let entry = Reading(
                    series: SeriesID(UInt32(reading.sensor + 1)), observed: reading.observed, received: received, value: reading.value,
                    flags: reading.flags)
                _ = diagnosis.judge(sensor: reading.sensor, entry, sequence: sequence, into: &alerts)
            }
            outcome.alerts += alerts.map { (message.due, $0) }
            alerts.removeAll()
        }
        outcome.figures = decoder.figures
        outcome.active = diagnosis.activeEpisodes()
        let presence = diagnosis.presence()
        (outcome.total, outcome.never, outcome.reporting) = (presence.total, presence.never, presence.reporting)
        return outcome
    }

    @Test("The checked-in site file is the one that the layout makes")
    func siteFile() throws {
        let path = StreetGatewayTests.root.appendingPathComponent("firmware-config/street/site.toml")
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try Data(StreetSite.file().utf8).write(to: path) }
        let file = try String(contentsOf: path, encoding: .utf8)
        #expect(file == StreetSite.file(), "run the test with BAMAI_RECORD=1 to write it anew")
    }

    @Test("Every message is understood, and every sensor speaks")
    func understood() throws {
        let plan = try StreetGatewayTests.site().plan
        let outcome = StreetGatewayTests.run(seed: 5, seconds: 60, plan: plan)
        for (cause, count) in outcome.figures.refusals { #expect(count == 0, "\(cause.rawValue)") }
        #expect(outcome.figures.ignored == 0)
        #expect(outcome.figures.messages > 2000)
        #expect(outcome.never == 0)
        #expect(outcome.reporting == plan.sensors.count)
    }

    @Test("A street of three copies is understood too")
    func understoodCopies() throws {
        let plan = try StreetGatewayTests.site { path in
            path == "firmware-config/street/site.toml" ? Array(StreetSite.file(copies: 3).utf8) : StreetGatewayTests.read(path)
        }.plan
        let outcome = StreetGatewayTests.run(seed: 5, seconds: 30, options: StreetOptions(copies: 3), plan: plan)
        for (cause, count) in outcome.figures.refusals { #expect(count == 0, "\(cause.rawValue)") }
        #expect(outcome.never == 0)
    }

    @Test(
        "What goes wrong is said by the rules of the truth within 120 seconds, and is over by 150", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func found(seed: UInt64) throws {
        let plan = try StreetGatewayTests.site().plan
        let truth = Street(seed: seed, start: StreetTests.start).truth
        let outcome = StreetGatewayTests.run(seed: seed, seconds: 160, plan: plan)
        for injection in truth {
            for rule in injection.rules {
                let of = outcome.alerts.filter { $0.alert.asset.id == injection.asset && $0.alert.rule.id == rule }
                let raised = of.first { $0.alert.kind == .raised && $0.offset >= injection.begins }
                #expect(raised != nil && raised!.offset < min(injection.ends, 120_000_000), "seed \(seed): \(rule) at \(injection.asset)")
                let cleared = of.last
                #expect(cleared?.alert.kind == .cleared && cleared!.offset < 150_000_000, "seed \(seed): \(rule) at \(injection.asset) is not over")
            }
        }
        // Nobody else cries: an alert belongs to an injection's asset, or to one that feels it.
        for (offset, alert) in outcome.alerts where alert.kind == .raised {
            let isTrue = truth.contains {
                ($0.asset == alert.asset.id || $0.neighbours.contains(alert.asset.id)) && offset >= $0.begins && offset < $0.ends + 24_000_000
            }
            #expect(isTrue, "seed \(seed), \(offset / 1000) ms: \(alert.rule.id) \(alert.sensor) \(alert.sentence.english)")
        }
        #expect(outcome.active.isEmpty, "seed \(seed): \(outcome.active.map(\.sensor))")
    }

    @Test("A healthy street is quiet for twenty days", arguments: [11, 12, 13] as [UInt64])
    func quiet(seed: UInt64) throws {
        let plan = try StreetGatewayTests.site().plan
        let outcome = StreetGatewayTests.run(seed: seed, seconds: 480, options: StreetOptions(isHealthy: true), plan: plan)
        for (offset, alert) in outcome.alerts {
            Issue.record("seed \(seed), \(offset / 1000) ms: \(alert.rule.id) \(alert.kind) \(alert.sensor) \(alert.sentence.english)")
        }
        #expect(outcome.alerts.isEmpty)
    }
}
