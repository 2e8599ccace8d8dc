import Glibc
import Lifeline
import Site
import Testing

@testable import Diagnosis

/// `Tests/Cases/wording/sentences.txt`: what duty officers read, made from readings with the shipped profile's rules. After a wanted change:
/// `BAMAI_RECORD=1 swift test --filter GoldenWordingTests`, then read it as if it were three in the morning.
@Suite("Sentences of the shipped profile, word for word")
struct GoldenWordingTests {
    static let root: String = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    struct Scene: Sendable {
        var title: String
        var assetClass: AssetClass
        var name: String
        var quantities: [String]
        /// Seconds of interval and cycle, for Pulse.
        var pace: (Double, Double)?
        /// Usual cycles that are fed before the act, by position in the cycle (0 to 1) and number.
        var usual: (@Sendable (Double, Int) -> Double)?
        /// What happens: (sensor, value, seconds after the one before).
        var act: [(Int, Double, Double)]
        var flags: ReadingFlags = []
        var observedAgo = 0.0
        var ticks = 0
    }

    static func day(_ low: Double, _ high: Double, _ noise: Double) -> @Sendable (Double, Int) -> Double {
        { part, index in
            let wave = part < 0.25 ? part * 4 : part < 0.5 ? 1 : part < 0.75 ? (0.75 - part) * 4 : 0
            return low + (high - low) * wave + noise * Double((index * 7919) % 11 - 5) / 5
        }
    }

