import Lifeline

/// Alerts with everything in them.
enum AlertSamples {
    static let start = Timestamp(unixSeconds: 1_767_323_045)

    /// A lift's doors; a location that CAP's circle may say unless told otherwise.
    static func full(kind: AlertKind = .escalated, system: Location.System = .wgs84, utcOffsetSeconds: Int = 28_800) -> Alert {
        let rule = Rule(
            id: "lift.door_wear", origin: "lifeline-cn@3", kind: .pulse, direction: .up, levels: [LevelLimit(level: .yellow, limit: 5)],
            confirmedBy: "lift.current", category: "Infra", event: BilingualText(chinese: "关门时间变长", english: "Doors close more slowly"),
            advice: BilingualText(chinese: "请维保单位检查门机皮带。", english: "Have the belt checked."))
        let quantity = Quantity(
            name: "door_close_time", unit: Unit.named("s")!, range: 0...120, chinese: "关门时间", english: "door closing time")
        let window = (0..<24).map {
            EvidencePoint(observed: start.advanced(byMicroseconds: Int64($0 - 24) * 600_000_000), value: 3.1 + 0.05 * Double($0))
        }
        let history = EvidenceHistory(
            start: start.advanced(byMicroseconds: -86_400_000_000), step: 3_600_000_000, low: (0..<24).map { $0 == 7 ? nil : 3 + Float($0) / 100 },
            high: (0..<24).map { $0 == 7 ? nil : 3.5 + Float($0) / 100 }, expectedLow: (0..<24).map { _ in 2.9 },
            expectedHigh: (0..<24).map { _ in 3.6 })
        var evidence = Evidence(
            seen: 4.25, limit: 5, expected: 3.25, expectedLow: 2.9, expectedHigh: 3.6, score: 9.25, feature: "level shift", worst: 4.5,
            confirmedBy: "lift.current", window: window, history: history)
        evidence.circumstances = [BilingualText(chinese: "轿厢运行状态静止", english: "car status standing")]
        return Alert(
            id: "gw7-000001842-5f0c2b9a", kind: kind, episode: "ep-gw7-000001840-a1b2c3d4", gateway: "gw7",
            asset: Asset(
                id: "LIFT-2", assetClass: .lift, name: "2 号楼 1 梯", address: "西路 17 号 <2 号楼> & 门厅",
                location: Location(latitude: 34.7512, longitude: 113.6294, system: system)),
            sensor: "LIFT-2/door_close_time", quantity: quantity, rule: rule, level: .orange, certainty: .likely,
            onset: start.advanced(byMicroseconds: -1_800_000_000), occurred: start, recorded: start.advanced(byMicroseconds: 2_000_000),
            sequence: 1842,
            isLate: true, evidence: evidence,
            sentence: BilingualText(chinese: "电梯 2 号楼 1 梯：关门时间变长（由黄色升级为橙色）。", english: "Lift 2 号楼 1 梯: doors close more slowly."),
            headline: BilingualText(chinese: "电梯 2 号楼 1 梯：关门时间变长", english: "Lift 2 号楼 1 梯: doors close more slowly"),
            references: kind == .raised
                ? []
                : [AlertReference(id: "gw7-000001840-00000001", recorded: start), AlertReference(id: "gw7-000001841-00000002", recorded: start)],
            index: index)
    }

    /// A lift of sixteen years whose doors wear.
    private static var index: IndexSummary {
        func text(_ chinese: String, _ english: String) -> BilingualText { BilingualText(chinese: chinese, english: english) }
        return IndexSummary(
            value: 43, highest: 61, verdict: .control, coverage: 0.82,
            lines: [
                IndexLine(
                    rule: "lift.door_wear", term: .live, words: text("实时证据", "live evidence"), points: 20, maximum: 40, isKnown: true,
                    inputs: text("权重 0.5，可信度 1", "weight 0.5, confidence 1"), source: text("自定", "our own choice")),
                IndexLine(
                    rule: "index.age", term: .age, words: text("年限", "age"), points: 16.2, maximum: 20, isKnown: true,
                    inputs: text("16 年，设计年限 15 年", "16 years of 15"), source: text("自定", "our own choice")),
            ],
            marks: [
                IndexMark(
                    id: "over_age", verdict: .control, words: text("超设计年限", "past its design life"), source: text("国家标准", "national standard"))
            ], origin: "lifeline-cn@3")
    }

    /// Names and texts as long as a site file allows, all of a character that JSON needs six bytes for; ids as long as they may be.
    static func worst(_ filler: Character = "\u{1}") -> Alert {
        var alert = full()
        func text(_ count: Int) -> String { String(repeating: filler, count: count) }
        func id(_ count: Int) -> String { String(repeating: "x", count: count) }
        alert.gateway = id(32)
        alert.id = id(32) + "-18446744073709551615-ffffffff"
        alert.episode = "ep-" + alert.id
        alert.references = [AlertReference(id: alert.id, recorded: start), AlertReference(id: alert.id, recorded: start)]
        alert.asset = Asset(
            id: id(64), assetClass: .manholeCover, name: text(200), address: text(200),
            location: Location(latitude: -89.123456789012345, longitude: -179.12345678901234, system: .gcj02))
        alert.sensor = id(64) + "/" + id(129)
        alert.rule.id = id(64)
        alert.rule.origin = id(64) + "@1000000"
        alert.rule.event = BilingualText(chinese: text(60), english: text(60))
        alert.rule.advice = BilingualText(chinese: text(400), english: text(400))
        alert.quantity.name = id(64)
        alert.headline = BilingualText(chinese: text(300), english: text(300))
        alert.sentence = BilingualText(chinese: text(1500), english: text(1500))
        alert.sequence = .max
        let number = -1.23456e-300
        alert.evidence.window = (0..<24).map { EvidencePoint(observed: start.advanced(byMicroseconds: Int64($0) * 2_147_483_647_000), value: number) }
        alert.evidence.history?.low = Array(repeating: Float(-1.23456e-30), count: 24)
        alert.evidence.history?.high = Array(repeating: Float(-1.23456e-30), count: 24)
        alert.evidence.history?.expectedLow = Array(repeating: Float(-1.23456e-30), count: 24)
        alert.evidence.history?.expectedHigh = Array(repeating: Float(-1.23456e-30), count: 24)
        (alert.evidence.seen, alert.evidence.limit, alert.evidence.worst) = (number, number, number)
        (alert.evidence.expected, alert.evidence.expectedLow, alert.evidence.expectedHigh, alert.evidence.score) = (number, number, number, number)
        alert.evidence.confirmedBy = id(64)
        alert.evidence.circumstances = Array(repeating: BilingualText(chinese: text(200), english: text(200)), count: Rule.guardLimit)
        let long = BilingualText(chinese: text(120), english: text(120))
        let line = IndexLine(rule: id(64), term: .surroundings, words: long, points: 39.9, maximum: 40, isKnown: true, inputs: long, source: long)
        alert.index?.lines = Array(repeating: line, count: IndexSummary.lineLimit)
        alert.index?.marks = Array(repeating: IndexMark(id: id(64), verdict: .immediate, words: long, source: long), count: IndexSummary.lineLimit)
        alert.index?.origin = alert.rule.origin
        return alert
    }
}
