/// How well an index puts the sick before the healthy.
package struct RankingQuality: Equatable, Sendable {
    /// The share of pairs of a sick and a healthy asset in which the sick one has the higher index; ties count half. *Range*: 0…1; 0.5 is luck.
    package let auc: Double
    /// The share of the sick that stand in the top tenth (rounded up; ties at its edge count by their share of the places).
    package let shareOfSickInTopTenth: Double
    package let sick: Int
    package let healthy: Int

    /// nil where there are no sick or no healthy ones: then there is nothing to rank.
    ///
    /// Values that are NaN are left out. *Complexity*: that of sorting.
    package init?(_ pairs: [(index: Double, isSick: Bool)]) {
        let sorted = pairs.filter { !$0.index.isNaN }.sorted { $0.index < $1.index }
        sick = sorted.count { $0.isSick }
        healthy = sorted.count - sick
        guard sick > 0, healthy > 0 else { return nil }
        // The rank sum of the sick, equal values at their mean rank (Mann and Whitney).
        var ranks = 0.0
        var inTop = 0.0
        let top = (sorted.count + 9) / 10
        var first = 0
        while first < sorted.count {
            var end = first
            while end < sorted.count && sorted[end].index == sorted[first].index { end += 1 }
            let sickHere = sorted[first..<end].count { $0.isSick }
            ranks += Double(sickHere) * (Double(first + end) + 1) / 2
            let places = max(0, end - max(first, sorted.count - top))
            inTop += Double(sickHere) * Double(places) / Double(end - first)
            first = end
        }
        auc = (ranks - Double(sick) * Double(sick + 1) / 2) / (Double(sick) * Double(healthy))
        shareOfSickInTopTenth = inTop / Double(sick)
    }
}

extension Municipality {
    /// How sick each asset truly is at a moment, by asset. *Range*: 0 (healthy) …1. An accident is no sickness, and what is mended is well.
    ///
    /// - Parameter moment: microseconds since the start.
    package func sickness(at moment: Int64) -> [Double] {
        var result = [Double](repeating: 0, count: layout.assets.count)
        for fault in truth where fault.kind.traits.isSickness && fault.isOn(moment) {
            result[fault.asset] = max(result[fault.asset], fault.severity * max(0.2, fault.progress(moment)))
        }
        return result
    }
}
