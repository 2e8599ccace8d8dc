import Lifeline

/// How many of what stand in the district, and where.
///
/// Our own choice: the proportions of an inner-city district's first programme of sensing devices: covers first, then the water network.
enum MunicipalRoster {
    static func build(_ layout: inout MunicipalLayout, _ options: MunicipalOptions) -> [any MunicipalModel] {
        func count(_ whole: Int) -> Int { max(1, whole / options.divisor) }
        let seed = options.seed
        var models: [any MunicipalModel] = []
        for index in 0..<count(60) { models.append(ManholeModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(6) { models.append(WaterZoneModel(&layout, number: index + 1, points: options.divisor > 8 ? 3 : 8, seed: seed)) }
        for index in 0..<count(10) { models.append(GasModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(16) { models.append(HeatModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(16) { models.append(DrainageModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(12) { models.append(PumpStationModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(8) { models.append(StructureModel(&layout, .bridge, number: index + 1, seed: seed)) }
        for index in 0..<count(4) { models.append(StructureModel(&layout, .tunnel, number: index + 1, seed: seed)) }
        for index in 0..<count(24) { models.append(LiftModel(&layout, number: index + 1, seed: seed)) }
        for index in 0..<count(16) { models.append(RoadModel(&layout, number: index + 1, seed: seed)) }
        return models
    }

    /// `WP-03`.
    static func name(_ prefix: String, _ number: Int) -> String { prefix + "-" + CivilTime.pad(number, 2) }
}
