/// What goes wrong, and when: one cover, one lift, one pipe, within five days.
struct Scenario: Sendable {
    let day: StreetDay
    let injections: [StreetInjection]

    private static let coverOpens = 1.3
    private static let coverCloses = 3.175
    private static let wearBegins = 1.6
    private static let wearRepaired = 4.6
    private static let burstBegins = 2.6
    private static let burstRepaired = 4.1
    /// Days from the first sign of wear to its worst.
    private static let wearGrows = 1.7
    /// How much longer the worn door takes.
    private static let wearWorst = 0.6

    init(day: StreetDay, isHealthy: Bool) {
        self.day = day
        injections =
            isHealthy
            ? []
            : [
                StreetInjection(
                    kind: .coverOpened, asset: "MH-13", begins: day.offset(ofDay: Scenario.coverOpens), ends: day.offset(ofDay: Scenario.coverCloses),
                    rules: ["cover.open", "cover.tilt"], neighbours: [], beginning: "cover lifted", ending: "cover closed"),
                StreetInjection(
                    kind: .doorWear, asset: "LF-01", begins: day.offset(ofDay: Scenario.wearBegins), ends: day.offset(ofDay: Scenario.wearRepaired),
                    rules: ["lift.door_wear"], neighbours: [], beginning: "door begins to wear", ending: "door repaired"),
                StreetInjection(
                    kind: .pipeBurst, asset: "WP-03", begins: day.offset(ofDay: Scenario.burstBegins),
                    ends: day.offset(ofDay: Scenario.burstRepaired),
                    rules: ["water.burst", "water.flow_up"], neighbours: ["WP-01", "WP-02", "WP-04"], beginning: "burst begins",
                    ending: "burst repaired"),
            ]
    }

    private func injection(_ kind: StreetInjection.Kind, at offset: Int64) -> StreetInjection? {
        injections.first { $0.kind == kind && $0.isActive(at: offset) }
    }

    /// *Units*: seconds since the cover was lifted; nil while it is in its place.
    func secondsOpen(_ asset: String, at offset: Int64) -> Double? {
        guard let injection = injection(.coverOpened, at: offset), injection.asset == asset else { return nil }
        return Double(offset - injection.begins) / 1e6
    }

    /// By how much a door's closing is longer than when it was new. *Range*: 0…0.6.
    func wear(_ asset: String, at offset: Int64) -> Double {
        guard let injection = injection(.doorWear, at: offset), injection.asset == asset else { return 0 }
        return Scenario.wearWorst * min(1, day.days(at: offset - injection.begins) / Scenario.wearGrows)
    }

    /// The share of a burst that is felt by now. *Range*: 0 (none) …1. The pipe empties within a quarter of an hour, as water does.
    func burst(at offset: Int64) -> Double {
        guard let injection = injection(.pipeBurst, at: offset) else { return 0 }
        return min(1, day.days(at: offset - injection.begins) * 96 + 0.4)
    }
}
