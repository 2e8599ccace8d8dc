import GatewayTesting
import Lifeline
import Testing

@testable import Site

/// Whatever a file holds, the loader answers: a site, or findings with places that exist.
@Suite struct MutationTests {
    /// The seed of mutation n is this plus n; a failing one prints its own.
    static let firstSeed: UInt64 = 0x5172_0001

    static let shelf: [String: String] = {
        var files: [String: String] = [:]
        for kind in ["profiles", "devices"] {
            for name in Repository.names(in: "Tests/Cases/site/_shared/\(kind)") {
                files["sites/\(kind)/\(name)"] = try? Repository.text("Tests/Cases/site/_shared/\(kind)/\(name)")
            }
        }
        return files
    }()

    @Test func twoThousandMutationsOfTheSampleGiveASiteOrFindings() throws {
        let sample = Array(try Repository.text("firmware-config/sample/site.toml").utf8)
        var files = MutationTests.shelf
        for name in Repository.names(in: "firmware-config/devices") {
            files["sites/devices/\(name)"] = try Repository.text("firmware-config/devices/\(name)")
        }
        files["boards/raspberry-pi-4.toml"] = try Repository.text("boards/raspberry-pi-4.toml")
        files["sites/profiles/lifeline-cn.toml"] = try Repository.text("firmware-config/profiles/lifeline-cn.toml")
        var valid = 0
        for step in 0..<2000 {
            let seed = MutationTests.firstSeed + UInt64(step)
            let bytes = MutationTests.mutated(sample, seed: seed)
            let shelf = files
            let sources = SiteSources(
                read: { path in
                    if path == "sites/sample/site.toml" { return .bytes(bytes) }
                    return shelf[path].map { .bytes(Array($0.utf8)) } ?? .absent
                }, list: { _ in [] })
            MutationTests.check(loadSite(at: "sites/sample/site.toml", from: sources), seed: seed, valid: &valid)
        }
        #expect(valid > 50, "many mutations hit only a comment; \(valid) left a valid site")
    }

    @Test func mutatedProfilesAndTemplatesNeverBreakTheLoader() throws {
        let site = """
            schema = 1
            [site]
            id = "gw7"
            profile = "small"
            [[broker]]
            id = "local"
            url = "mqtt://127.0.0.1"
            [[asset]]
            id = "MH-17"
            class = "manhole_cover"
            [[device]]
            id = "probe-1"
            asset = "MH-17"
            template = "probe"
            """
        var valid = 0
        for step in 0..<1000 {
            let seed = MutationTests.firstSeed + 100_000 + UInt64(step)
            let victim = step % 2 == 0 ? "sites/profiles/small.toml" : "sites/devices/probe.toml"
            let bytes = MutationTests.mutated(Array((MutationTests.shelf[victim] ?? "").utf8), seed: seed)
            let sources = SiteSources(
                read: { path in
                    if path == victim { return .bytes(bytes) }
                    if path == "sites/a/site.toml" { return .bytes(Array(site.utf8)) }
                    return MutationTests.shelf[path].map { .bytes(Array($0.utf8)) } ?? .absent
                }, list: { _ in [] })
            MutationTests.check(loadSite(at: "sites/a/site.toml", from: sources), seed: seed, valid: &valid)
        }
        #expect(valid > 10, "some mutations hit a comment or a text")
    }

