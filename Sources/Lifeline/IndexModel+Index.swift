/// The arithmetic of the sick-running index.
extension IndexModel {
    /// The index of an asset; nil where its class has none.
    ///
    /// - Parameters:
    ///   - evidence: what the rules that count say about the asset; nil: nobody was asked, and no live term has data.
    ///   - reds: ids of the rules that are raised red on the asset now (never those about devices).
    ///   - now: the age of dossier and evidence is counted to this moment.
    package func index(of asset: Asset, evidence: [LiveEvidence]?, reds: [String] = [], now: Timestamp) -> ConditionIndex? {
        guard let rules = self.class(asset.assetClass) else { return nil }
        let dossier = asset.dossier ?? Dossier()
        let facts = IndexFacts(dossier: dossier, rules: rules, model: self, now: now)
        var lines: [IndexLine] = []
        var (points, known, whole) = (0.0, 0.0, 0.0)
        for term in terms where rules.terms.contains(term.term) {
            whole += term.points
            if term.term == .live {
                let live = liveLines(term, evidence, now: now)
                lines += live.lines
                points += live.points
                known += term.points * live.coverage
            } else {
                let line = facts.line(term)
                lines.append(line)
                points += line.points
                if line.isKnown { known += term.points }
            }
        }
        let value = Int(min(100, max(0, points)).rounded())
        let coverage = whole > 0 ? known / whole : 0
        let marks = facts.marks(of: asset, reds: reds)
        var verdict = band(Double(value))
        for mark in marks { verdict = max(verdict, mark.verdict ?? .fit) }
        if verdict == .fit && coverage < leastCoverage { verdict = .unknown }
        return ConditionIndex(
            points: points, value: value, highest: max(value, Int(min(100, points + whole - known).rounded())), verdict: verdict, coverage: coverage,
            lines: lines, marks: marks, origin: origin)
    }

    /// *Live evidence*: points·(1 − Π(1 − wᵢ·cᵢ·2^(−t/hᵢ))), shared out among the rules by their strength.
    private func liveLines(
        _ term: IndexTermModel, _ evidence: [LiveEvidence]?, now: Timestamp
    ) -> (lines: [IndexLine], points: Double, coverage: Double) {
        guard let evidence else {
            return ([missing(term, "未向网关询问实时证据", "no gateway was asked for live evidence")], 0, 0)
        }
        let counting = strongest(evidence, now: now)
        guard !counting.isEmpty else {
            return ([missing(term, "没有可用于评分的实时监测", "nothing that is watched here counts")], 0, 0)
        }
        var (rest, sum, heard, all) = (1.0, 0.0, 0.0, 0.0)
        for one in counting {
            all += one.weight.weight
            // What was seen stays seen, also when its sensor has fallen silent since.
            if one.isHeard { heard += one.weight.weight }
            let strength = one.strength(now: now)
            rest *= 1 - strength
            sum += strength
        }
        let points = term.points * (1 - rest)
        let lines = counting.map { one in
            let strength = one.strength(now: now)
            return IndexLine(
                rule: one.rule, term: .live, words: one.event, points: sum > 0 ? points * strength / sum : 0,
                maximum: term.points * one.weight.weight,
                isKnown: one.isHeard, inputs: inputs(of: one, strength, now: now),
                source: BilingualText(chinese: "\(one.origin)，\(term.source.chinese)", english: "\(one.origin), \(term.source.english)"))
        }
        return (lines, points, heard / all)
    }

    /// The evidence that counts: of each group the strongest, which has data as soon as one of the group has.
    private func strongest(_ evidence: [LiveEvidence], now: Timestamp) -> [LiveEvidence] {
        var counting: [LiveEvidence] = []
        for one in evidence where one.weight.weight > 0 {
            guard let group = one.weight.group, let place = counting.firstIndex(where: { $0.weight.group == group }) else {
                counting.append(one)
                continue
            }
            let other = counting[place]
            let (mine, its) = (one.strength(now: now), other.strength(now: now))
            if mine > its || (mine == its && one.isHeard && !other.isHeard) { counting[place] = one }
            counting[place].isHeard = one.isHeard || other.isHeard
        }
        return counting
    }

    private func missing(_ term: IndexTermModel, _ chinese: String, _ english: String) -> IndexLine {
        IndexLine(
            rule: "index.\(term.term.rawValue)", term: term.term, words: term.words, points: 0, maximum: term.points, isKnown: false,
            inputs: BilingualText(chinese: chinese, english: english), source: term.source)
    }

    private func inputs(of one: LiveEvidence, _ strength: Double, now: Timestamp) -> BilingualText {
        let silent = BilingualText(chinese: one.isHeard ? "" : "；传感器无数据", english: one.isHeard ? "" : "; its sensor is absent or silent")
        guard one.confidence > 0 else {
            return one.isHeard
                ? BilingualText(chinese: "未出现", english: "not seen")
                : BilingualText(chinese: "无此传感器或传感器无数据", english: "its sensor is absent or silent")
        }
        let halfLife = JSONWriter.threeDecimals(one.weight.halfLife / 86_400)
        let head = "w \(JSONWriter.threeDecimals(one.weight.weight)), c \(JSONWriter.threeDecimals(one.confidence))"
        guard let ended = one.ended else {
            return BilingualText(chinese: "\(head)，仍在持续\(silent.chinese)", english: "\(head), it lasts\(silent.english)")
        }
        let days = IndexFacts.oneDecimal(max(0, Double(now.microseconds(since: ended)) / 86_400e6))
        return BilingualText(
            chinese: "\(head)，已结束 \(days) 天，半衰期 \(halfLife) 天\(silent.chinese)",
            english: "\(head), over for \(days) d, half-life \(halfLife) d\(silent.english)")
    }
}
