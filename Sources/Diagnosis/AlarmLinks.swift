import Lifeline

/// What alarm hygiene knows of a plan: which conditions explain which, and the gateway's own sensors. Made once.
struct AlarmLinks {
    /// For each rule, the indices of the rules that suppress it.
    private let suppressors: [[Int32]]
    /// The gateway's asset; nil where the plan has none.
    let gatewayAsset: Int?
    /// The first of the sensors about brokers, and their number.
    private let firstBrokerSensor: Int
    private let brokerSensors: Int
    /// The condition on the number of alerts; nil: no rule is about it, and nothing is ever a flood.
    let flood: Int?
    /// The sensor of that condition.
    let rateSensor: Int?

    init(plan: SitePlan, conditionSensor: [Int32], conditionRule: [Int32]) {
        var indices: [String: Int32] = [:]
        for (index, rule) in plan.rules.enumerated() { indices[rule.id] = Int32(index) }
        suppressors = plan.rules.map { rule in rule.suppressedBy.compactMap { indices[$0] } }
        let gateway = plan.assets.indices.last { plan.assets[$0].assetClass == .gateway }
        gatewayAsset = gateway
        guard gateway != nil else {
            (firstBrokerSensor, brokerSensors, flood, rateSensor) = (0, 0, nil, nil)
            return
        }
        let own = plan.gatewaySensors
        // They stand in a row; what is reckoned from others comes behind them.
        let first = plan.sensors.firstIndex { $0.asset == gateway } ?? plan.sensors.count
        firstBrokerSensor = first + (own.firstIndex { $0.quantity == .brokerConnected } ?? 0)
        brokerSensors = own.filter { $0.quantity == .brokerConnected }.count
        let rate = own.firstIndex { $0.quantity == .alarmRate }.map { first + $0 }
        rateSensor = rate
        flood = conditionSensor.indices.first { index in
            Int(conditionSensor[index]) == rate && plan.rules[Int(conditionRule[index])].quantity == GatewayQuantity.alarmRate.rawValue
        }
    }

    /// The broker that a sensor of the gateway is about.
    func broker(ofSensor sensor: Int) -> Int? {
        let offset = sensor - firstBrokerSensor
        return offset >= 0 && offset < brokerSensors ? offset : nil
    }

    /// The rules with their indices, those that suppress others before these: what one reading raises is then explained at once.
    static func order(of rules: [Rule]) -> [(Int, Rule)] {
        var depths: [String: Int] = [:]
        // Rounds enough for a chain of eight; a circle ends with them too.
        for _ in 0..<Asset.depthLimit {
            for rule in rules where !rule.suppressedBy.isEmpty {
                depths[rule.id] = 1 + (rule.suppressedBy.map { depths[$0, default: 0] }.max() ?? 0)
            }
        }
        return rules.enumerated().sorted { (depths[$0.element.id, default: 0], $0.offset) < (depths[$1.element.id, default: 0], $1.offset) }
            .map { ($0.offset, $0.element) }
    }

    /// The rules that suppress a rule.
    func suppressors(ofRule rule: Int) -> [Int32] { suppressors[rule] }
}