    @Test func mutatedBoardsAndLinesNeverBreakTheLoader() throws {
        let site = Array(try Repository.text("Tests/Cases/site/lines/site.toml").utf8)
        let board = Array(try Repository.text("Tests/Cases/site/_shared/boards/bench.toml").utf8)
        let profile = try Repository.text("Tests/Cases/site/_shared/profiles/lines.toml")
        var (valid, withLines) = (0, 0)
        for step in 0..<1000 {
            let seed = MutationTests.firstSeed + 200_000 + UInt64(step)
            let files: [String: [UInt8]] = [
                "sites/a/site.toml": step % 2 == 0 ? site : MutationTests.mutated(site, seed: seed), "sites/profiles/lines.toml": Array(profile.utf8),
                "sites/boards/bench.toml": step % 2 == 0 ? MutationTests.mutated(board, seed: seed) : board,
            ]
            let outcome = loadSite(
                at: "sites/a/site.toml", from: SiteSources(read: { path in files[path].map { .bytes($0) } ?? .absent }, list: { _ in [] }))
            MutationTests.check(outcome, seed: seed, valid: &valid)
            guard let site = outcome.value else { continue }
            withLines += site.lines.isEmpty ? 0 : 1
            let places = Set(site.lines.map { "\($0.place.chip) \($0.place.offset)" })
            let sensors = site.plan.sensors.indices
            let isSound = site.lines.allSatisfy { line in
                switch line.role {
                case .contact(let contact): sensors.contains(contact.sensor) && contact.interval >= .seconds(1)
                case .state(let state): sensors.contains(state.sensor) && state.dwell >= .zero
                case .pulse(let pulse):
                    sensors.contains(pulse.countSensor) && !pulse.meters.isEmpty && pulse.maxHz > 0
                        && pulse.meters.allSatisfy { $0.perPulse > 0 && ($0.wrapsAt ?? .infinity) > $0.perPulse }
                case .output: true
                }
            }
            if !isSound || places.count != site.lines.count { Issue.record("seed \(seed): lines that do not hold together") }
        }
        #expect(valid > 20 && withLines > 20, "\(valid) valid, \(withLines) with lines")
    }

    private static func check(_ outcome: SiteOutcome, seed: UInt64, valid: inout Int) {
        switch outcome {
        case .invalid(let errors):
            #expect(!errors.isEmpty && errors.count <= 101, "seed \(seed)")
            for finding in errors {
                let isSound =
                    finding.line >= 1 && finding.column >= 1 && !finding.message.isEmpty
                    && !finding.message.unicodeScalars.contains { $0.value < 0x20 }
                if !isSound { Issue.record("seed \(seed): \(finding)") }
            }
        case .valid(let site, _):
            valid += 1
            let plan = site.plan
            let indicesHold =
                plan.sensors.allSatisfy { plan.assets.indices.contains($0.asset) && plan.devices.indices.contains($0.device) }
                && plan.devices.allSatisfy { device in
                    // A line of the board has no broker, and says so.
                    let isCarried = site.brokers.indices.contains(device.broker) || (device.topic.isEmpty && device.broker == site.brokers.count)
                    return isCarried && device.fields.allSatisfy { plan.sensors.indices.contains($0.sensor) }
                }
                && plan.rules.allSatisfy { !$0.levels.isEmpty && $0.levels.allSatisfy(\.limit.isFinite) }
            if !indicesHold { Issue.record("seed \(seed): the valid plan does not hold together") }
        }
    }

    /// One to four of: a byte changed, a piece cut, doubled or moved, a line lost, a token of the language put in.
    private static func mutated(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
        let tokens = [
            "[[", "]]", "{", "}", "\"", "\"\"\"", "'", "=", ".", ",", "\n", "#", "nan", "-1", "1e999", "true", "[site]", "\u{0}", "井", "a.b = 1\n",
            "99999999999",
        ]
        var random = SeededGenerator(seed: seed)
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !result.isEmpty else { break }
            let at = Int.random(in: 0..<result.count, using: &random)
            let end = min(result.count, at + Int.random(in: 1...40, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: result[at] = UInt8.random(in: 0...255, using: &random)
            case 1: result.removeSubrange(at..<end)
            case 2: result.insert(contentsOf: result[at..<end], at: at)
            case 3:
                let piece = result[at..<end]
                result.insert(contentsOf: piece, at: Int.random(in: 0...result.count, using: &random))
            case 4:
                let lineEnd = result[at...].firstIndex(of: 10) ?? result.count
                result.removeSubrange(at..<lineEnd)
            default: result.insert(contentsOf: tokens.randomElement(using: &random)!.utf8, at: at)
            }
        }
        return result
    }
}
