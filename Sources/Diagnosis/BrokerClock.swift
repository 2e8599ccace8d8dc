import Lifeline

/// How long one broker has been connected, in listening time, from what the gateway has journalled of itself.
struct BrokerClock: Equatable {
    /// *Units*: microseconds.
    var connected: Int64 = 0
    var isDown = false
}

extension Diagnosis {
    /// Time passes for the gateway, and for the brokers that it hears.
    mutating func advance(to received: Timestamp) {
        let before = clock.elapsed
        clock.advance(to: received)
        let passed = clock.elapsed &- before
        for index in brokers.indices where !brokers[index].isDown { brokers[index].connected &+= passed }
    }

    /// *Units*: seconds for which a device was not heard while its broker was connected.
    func quiet(device: Int) -> Double { Double(brokers[plan.devices[device].broker].connected &- deviceHeard[device]) / 1e6 }

    /// What a reading says of a broker, where it is about one.
    mutating func noteBroker(_ sensor: Int, _ value: Double) {
        guard let broker = links.broker(ofSensor: sensor) else { return }
        brokers[broker].isDown = value < 0.5
    }
}
