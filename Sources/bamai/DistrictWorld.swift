import Diagnosis
import Lifeline
import Street

/// What a gateway of the district knows beside readings: registered crews, and its brokers that come and go.
struct DistrictWorld {
    /// One thing that happens. *Units* of the moment: microseconds since the start.
    struct Event {
        enum Kind {
            case crew(asset: String, until: Int64)
            case broker(sensor: Int, isConnected: Bool)
        }

        let moment: Int64
        let kind: Kind

        /// Lets it happen to the diagnosis.
        func happen(_ diagnosis: inout Diagnosis, sequence: Sequence64, start: Timestamp, into alerts: inout [Alert]) {
            let now = start.advanced(byMicroseconds: moment)
            switch kind {
            case .crew(let asset, let until):
                let decision = Decision(
                    .maintain, asset: asset, until: start.advanced(byMicroseconds: until), reason: "registered work", by: "crew", made: now)
                diagnosis.decide(
                    decision, Reading(series: .tick, observed: now, received: now, value: 0), sequence: sequence, into: &alerts)
            case .broker(let sensor, let isConnected):
                _ = diagnosis.judge(
                    sensor: sensor, Reading(series: .tick, observed: now, received: now, value: isConnected ? 1 : 0), sequence: sequence,
                    into: &alerts)
            }
        }
    }

    /// A crew watches the instruments settle before it signs off. *Units*: microseconds.
    private static let settling: Int64 = 3_600_000_000
    /// The gateway looks at its connections once a minute.
    private static let noticed: Int64 = 60_000_000

    private var events: [Event] = []
    private var next = 0

    init(_ municipality: Municipality, plan: SitePlan) {
        for visit in municipality.visits where visit.isRegistered {
            let id = municipality.layout.assets[visit.asset].id
            events.append(Event(moment: visit.begins - 1_000_000, kind: .crew(asset: id, until: visit.ends + DistrictWorld.settling)))
        }
        let prefix = plan.gateway + "/broker_connected."
        let sensors = plan.sensors.indices.filter { plan.sensors[$0].id.hasPrefix(prefix) }
        for sensor in sensors { events.append(Event(moment: 0, kind: .broker(sensor: sensor, isConnected: true))) }
        for outage in municipality.outages where sensors.indices.contains(outage.broker) {
            let sensor = sensors[outage.broker]
            events.append(Event(moment: outage.begins + DistrictWorld.noticed, kind: .broker(sensor: sensor, isConnected: false)))
            events.append(Event(moment: outage.ends + DistrictWorld.noticed, kind: .broker(sensor: sensor, isConnected: true)))
        }
        events.sort { $0.moment < $1.moment }
    }

    /// What happens up to a moment and has not been told yet, in its order.
    mutating func events(until moment: Int64) -> ArraySlice<Event> {
        let first = next
        while next < events.count && events[next].moment <= moment { next += 1 }
        return events[first..<next]
    }
}
