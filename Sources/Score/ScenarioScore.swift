import Pulse

/// One thing that was said about one channel.
package struct SaidAlarm: Sendable {
    /// *Units*: seconds, on the recording's clock.
    package let time: Double
    package let score: Float
    package let channel: Int
    package let feature: Feature
}

/// What was said about one recording at any limit.
package struct ScenarioRun: Sendable {
    package let name: String
    package let events: [LabelledRecording.Event]
    package let interval: Double
    package let cycle: Double
    package let channelNames: [String]
    package var channelCount: Int { channelNames.count }
    /// *Units*: seconds between first and last row.
    package let duration: Double
    package private(set) var alarms: [SaidAlarm]
    let start: Double

    /// Judges a channel of counts, row by row.
    private static func counted(_ recording: LabelledRecording, _ channel: Int) -> [SaidAlarm] {
        var bank = CountBank()
        let slot = bank.add(CountSettings(interval: recording.interval))
        var alarms: [SaidAlarm] = []
        for (row, value) in recording.channels[channel].enumerated() where !value.isNaN {
            let verdict = bank.observe(slot, time: recording.times[row], events: value)
            guard verdict.score > 0 else { continue }
            alarms.append(
                SaidAlarm(time: recording.times[row], score: verdict.score, channel: channel, feature: .level))
        }
        return alarms
    }

    /// The event that an alarm finds; nil when it finds none.
    package func event(found alarm: SaidAlarm) -> LabelledRecording.Event? { events.first { finds(alarm, $0) } }

    /// Whether an alarm lies in an event or so soon behind one that it is not counted as false.
    package func isExcused(_ alarm: SaidAlarm) -> Bool { events.contains { alarm.time >= $0.from && alarm.time <= $0.to + cycle } }

    /// Whether an alarm lies between an event's beginning and its end, and two intervals more: silence shows only when it is over.
    package func finds(_ alarm: SaidAlarm, _ event: LabelledRecording.Event) -> Bool {
        alarm.time >= event.from && alarm.time <= event.to + 2 * interval
    }

    /// The same recording, with one alarm per channel at even distances and nothing else. *Units*: seconds.
    func metronome(every period: Double) -> ScenarioRun {
        var blind = self
        var alarms: [SaidAlarm] = []
        for channel in 0..<channelCount {
            // The channels take turns, as if each were switched on at another time.
            let offset = period * (Double(channel) + 0.5) / Double(channelCount)
            for time in stride(from: start + offset, to: start + duration, by: period) {
                alarms.append(SaidAlarm(time: time, score: 1, channel: channel, feature: .none))
            }
        }
        blind.alarms = alarms.sorted { $0.time < $1.time }
        return blind
    }

    init(
        name: String, events: [LabelledRecording.Event], interval: Double, cycle: Double, channelNames: [String], start: Double, duration: Double,
        alarms: [SaidAlarm]
    ) {
        self.name = name
        self.events = events
        self.interval = interval
        self.cycle = cycle
        self.channelNames = channelNames
        self.start = start
        self.duration = duration
        self.alarms = alarms.sorted { $0.time < $1.time }
    }

    /// Judges every channel of a recording as the gateway would: row by row, missing fields as no reading at all.
    package init(_ recording: LabelledRecording, tuning: Tuning = Tuning()) {
        var bank = PulseBank(tuning: tuning)
        var alarms: [SaidAlarm] = []
        for channel in recording.countChannels.sorted() { alarms += ScenarioRun.counted(recording, channel) }
        for (channel, values) in recording.channels.enumerated() where !recording.countChannels.contains(channel) {
            let slot = bank.add(SeriesSettings(interval: recording.interval, cycle: recording.cycle))
            for (row, value) in values.enumerated() where !value.isNaN {
                let verdict = bank.observe(slot, time: recording.times[row], value: value)
                guard verdict.score > 0 else { continue }
                alarms.append(
                    SaidAlarm(
                        time: recording.times[row], score: verdict.score, channel: channel, feature: verdict.feature))
            }
        }
        self.init(
            name: recording.name, events: recording.events, interval: recording.interval, cycle: recording.cycle,
            channelNames: recording.channelNames,
            start: recording.times.first ?? 0, duration: max(0, (recording.times.last ?? 0) - (recording.times.first ?? 0)), alarms: alarms)
    }
}