    static let scenes: [Scene] = [
        Scene(
            title: "cover tilted, alone, then the contact opens, then seated", assetClass: .manholeCover, name: "西路 17 号井",
            quantities: ["tilt", "open"],
            act: [(0, 1.2, 60), (0, 12.4, 60), (0, 12.6, 4), (0, 31.2, 60), (0, 31.3, 4), (1, 1, 10), (1, 1, 4), (0, 1.4, 7200), (0, 1.4, 61)]),
        Scene(title: "cover opened", assetClass: .manholeCover, name: "DL-204", quantities: ["open"], act: [(0, 0, 60), (0, 1, 60), (0, 1, 4)]),
        Scene(
            title: "water in the well", assetClass: .manholeCover, name: "DL-9", quantities: ["water_level"],
            act: [(0, 0.02, 300), (0, 0.1, 300), (0, 0.22, 300), (0, 0.41, 300), (0, 0.55, 300), (0, 0.62, 300), (0, 1.1, 300), (0, 1.15, 300)]),
        Scene(
            title: "methane, backfilled", assetClass: .drainagePipe, name: "W-3", quantities: ["ch4"],
            act: [(0, 0.1, 600), (0, 1.24, 600), (0, 2.8, 600), (0, 2.9, 600)], flags: .late, observedAgo: 7200),
        Scene(
            title: "gas pressure falls", assetClass: .gasPipe, name: "中压 A-12", quantities: ["pressure"], pace: (900, 86_400),
            usual: day(0.28, 0.32, 0.002),
            act: Array(repeating: (0, 0.21, 900), count: 6)),
        Scene(
            title: "low pressure at the end of the network", assetClass: .waterPipe, name: "WP-3", quantities: ["pressure"],
            act: [(0, 0.182, 300), (0, 0.171, 300), (0, 0.158, 300), (0, 0.1399, 300), (0, 0.137, 60), (0, 0.21, 900), (0, 0.21, 301)]),
        Scene(title: "negative pressure", assetClass: .waterPipe, name: "WP-4", quantities: ["pressure"], act: [(0, 0.2, 60), (0, -0.012, 60)]),
        Scene(
            title: "a burst", assetClass: .waterPipe, name: "WP-5", quantities: ["pressure"], pace: (900, 86_400), usual: day(0.3, 0.36, 0.003),
            act: Array(repeating: (0, 0.22, 900), count: 4) + Array(repeating: (0, 0.33, 900), count: 12)),
        Scene(
            title: "night flow", assetClass: .waterPipe, name: "DMA-2", quantities: ["flow"], pace: (900, 86_400), usual: day(20, 80, 1.5),
            act: Array(repeating: (0, 75, 900), count: 10)),
        Scene(
            title: "a leak that the nights show", assetClass: .waterPipe, name: "DMA-3", quantities: ["flow"], pace: (900, 86_400),
            usual: day(20, 80, 1.5),
            act: (0..<480).map { (0, day(20, 80, 1.5)(Double($0 % 96) / 96, $0) + 6, 900) }),
        Scene(
            title: "people may be shut in", assetClass: .lift, name: "2 号楼 4 梯", quantities: ["passenger", "door_zone", "door_status", "car_status"],
            act: [(1, 0, 5), (2, 0, 1), (3, 1, 1), (0, 1, 1), (3, 0, 30), (0, 1, 31)]),
        Scene(
            title: "the car moves by itself", assetClass: .lift, name: "2 号楼 5 梯", quantities: ["lift_fault"], act: [(0, 0, 30), (0, 5, 30)]),
        Scene(
            title: "dry running", assetClass: .pumpStation, name: "金水花园", quantities: ["inlet_pressure", "running"],
            act: [(0, 0.21, 60), (1, 1, 60), (0, 0.012, 60), (0, 0.01, 31)]),
        Scene(
            title: "chlorine", assetClass: .waterPipe, name: "Q-1", quantities: ["chlorine"], act: [(0, 0.3, 900), (0, 0.03, 900), (0, 0.04, 900)]),
        Scene(
            title: "heat overpressure", assetClass: .heatPipe, name: "R-7", quantities: ["pressure"],
            act: [(0, 1.2, 60), (0, 1.63, 60), (0, 1.66, 30)]),
        Scene(title: "wet heat trench", assetClass: .heatPipe, name: "R-8", quantities: ["immersion"], act: [(0, 0, 60), (0, 1, 60), (0, 1, 61)]),
        Scene(
            title: "drainage level", assetClass: .drainagePipe, name: "PS-21", quantities: ["water_level"], pace: (900, 86_400),
            usual: day(0.4, 0.9, 0.02),
            act: (1...8).map { (0, 0.5 + 0.35 * Double($0), 900) }),
        Scene(
            title: "drainage freeboard", assetClass: .drainagePipe, name: "PS-22", quantities: ["freeboard"],
            act: [(0, 1.4, 300), (0, 0.9, 300), (0, 0.45, 300), (0, 0.44, 61), (0, 0.18, 300), (0, 0.18, 61)]),
        Scene(
            title: "short-cycling pump", assetClass: .pumpStation, name: "金水花园", quantities: ["starts_per_hour"], act: [(0, 4, 3600), (0, 14, 3600)]),
        Scene(
            title: "flooded pump room", assetClass: .pumpStation, name: "金水花园", quantities: ["immersion"], act: [(0, 0, 60), (0, 1, 60), (0, 1, 31)]),
        Scene(
            title: "bridge crack", assetClass: .bridge, name: "北环桥 3 跨", quantities: ["crack_width"],
            act: [(0, 0.22, 3600), (0, 0.25, 3600), (0, 0.27, 3600), (0, 0.27, 3600)]),
        Scene(
            title: "tunnel ponding", assetClass: .tunnel, name: "中州隧道", quantities: ["ponding"],
            act: [(0, 0, 60), (0, 0.08, 60), (0, 0.17, 60), (0, 0.31, 61)]),
        Scene(title: "entrapment", assetClass: .lift, name: "2 号楼 1 梯", quantities: ["entrapment"], act: [(0, 0, 30), (0, 1, 30)]),
        Scene(
            title: "lift fault code", assetClass: .lift, name: "2 号楼 2 梯", quantities: ["fault_code"],
            act: [(0, 0, 30), (0, 4, 30), (0, 4, 11), (0, 0, 600), (0, 0, 301)]),
        Scene(
            title: "lift doors wear", assetClass: .lift, name: "2 号楼 3 梯", quantities: ["door_close_time"], pace: (600, 86_400),
            usual: day(3.1, 3.3, 0.05),
            act: Array(repeating: (0, 4.6, 600), count: 6)),
        Scene(
            title: "road ponding", assetClass: .roadDevice, name: "文化路下穿", quantities: ["ponding"],
            act: [(0, 0.02, 300), (0, 0.16, 300), (0, 0.18, 61), (0, 0.29, 300), (0, 0.3, 61), (0, 0.2, 300), (0, 0.2, 601)]),
        Scene(title: "battery", assetClass: .other, name: "W-11", quantities: ["battery"], act: [(0, 22, 86_400), (0, 19, 86_400), (0, 19, 3601)]),
        Scene(
            title: "impossible", assetClass: .waterPipe, name: "WP-6", quantities: ["pressure"], act: [(0, 0.3, 60), (0, 65_535, 60)],
            flags: .outOfRange),
        Scene(title: "silence, and its end", assetClass: .bridge, name: "北环桥", quantities: ["strain"], act: [(0, 153, 60)], ticks: 4400),
        Scene(title: "tamper", assetClass: .roadDevice, name: "L-3", quantities: ["tamper"], act: [(0, 0, 60), (0, 1, 60), (0, 1, 11)]),
        Scene(
            title: "the gateway's clock", assetClass: .gateway, name: "gw7", quantities: ["clock_unsynchronised"],
            act: [(0, 0, 60), (0, 1, 60), (0, 1, 1801)]),
        Scene(title: "the gateway's store", assetClass: .gateway, name: "gw7", quantities: ["storage_refused"], act: [(0, 725, 60)]),
    ]

