import ArgumentParser
import Lifeline
import Score
import Street

struct ScoreStreet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "street",
        abstract: "The whole diagnosis on a simulated district whose truth is known.",
        discussion: """
            More than two hundred assets of all classes, judged by the profile's rules
            as a gateway would: what was found and how soon, false alarms per asset and
            year, alarms a day for one operator. Faults, weather, crews and broken
            devices come from the seed. Seeds 1 to 99 are for tuning rules; what is
            reported comes from seeds from 1001 on, that nothing was tuned on.

            examples: bamai score street
                      bamai score street --first-seed 7 --days 400 --rules --missed
            exit codes: 0 scored, 1 the profile cannot be used.
            """)

    @Option(help: "How many seeds are run.")
    var seeds = 1

    @Option(help: "The first of them.")
    var firstSeed: UInt64 = MunicipalOptions.firstTestSeed

    @Option(help: "Simulated days of each seed.")
    var days = 1096

    @Option(help: "Days at the beginning in which nothing is counted.")
    var learning = 30

    @Option(help: "One in so many of the district's assets, for a quick look.")
    var divisor = 1

    @Option(help: "The profile whose rules judge.")
    var profile = "lifeline-cn"

    @Option(help: ArgumentHelp("The folder of profiles.", valueName: "folder"), completion: .directory)
    var profiles = "firmware-config/profiles"

    @Flag(help: "Every rule: alarms, true, false, and false per asset-year of the district.")
    var rules = false

    @Option(help: "How many of the noisiest rules and points are listed.")
    var top = 10

    @Flag(help: "List the faults that nothing was said of.")
    var missed = false

    @Flag(help: "Print every alarm that reaches a person, as it comes.")
    var alarms = false

    @Flag(help: "One JSON object instead of tables.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(seeds) else { throw ValidationError("--seeds is 1 to 1000") }
        guard firstSeed <= .max - 1000 else { throw ValidationError("--first-seed is too large") }
        guard (2...7305).contains(days) else { throw ValidationError("--days is 2 to 7305") }
        guard (0..<days).contains(learning) else { throw ValidationError("--learning is 0 to less than --days") }
        guard (0...10_000).contains(top) else { throw ValidationError("--top is 0 to 10000") }
        guard (1...64).contains(divisor) else { throw ValidationError("--divisor is 1 to 64") }
    }

    func run() throws {
        var tally = MunicipalTally()
        var ranking: [RankingQuality] = []
        var readings = 0
        var assets = 0
        for seed in firstSeed..<(firstSeed + UInt64(seeds)) {
            do throws(DistrictProblem) {
                let options = MunicipalOptions(seed: seed, days: days, divisor: divisor)
                let run = try DistrictRun(options, profile: profile, profiles: profiles, learning: learning) { alert, day in
                    guard alarms, alert.kind == .raised || alert.kind == .escalated, day >= learning else { return }
                    Output.line("day \(day)  \(alert.rule.id)  \(alert.sensor)  \(alert.sentence.english)")
                }
                tally.add(run.tally)
                ranking += run.ranking
                readings += run.readings
                assets = run.assets
            } catch {
                for line in error.lines { Terminal.error(line) }
                throw ExitCode(1)
            }
        }
        if json { return ScoreStreet.write(tally, ranking) }
        Output.line(
            "\(Terminal.plural(assets, "asset")), \(Terminal.count(Int64(readings))) readings, "
                + "\(ScoreOutput.fixed(tally.totalAssetYears, 0)) asset-years counted; \(seedWords)\n")
        ScoreStreet.print(tally, top)
        if !ranking.isEmpty {
            let auc = ranking.map(\.auc).reduce(0, +) / Double(ranking.count)
            let top = ranking.map(\.shareOfSickInTopTenth).reduce(0, +) / Double(ranking.count)
            Output.line(
                "\nsick-running index, asked \(ranking.count) times: AUC \(ScoreOutput.fixed(auc, 3)), "
                    + "\(ScoreOutput.percent(top)) of the sick in the top tenth")
        }
        if rules { ScoreStreet.printRules(tally) }
        if missed {
            Output.line("\nmissed")
            for line in tally.missed { Output.line("  " + line) }
        }
    }

    private var seedWords: String {
        let last = firstSeed + UInt64(seeds) - 1
        let span = seeds == 1 ? "seed \(firstSeed)" : "seeds \(firstSeed) to \(last)"
        if MunicipalOptions.tuningSeeds.contains(firstSeed) { return "\(span), which rules may be tuned on" }
        return firstSeed >= MunicipalOptions.firstTestSeed ? "\(span), which nothing was tuned on" : span
    }

    // MARK: - Tables

    private static func print(_ tally: MunicipalTally, _ top: Int) {
        var table = ScoreTable([
            "", "faults", "found", "median delay", "90 % within", "false", "false/asset-year", "of broken devices", "with crews", "alarms/day",
        ])
        for assetClass in AssetClass.allCases {
            guard let years = tally.assetYears[assetClass] else { continue }
            table.add(row(assetClass.rawValue, tally.classes[assetClass] ?? MunicipalCount.none, years, tally.days))
        }
        table.add(row("all assets", tally.total, tally.totalAssetYears, tally.days))
        table.add(row("devices", tally.devices, tally.totalAssetYears, tally.days))
        table.print()
        Output.line(
            "\nalarms for one operator: \(ScoreOutput.fixed(tally.alarmsPerDay, 2)) a day, \(tally.mostInADay) on the worst\n")
        var kinds = ScoreTable(["kind", "faults", "found", "median delay", "90 % within"])
        for kind in MunicipalFaultKind.allCases {
            guard let count = tally.kinds[kind] else { continue }
            kinds.add([kind.rawValue, "\(count.faults)", share(count), delay(count.medianDelay), delay(count.ninthDelay)])
        }
        kinds.print()
        Output.line("\nthe noisiest rules and points, by false alarms")
        for (name, count) in tally.rules.sorted(by: { ($1.value.falseAlarms, $0.key) < ($0.value.falseAlarms, $1.key) }).prefix(top)
        where count.falseAlarms > 0 {
            Output.line("  \(Terminal.padLeft("\(count.falseAlarms)", 7))  \(name)")
        }
        for (name, count) in tally.points.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(top) {
            Output.line("  \(Terminal.padLeft("\(count)", 7))  \(name)")
        }
    }

    private static func row(_ name: String, _ count: MunicipalCount, _ years: Double, _ days: Double) -> [String] {
        [
            name, "\(count.faults)", share(count), delay(count.medianDelay), delay(count.ninthDelay), "\(count.falseAlarms)",
            years > 0 ? ScoreOutput.fixed(Double(count.falseAlarms) / years, 3) : "–", "\(count.falseByDevice)", "\(count.duringVisits)",
            days > 0 ? ScoreOutput.fixed(Double(count.alarms) / days, 2) : "–",
        ]
    }

    private static func printRules(_ tally: MunicipalTally) {
        Output.line("")
        var table = ScoreTable([
            "rule", "alarms", "true", "faults", "aftermath", "with crews", "false", "of broken devices", "of outages", "false/asset-year",
        ])
        for (name, count) in tally.rules.sorted(by: { $0.key < $1.key }) {
            table.add([
                name, "\(count.alarms)", "\(count.trueAlarms)", "\(count.faultsTouched)", "\(count.aftermath)", "\(count.duringVisits)",
                "\(count.falseAlarms)", "\(count.falseByDevice)", "\(count.falseByOutage)",
                ScoreOutput.fixed(Double(count.falseAlarms) / max(tally.totalAssetYears, 1e-9), 4),
            ])
        }
        table.print()
    }

    private static func share(_ count: MunicipalCount) -> String { count.detectionRate.map { ScoreOutput.percent($0) } ?? "–" }

    private static func delay(_ seconds: Double?) -> String { seconds.map { Terminal.duration(Int64($0)) } ?? "–" }

    // MARK: - JSON

    private static func write(_ tally: MunicipalTally, _ ranking: [RankingQuality]) {
        var writer = JSONWriter(reserving: 4096)
        writer.beginObject()
        write(tally.total, tally.totalAssetYears, &writer)
        writer.member("alarms_per_day", tally.alarmsPerDay)
        writer.member("most_alarms_in_a_day", tally.mostInADay)
        writer.key("index_auc")
        if ranking.isEmpty { writer.null() } else { writer.value(ranking.map(\.auc).reduce(0, +) / Double(ranking.count)) }
        writer.key("sick_in_top_tenth")
        if ranking.isEmpty { writer.null() } else { writer.value(ranking.map(\.shareOfSickInTopTenth).reduce(0, +) / Double(ranking.count)) }
        writer.member("asset_years", tally.totalAssetYears)
        writer.key("devices")
        writer.beginObject()
        write(tally.devices, tally.totalAssetYears, &writer)
        writer.endObject()
        writer.key("classes")
        writer.beginObject()
        for assetClass in AssetClass.allCases {
            guard let years = tally.assetYears[assetClass] else { continue }
            writer.key(assetClass.rawValue)
            writer.beginObject()
            write(tally.classes[assetClass] ?? MunicipalCount.none, years, &writer)
            writer.endObject()
        }
        writer.endObject()
        writer.key("kinds")
        writer.beginObject()
        for kind in MunicipalFaultKind.allCases {
            guard let count = tally.kinds[kind] else { continue }
            writer.key(kind.rawValue)
            writer.beginObject()
            writer.member("faults", count.faults)
            writer.member("found", count.found)
            if let delay = count.medianDelay { writer.member("median_delay_s", delay) }
            writer.endObject()
        }
        writer.endObject()
        writer.key("rules")
        writer.beginObject()
        for (name, count) in tally.rules.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            writer.beginObject()
            writer.member("alarms", count.alarms)
            writer.member("true", count.trueAlarms)
            writer.member("false", count.falseAlarms)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        Output.line(String(decoding: writer.bytes, as: UTF8.self))
    }

    private static func write(_ count: MunicipalCount, _ years: Double, _ writer: inout JSONWriter) {
        writer.key("detection_rate")
        if let rate = count.detectionRate { writer.value(rate) } else { writer.null() }
        writer.member("false_alarms_per_asset_year", years > 0 ? Double(count.falseAlarms) / years : 0)
        writer.member("faults", count.faults)
        writer.member("found", count.found)
        writer.member("alarms", count.alarms)
        writer.member("false_alarms", count.falseAlarms)
        writer.member("false_alarms_of_broken_devices", count.falseByDevice)
        writer.member("false_alarms_of_outages", count.falseByOutage)
        writer.member("during_visits", count.duringVisits)
        if let delay = count.medianDelay { writer.member("median_delay_s", delay) }
        if let delay = count.ninthDelay { writer.member("p90_delay_s", delay) }
    }
}