/// What events of one kind came to.
package struct KindTally: Sendable {
    package let kind: String
    package var events = 0
    package var found = 0
    package var foundInTime = 0
    /// *Units*: seconds from the event's beginning to the first alarm, of those found.
    package var delays: [Double] = []
}

/// Detection, delay and false alarms of many recordings at one limit.
///
/// An event is found when any channel of its recording speaks between its beginning and its end (and two intervals more: silence shows only when it is over).
/// An alarm outside every event is false; for one cycle after an event nothing is counted, because the return to normal is a change too. False alarms are
/// counted per channel and year outside the events, warm-up included, as the owner of a sensor would count them.
package struct ScenarioTally: Sendable {
    package let limit: Float
    /// *Units*: seconds. Found later than this is found, but not in time.
    package let patience: Double
    /// *Units*: cycles at the beginning of each recording in which nothing is counted: the product says that it is learning.
    package let learning: Double
    package private(set) var kinds: [KindTally] = []
    package private(set) var falseAlarms = 0
    /// Channels times time outside the events. *Units*: years.
    package private(set) var quietYears = 0.0

    /// - Parameter patience: *units*: seconds.
    package init(_ runs: [ScenarioRun], limit: Float, patience: Double, learning: Double = 0) {
        self.learning = learning
        self.limit = limit
        self.patience = patience
        for run in runs { add(run) }
        kinds.sort { $0.kind < $1.kind }
    }

    private mutating func add(_ run: ScenarioRun) {
        let begin = run.start + learning * run.cycle
        let alarms = run.alarms.filter { $0.score >= limit && $0.time >= begin }
        var excused = min(run.duration, learning * run.cycle)
        for event in run.events where event.from >= begin {
            excused += event.to - event.from + run.cycle
            let index = kinds.firstIndex { $0.kind == event.kind } ?? kinds.count
            if index == kinds.count { kinds.append(KindTally(kind: event.kind)) }
            kinds[index].events += 1
            guard let first = alarms.first(where: { run.finds($0, event) }) else { continue }
            kinds[index].found += 1
            kinds[index].delays.append(first.time - event.from)
            if first.time - event.from <= patience { kinds[index].foundInTime += 1 }
        }
        falseAlarms += alarms.count { !run.isExcused($0) }
        quietYears += max(0, run.duration - excused) * Double(run.channelCount) / (365.25 * 86_400)
    }

    package var eventCount: Int { kinds.reduce(0) { $0 + $1.events } }
    package var foundCount: Int { kinds.reduce(0) { $0 + $1.found } }
    /// The share of events that were found; 1 when there are none.
    package var detectionRate: Double { eventCount == 0 ? 1 : Double(foundCount) / Double(eventCount) }
    package var inTimeRate: Double { eventCount == 0 ? 1 : Double(kinds.reduce(0) { $0 + $1.foundInTime }) / Double(eventCount) }
    package var falseAlarmsPerYear: Double { quietYears > 0 ? Double(falseAlarms) / quietYears : 0 }
    /// *Units*: seconds; nil when nothing was found.
    package var medianDelay: Double? { ScenarioTally.median(kinds.flatMap(\.delays)) }

    /// Never looks at the data: so many alarms a year from every channel, evenly spaced.
    package static func metronome(_ runs: [ScenarioRun], falseAlarmsPerYear rate: Double, patience: Double, learning: Double = 0) -> ScenarioTally {
        ScenarioTally(runs.map { $0.metronome(every: 365.25 * 86_400 / rate) }, limit: 0, patience: patience, learning: learning)
    }

    /// The middle one, the lower of two; nil of none.
    package static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
    }

    /// The lowest limit at which the recordings have at most so many false alarms per channel and year: what these very recordings allow, in hindsight.
    package static func limit(_ runs: [ScenarioRun], falseAlarmsPerYear rate: Double, learning: Double = 0) -> Float {
        let scores = Set(runs.flatMap { $0.alarms.map(\.score) }).sorted()
        var (low, high) = (0, scores.count)
        while low < high {
            let middle = (low + high) / 2
            if ScenarioTally(runs, limit: scores[middle], patience: 0, learning: learning).falseAlarmsPerYear <= rate {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low < scores.count ? scores[low] : (scores.last ?? 0).nextUp
    }
}
