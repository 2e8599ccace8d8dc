import Lifeline

@testable import Desk

/// Documents as gateways make them: through the gateway's own code.
enum EventSamples {
    static let start = Timestamp(unixSeconds: 1_767_323_045)

    static func alert(
        _ number: Int, gateway: String = "gw7", asset: String = "LIFT-2", episode: String = "ep-1", kind: AlertKind = .raised, level: Level = .orange,
        rule id: String = "lift.door_wear", latched: Bool = false, name: String = "2 号楼 1 梯", address: String = "西路 17 号",
        headline: BilingualText? = nil
    ) -> Alert {
        let rule = Rule(
            id: id, origin: "lifeline-cn@4", kind: .pulse, direction: .up, levels: [LevelLimit(level: .yellow, limit: 5)],
            latched: latched, category: "Infra", event: BilingualText(chinese: "关门时间变长", english: "Doors close more slowly"),
            advice: BilingualText(chinese: "请维保单位检查门机皮带。", english: "Have the belt checked."))
        let quantity = Quantity(
            name: "door_close_time", unit: Unit.named("s")!, range: 0...120, chinese: "关门时间", english: "door closing time")
        let at = start.advanced(byMicroseconds: Int64(number) * 60_000_000)
        let window: [EvidencePoint] = (0..<24).map { index in
            let value: Double = index > 19 ? 4.2 : 3.1 + 0.02 * Double(index % 5)
            return EvidencePoint(observed: at.advanced(byMicroseconds: Int64(index - 24) * 600_000_000), value: value)
        }
        let low: [Float?] = (0..<24).map { index in index == 7 ? nil : 3 + Float(index) / 100 }
        let high: [Float?] = low.map { value in value.map { $0 + 0.4 } }
        let history = EvidenceHistory(
            start: at.advanced(byMicroseconds: -86_400_000_000), step: 3_600_000_000, low: low, high: high,
            expectedLow: [Float](repeating: 2.9, count: 24), expectedHigh: [Float](repeating: 3.6, count: 24))
        let evidence = Evidence(
            seen: 4.25, limit: 5, expected: 3.25, expectedLow: 2.9, expectedHigh: 3.6, score: 9.25, feature: "level shift", worst: 4.5,
            window: window, history: history)
        func text(_ chinese: String, _ english: String) -> BilingualText { BilingualText(chinese: chinese, english: english) }
        let index = IndexSummary(
            value: 43, highest: 61, verdict: .control, coverage: 0.82,
            lines: [
                IndexLine(
                    rule: "lift.door_wear", term: .live, words: text("实时证据", "live evidence"), points: 20, maximum: 40, isKnown: true,
                    inputs: text("权重 0.5，可信度 1", "weight 0.5, confidence 1"), source: text("自定", "our own choice")),
                IndexLine(
                    rule: "index.age", term: .age, words: text("年限", "age"), points: 16.2, maximum: 20, isKnown: true,
                    inputs: text("16 年，设计年限 15 年", "16 years of 15"), source: text("自定", "our own choice")),
            ], marks: [IndexMark(id: "over_age", verdict: .control, words: text("超设计年限", "past its design life"), source: text("国家标准", "standard"))],
            origin: "lifeline-cn@4")
        return Alert(
            id: "\(gateway)-\(Alert.padded(UInt64(number)))-5f0c2b9a", kind: kind, episode: episode, gateway: gateway,
            asset: Asset(
                id: asset, assetClass: .lift, name: name, address: address,
                location: Location(latitude: 34.7512 + Double(number % 7) / 1000, longitude: 113.6294 + Double(number % 5) / 1000, system: .wgs84)),
            sensor: "\(asset)/door_close_time", quantity: quantity, rule: rule, level: level, certainty: .likely,
            onset: start, occurred: at, recorded: at.advanced(byMicroseconds: 2_000_000), sequence: UInt64(number), isLate: false, evidence: evidence,
            sentence: BilingualText(
                chinese: "电梯 \(name)：关门时间变长（橙色）。关门时间 4.25 s，通常 2.9 s 到 3.6 s。",
                english: "Lift \(name): doors close more slowly (orange). Closing takes 4.25 s, usually 2.9 s to 3.6 s."),
            headline: headline ?? BilingualText(chinese: "电梯 \(name)：关门时间变长", english: "Lift \(name): doors close more slowly"), index: index)
    }

    static func document(_ alert: Alert) -> [UInt8] { alert.cloudEvent(utcOffsetSeconds: 28_800) }
    static func event(_ alert: Alert) throws(EventRefusal) -> IncomingEvent { try IncomingEvent(document(alert)) }
}
