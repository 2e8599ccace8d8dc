import Lifeline

/// The district as MQTT messages in accelerated time: what a device says of one moment is one message, times are squeezed together by the speed.
///
/// The gateway's own delays are real time and do not shrink: a rule that wants an hour gets an hour.
///
/// *Memory*: one simulated day's readings.
package struct MunicipalBroadcast: PlayedStreet {
    private var municipality: Municipality
    /// The wall clock at the first midnight.
    private let start: Timestamp
    /// Simulated seconds a real one.
    private let speed: Double
    private var readings: [MunicipalReading] = []
    private var place = 0

    package let news: [StreetNews]

    /// - Parameter speed: *Range*: 1…100 000, clamped; NaN is 1.
    package init(_ options: MunicipalOptions, speed: Double, start: Timestamp) {
        municipality = Municipality(options)
        let speed = speed.isNaN ? 1 : min(max(speed, 1), 100_000)
        self.speed = speed
        self.start = start
        let layout = municipality.layout
        var news: [StreetNews] = []
        for fault in municipality.truth {
            let words = fault.kind.rawValue.split(separator: "_").joined(separator: " ")
            let asset = layout.assets[fault.asset].id
            news.append(StreetNews(offset: Int64(Double(fault.begins) / speed), asset: asset, words: words, begins: true))
            news.append(StreetNews(offset: Int64(Double(fault.ends) / speed), asset: asset, words: words + " is over", begins: false))
        }
        self.news = news.sorted { ($0.offset, $0.asset) < ($1.offset, $1.asset) }
        refill()
    }

    package var dayLength: Double { 86_400 / speed }

    package var nextDue: Int64 { place < readings.count ? Int64(Double(readings[place].received) / speed) : .max }

    /// What a device says of one moment.
    package mutating func next() -> StreetMessage {
        let first = readings[place]
        let device = municipality.layout.sensors[Int(first.sensor)].device
        var json = JSONWriter(reserving: 160)
        json.beginObject()
        json.member("t", start.advanced(byMicroseconds: Int64(Double(first.observed) / speed)).microseconds / 1000)
        var named: Set<Int32> = []
        let due = nextDue
        // Fields of one message were seen within some milliseconds.
        while place < readings.count, readings[place].observed - first.observed < 10_000, !named.contains(readings[place].sensor) {
            let sensor = municipality.layout.sensors[Int(readings[place].sensor)]
            guard sensor.device == device else { break }
            named.insert(readings[place].sensor)
            json.key(sensor.name)
            json.rounded(readings[place].value)
            place += 1
        }
        json.endObject()
        let topic = "district/\(municipality.layout.devices[device].id)/data"
        if place == readings.count { refill() }
        return StreetMessage(due: due, topic: topic, payload: json.bytes, qos: 1)
    }

    /// A district ends as it stands.
    package mutating func settle() -> [StreetMessage] { [] }

    private mutating func refill() {
        readings = []
        place = 0
        while readings.isEmpty && municipality.daysPassed < municipality.options.days { readings = municipality.nextDay() }
    }
}
