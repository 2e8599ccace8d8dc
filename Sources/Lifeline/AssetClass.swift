/// The kinds of municipal assets that Bamai watches.
package enum AssetClass: String, CaseIterable, Sendable {
    case manholeCover = "manhole_cover"
    case waterPipe = "water_pipe"
    case gasPipe = "gas_pipe"
    case heatPipe = "heat_pipe"
    case drainagePipe = "drainage_pipe"
    case pumpStation = "pump_station"
    case bridge
    case tunnel
    case lift
    case roadDevice = "road_device"
    /// Machines and water bodies that belong to no class above; no class rules, only Pulse and the site's own limits.
    case other
    /// The gateway itself: what it says of its own store and clock. Every plan whose rules speak of it has one (`SitePlan.includingGateway`).
    case gateway

    /// The classes that a site may give its assets.
    package static let ofSites = allCases.filter { $0 != .gateway }

    /// The first half of an alert's `subject`: `manhole/MH-17`.
    package var subject: String {
        switch self {
        case .manholeCover: "manhole"
        case .waterPipe: "water"
        case .gasPipe: "gas"
        case .heatPipe: "heat"
        case .drainagePipe: "drainage"
        case .pumpStation: "pump"
        case .bridge: "bridge"
        case .tunnel: "tunnel"
        case .lift: "lift"
        case .roadDevice: "road"
        case .other: "asset"
        case .gateway: "gateway"
        }
    }

    package var chinese: String {
        switch self {
        case .manholeCover: "窨井盖"
        case .waterPipe: "供水管道"
        case .gasPipe: "燃气管道"
        case .heatPipe: "供热管道"
        case .drainagePipe: "排水管道"
        case .pumpStation: "二次供水泵站"
        case .bridge: "桥梁"
        case .tunnel: "隧道"
        case .lift: "电梯"
        case .roadDevice: "道路感知设备"
        case .other: "设施"
        case .gateway: "网关"
        }
    }

    package var english: String {
        switch self {
        case .manholeCover: "Manhole cover"
        case .waterPipe: "Water pipe"
        case .gasPipe: "Gas pipe"
        case .heatPipe: "Heat pipe"
        case .drainagePipe: "Drainage pipe"
        case .pumpStation: "Pump station"
        case .bridge: "Bridge"
        case .tunnel: "Tunnel"
        case .lift: "Lift"
        case .roadDevice: "Road device"
        case .other: "Asset"
        case .gateway: "Gateway"
        }
    }
}
