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

    /// The site, with another text in the place of its own where one is given.
    static func site(_ text: String? = nil) throws -> SiteConfiguration {
        let sources = SiteSources(
            read: { path in
                if let text, path == "firmware-config/street/site.toml" { return .bytes(Array(text.utf8)) }
                return read(path).map { .bytes($0) } ?? .absent
            },
            list: { _ in [] })
        switch loadSite(at: "firmware-config/street/site.toml", from: sources) {
        case .valid(let configuration, let warnings):
            #expect(warnings.isEmpty, "\(warnings)")
            return configuration
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

    static func run(seed: UInt64, seconds: Int64, hasFaults: Bool = true, copies: Int = 1, plan: SitePlan) -> Outcome {
        // Each run begins at another time of day, as it would for a user.
        let start = Timestamp(unixSeconds: 1_767_323_045 + Int64(seed % 1000) * 7)
        var street = Street(StreetOptions(seed: seed, start: start, hasFaults: hasFaults, copies: copies))
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
        let plan = try StreetGatewayTests.site(StreetSite.file(copies: 3)).plan
        let outcome = StreetGatewayTests.run(seed: 5, seconds: 30, copies: 3, plan: plan)
        for (cause, count) in outcome.figures.refusals { #expect(count == 0, "\(cause.rawValue)") }
        #expect(outcome.never == 0)
    }

    @Test(
        "What goes wrong is said by the rules of the truth within 120 seconds, and is over by 150", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func found(seed: UInt64) throws {
        let plan = try StreetGatewayTests.site().plan
        let outcome = StreetGatewayTests.run(seed: seed, seconds: 160, plan: plan)
        for fault in StreetFaults.all {
            let (begins, ends) = (Int64(fault.begins * 24e6), Int64(fault.ends * 24e6))
            for rule in fault.rules {
                let of = outcome.alerts.filter { $0.alert.asset.id == fault.asset && $0.alert.rule.id == rule }
                let raised = of.first { $0.alert.kind == .raised && $0.offset >= begins }
                #expect(raised != nil && raised!.offset < min(ends, 120_000_000), "seed \(seed): \(rule) at \(fault.asset)")
                let cleared = of.last
                #expect(cleared?.alert.kind == .cleared && cleared!.offset < 150_000_000, "seed \(seed): \(rule) at \(fault.asset) is not over")
            }
        }
        // Nobody else cries: an alert is about a fault's asset or one that feels it, and comes while it lasts or in the day after.
        for (offset, alert) in outcome.alerts where alert.kind == .raised {
            let day = Double(offset) / 24e6
            let isTrue = StreetFaults.all.contains {
                ($0.asset == alert.asset.id || $0.neighbours.contains(alert.asset.id)) && day >= $0.begins && day < $0.ends + 1
            }
            #expect(isTrue, "seed \(seed), \(offset / 1000) ms: \(alert.rule.id) \(alert.sensor) \(alert.sentence.english)")
        }
        #expect(outcome.active.isEmpty, "seed \(seed): \(outcome.active.map(\.sensor))")
    }

    @Test("A healthy street is quiet for twenty days", arguments: [11, 12, 13] as [UInt64])
    func quiet(seed: UInt64) throws {
        let plan = try StreetGatewayTests.site().plan
        let outcome = StreetGatewayTests.run(seed: seed, seconds: 480, hasFaults: false, plan: plan)
        for (offset, alert) in outcome.alerts {
            Issue.record("seed \(seed), \(offset / 1000) ms: \(alert.rule.id) \(alert.kind) \(alert.sensor) \(alert.sentence.english)")
        }
        #expect(outcome.alerts.isEmpty)
    }
}