    static func alerts(_ scene: Scene, _ profile: Profile) throws -> [Alert] {
        let quantities = try scene.quantities.map { name in try #require(profile.quantities.first { $0.name == name }, "\(name)") }
        let asset = Asset(id: "A-1", assetClass: scene.assetClass, name: scene.name, address: scene.assetClass == .gateway ? "" : "西路与文化街交叉口东北角")
        let sensors = quantities.map {
            Sensor(id: "A-1/\($0.name)", asset: 0, device: 0, quantity: $0, interval: scene.pace?.0, cycle: scene.pace?.1)
        }
        let plan = SitePlan(
            gateway: "gw7", utcOffsetSeconds: 28_800, assets: [asset], devices: [Device(id: "d1", topic: "d1", fields: [])], sensors: sensors,
            rules: profile.rules, derivations: profile.derivations)
        var feeder = Feeder(plan)
        feeder.now = Timestamp(unixSeconds: 1_767_204_000)  // 2026-01-01 02:00 local.
        if let usual = scene.usual, let pace = scene.pace {
            feeder.now = feeder.now.advanced(byMicroseconds: Int64(-21 * 86_400) * 1_000_000)
            for index in 0..<Int(21 * pace.1 / pace.0) {
                feeder.feed(usual((Double(index) * pace.0 / pace.1).truncatingRemainder(dividingBy: 1), index), after: pace.0)
            }
            feeder.alerts.removeAll()
        }
        for (index, step) in scene.act.enumerated() {
            let flags = scene.flags == .outOfRange && index == 0 ? [] : scene.flags
            feeder.feed(step.1, sensor: step.0, after: step.2, observedAgo: scene.observedAgo, flags: flags)
        }
        for _ in 0..<scene.ticks { feeder.tick(after: 60) }
        if scene.ticks > 0, let last = scene.act.last { feeder.feed(last.1, after: 60) }
        return feeder.alerts
    }

    static func text() throws -> String {
        let profile = try #require(loadProfile(at: root + "/firmware-config/profiles/lifeline-cn.toml", from: .disk).value)
        var text = ""
        for scene in scenes {
            text += "# \(scene.title)\n"
            for alert in try alerts(scene, profile) {
                text += "\(alert.rule.id) \(alert.kind.rawValue)\n"
                text += "  \(alert.headline.chinese)\n  \(alert.sentence.chinese)\n  \(alert.headline.english)\n  \(alert.sentence.english)\n"
            }
            text += "\n"
        }
        return text
    }

    @Test("The sentences are the recorded ones")
    func golden() throws {
        let text = try GoldenWordingTests.text()
        let path = GoldenWordingTests.root + "/Tests/Cases/wording/sentences.txt"
        if getenv("BAMAI_RECORD") != nil, let file = fopen(path, "w") {
            fputs(text, file)
            fclose(file)
        }
        guard case .bytes(let recorded) = SiteSources.disk.read(path) else {
            Issue.record("\(path) cannot be read")
            return
        }
        #expect(text == String(decoding: recorded, as: UTF8.self), "run the test with BAMAI_RECORD=1 to record it anew")
    }

    @Test("Every asset class speaks, no punctuation is doubled, no number has more digits than people read")
    func form() throws {
        let profile = try #require(loadProfile(at: GoldenWordingTests.root + "/firmware-config/profiles/lifeline-cn.toml", from: .disk).value)
        var count = 0
        var kinds: Set<String> = []
        for scene in GoldenWordingTests.scenes {
            let alerts = try GoldenWordingTests.alerts(scene, profile)
            #expect(!alerts.isEmpty, "\(scene.title)")
            for alert in alerts {
                count += 1
                kinds.insert(alert.kind.rawValue)
                for text in [alert.sentence.chinese, alert.sentence.english, alert.headline.chinese, alert.headline.english] {
                    for bad in ["。。", "，，", "，。", "。，", "；。", "..", ".,", ",.", "  ", "：。", ": .", "（）", "()", " nan", " inf", "–", ",疑"] {
                        #expect(!text.contains(bad), "\(bad) in \(text)")
                    }
                    let digits = text.split { !"0123456789.".contains($0) }.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }
                    #expect(digits.allSatisfy { $0 <= 5 }, "\(text)")
                }
                #expect(alert.sentence.chinese.hasSuffix("。") && alert.sentence.english.hasSuffix("."), "\(alert.sentence)")
                #expect(alert.headline.chinese.count <= 160 && alert.headline.english.count <= 160)
            }
        }
        #expect(count >= 40)
        #expect(kinds == ["raised", "escalated", "eased", "cleared"])
        #expect(Set(GoldenWordingTests.scenes.map(\.assetClass)) == Set(AssetClass.allCases))
    }
}
