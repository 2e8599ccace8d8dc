/// Runs every track of the anomaly core on numbers that need no C library, and digests all that it says and remembers.
///
/// Compiled with the core's own sources for two processors; the digests must be equal to the last bit.

private struct Digest {
    var value: UInt64 = 14_695_981_039_346_656_037

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 1_099_511_628_211
        value ^= value >> 29
    }

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { add(UInt64(byte)) }
    }
}

private struct Luck {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 11
    }

    mutating func uniform() -> Double { Double(next() & 0xffff_ffff) / 4_294_967_296 }

    /// A bell from four uniforms: nothing of a mathematics library in it.
    mutating func bell() -> Double { uniform() + uniform() + uniform() + uniform() - 2 }
}

@_cdecl("pulse_digest") public func pulseDigest() -> UInt64 {
    var digest = Digest()
    var luck = Luck(state: 42)
    series(&digest, &luck)
    group(&digest, &luck)
    counts(&digest, &luck)
    return digest.value
}

private func series(_ digest: inout Digest, _ luck: inout Luck) {
    var bank = PulseBank()
    let rhythms: [(interval: Double, cycle: Double)] = [(60, 86_400), (300, 86_400), (900, 86_400), (3600, 86_400), (0.5, 40), (1800, 604_800)]
    for rhythm in rhythms { _ = bank.add(SeriesSettings(interval: rhythm.interval, cycle: rhythm.cycle)) }
    for step in 0..<120_000 {
        for slot in rhythms.indices {
            let time = Double(step) * rhythms[slot].interval
            let turns = time / rhythms[slot].cycle
            let phase = turns - Double(Int64(turns))
            var value = 10 + 24 * phase * (1 - phase) + 0.3 * luck.bell()
            if luck.next() % 5000 == 0 { value += 20 * luck.bell() }
            if step % 20_000 > 17_000 { value += 3 }
            let verdict = bank.observe(slot, time: time, value: value)
            digest.add(UInt64(verdict.score.bitPattern))
            digest.add(verdict.expected.bitPattern)
            digest.add(verdict.low.bitPattern)
            digest.add(verdict.since.bitPattern)
            digest.add(UInt64(verdict.feature.rawValue))
            digest.add(UInt64(verdict.falseAlarmsPerYear.bitPattern))
        }
    }
    for slot in rhythms.indices { digest.add(bank.snapshotSeries(slot)) }
}

private func group(_ digest: inout Digest, _ luck: inout Luck) {
    var bank = GroupBank()
    _ = bank.add(GroupSettings(channels: 6, interval: 1))
    for step in 0..<30_000 {
        let load = luck.bell()
        var row: [Double] = []
        for channel in 0..<6 { row.append(Double(channel) * load + luck.bell() + (step > 20_000 && channel == 2 ? 3 : 0)) }
        let verdict = bank.observe(0, time: Double(step), values: row)
        digest.add(UInt64(verdict.statistic.bitPattern))
        digest.add(verdict.expected.bitPattern)
    }
    digest.add(bank.snapshotGroup(0))
}

private func counts(_ digest: inout Digest, _ luck: inout Luck) {
    var bank = CountBank()
    _ = bank.add(CountSettings(interval: 3600))
    for step in 0..<30_000 {
        let verdict = bank.observe(0, time: Double(step) * 3600, events: Double(luck.next() % 4 / 2 + (step > 20_000 ? 3 : 0)))
        digest.add(UInt64(verdict.score.bitPattern))
        digest.add(verdict.expected.bitPattern)
    }
    digest.add(bank.snapshotSeries(0))
}
