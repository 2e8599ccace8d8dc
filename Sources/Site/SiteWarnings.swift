import Lifeline

/// What is valid and yet probably not meant.
struct SiteWarnings {
    let plan: SitePlan
    let assets: IDRegister
    let siteRules: [RuleEntry]
    let file: TableReader
    let log: FindingLog

    func check() {
        let plan = self.plan.includingDerived
        if plan.sensors.isEmpty { log.warning("no sensor: this site watches nothing", at: file.here) }
        var watched = [Bool](repeating: false, count: plan.assets.count)
        for sensor in plan.sensors where watched.indices.contains(sensor.asset) { watched[sensor.asset] = true }
        for (asset, isWatched) in zip(plan.assets, watched) where !isWatched {
            if let spot = assets.place(of: asset.id) { log.warning("asset \(Wording.quote(asset.id)) has no device: nothing watches it", at: spot) }
        }
        for entry in siteRules {
            guard let rule = entry.rule else { continue }
            let heard = plan.sensors.filter { plan.assets.indices.contains($0.asset) && rule.applies(to: $0, of: plan.assets[$0.asset]) }
            if heard.isEmpty {
                log.warning("rule \(Wording.quote(rule.id)) applies to no sensor of this site", at: entry.spot)
            } else if rule.kind == .pulse, heard.allSatisfy({ $0.cycle == nil }) {
                log.warning(
                    "rule \(Wording.quote(rule.id)) is about Pulse, but none of its sensors has a cycle, so Pulse judges none of them", at: entry.spot
                )
            }
        }
    }
}
