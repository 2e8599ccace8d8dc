import Lifeline

/// What an owner's file says of an asset. It goes with the asset's true frailty, not perfectly: there are old ones that are well, and young ones
/// that are sick.
package struct MunicipalDossier: Equatable, Sendable {
    /// *Units*: years.
    package let age: Double
    package let designLife: Double
    /// A word of the class's usual materials; empty where the class has none.
    package let material: String
    /// *Units*: breaks per kilometre and year; lifts: faults per 1000 trips; others: repairs a year.
    package let history: Double
    package let isBelowStandard: Bool
    package let isBuiltOver: Bool
    package let isInHazardousSurroundings: Bool
    /// The file misleads: alarming though the asset is robust, or harmless though it is frail.
    package let isMisleading: Bool

    /// Three quarters are robust, a fifth is so-so, one in twenty is frail; the mean is 1. Our own choice: a few per cent of a network have most of
    /// its breaks.
    static func frailty(_ luck: inout Luck) -> Double {
        let place = luck.unit()
        return place < 0.75 ? luck.between(0.2, 0.6) : place < 0.95 ? luck.between(1, 2) : luck.between(6, 10)
    }

    init(_ assetClass: AssetClass, frailty: Double, _ luck: inout Luck) {
        let isFrail = frailty >= 1
        // One healthy asset in ten has an alarming file, one frail asset in six a harmless one.
        isMisleading = luck.unit() < (isFrail ? 0.16 : 0.10)
        let looksFrail = isFrail != isMisleading
        let looks = looksFrail ? 0.45 + 0.05 * min(frailty, 8) + 0.15 * luck.normal() : 0.28 + 0.13 * luck.normal()
        let concern = min(max(looks, 0), 1.1)
        let (life, materials) = MunicipalDossier.traits(assetClass)
        designLife = life
        age = (life * (0.15 + 1.15 * concern)).rounded()
        material =
            materials.isEmpty
            ? "" : materials[min(materials.count - 1, Int(min(max(concern + 0.1 * luck.normal(), 0), 0.999) * Double(materials.count)))]
        history = max(0, (0.2 * concern * concern + 0.02 * luck.normal()) * (assetClass == .lift ? 5 : 1))
        isBelowStandard = luck.unit() < 0.05 + 0.5 * concern * concern
        isBuiltOver = luck.unit() < 0.03 + 0.2 * concern * concern
        isInHazardousSurroundings = luck.unit() < 0.04 + 0.25 * concern * concern
    }

    /// Design life and the usual materials, from the best to the worst.
    private static func traits(_ assetClass: AssetClass) -> (Double, [String]) {
        switch assetClass {
        case .waterPipe: (50, ["pe", "ductile_iron", "pvc", "steel", "asbestos_cement", "grey_cast_iron"])
        case .gasPipe: (30, ["pe", "steel", "ductile_iron", "grey_cast_iron"])
        case .heatPipe: (30, ["steel"])
        case .drainagePipe: (50, ["pe", "reinforced_concrete", "plain_concrete"])
        case .bridge, .tunnel: (100, [])
        case .lift: (20, [])
        case .pumpStation: (20, [])
        default: (25, [])
        }
    }
}

extension MunicipalDossier {
    /// The asset's `[asset.dossier]` in a site file; empty for classes that an owner keeps no such file of.
    func table(_ assetClass: AssetClass, year: Int) -> String {
        let isPipe = [.waterPipe, .gasPipe, .heatPipe, .drainagePipe].contains(assetClass)
        guard isPipe || [.lift, .pumpStation, .manholeCover].contains(assetClass) else { return "" }
        var lines = ["[asset.dossier]", "built = \(year - max(1, Int(age)))"]
        if !material.isEmpty { lines.append("material = \"\(MunicipalDossier.profileNames[material] ?? material)\"") }
        if isPipe {
            // Two kilometres of pipe, watched for ten years or since they were laid.
            let span = min(10, max(1, Int(age)))
            let breaks = Int((history * 2 * Double(span)).rounded())
            let years = (0..<breaks).map { "\(year - 1 - $0 % span)" }.joined(separator: ", ")
            lines += ["length_km = 2", "breaks_since = \(year - span)", "breaks = [\(years)]"]
        } else if assetClass == .lift {
            lines += ["faults = \(Int((history * 100).rounded()))", "trips = 100000"]
        }
        lines.append(isBelowStandard ? "standards_not_met = [\"its class's\"]" : "standards_met = [\"its class's\"]")
        if isPipe { lines.append("built_over = \(isBuiltOver)") }
        lines.append("surroundings = [" + (isInHazardousSurroundings ? "\"works nearby\"" : "") + "]")
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// What the shipped profile calls a material.
    private static let profileNames = ["reinforced_concrete": "concrete_reinforced", "plain_concrete": "concrete_unreinforced"]
}
