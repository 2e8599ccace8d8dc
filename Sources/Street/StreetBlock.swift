/// One copy of the street: its surroundings and its devices.
struct StreetBlock: Sendable {
    private var around: Surroundings
    private var sources: [any StreetSource]

    init(copy: Int, around: Surroundings, seed: UInt64) {
        let (day, scenario) = (around.day, around.scenario)
        self.around = around
        sources = []
        for cover in StreetLayout.covers {
            sources.append(CoverTilt(cover, copy: copy, day: day, scenario: scenario, seed: seed))
            sources.append(CoverContact(cover, copy: copy, day: day, scenario: scenario, seed: seed))
        }
        for pipe in StreetLayout.pipes { sources.append(PipeLogger(pipe, copy: copy, day: day, seed: seed)) }
        for lift in StreetLayout.lifts { sources.append(LiftMonitor(lift, copy: copy, day: day, seed: seed)) }
        sources.append(PumpRoom(copy: copy, day: day, seed: seed))
    }

    var count: Int { sources.count }

    func due(_ source: Int) -> Int64 { sources[source].due }

    mutating func settle() -> [StreetMessage] { sources.indices.compactMap { sources[$0].settle(&around) } }

    mutating func speak(_ source: Int) -> StreetMessage { sources[source].speak(&around) }
}
