/// What is watched at a site: everything that decoding and diagnosis need to know, and nothing of files, sockets or brokers.
package struct SitePlan: Equatable, Sendable {
    /// The gateway's name, part of every id that it makes; 1…32 characters of letters, digits and `-`.
    package var gateway: String
    /// *Units*: seconds east of UTC of the site's local time (China: 28 800).
    package var utcOffsetSeconds: Int
    package var assets: [Asset]
    package var devices: [Device]
    package var sensors: [Sensor]
    package var rules: [Rule]
    /// What is reckoned from the sensors' readings; `includingDerived` makes sensors of it.
    package var derivations: [Derivation]
    /// How the sick-running index is made; nil: the profile has none.
    package var indexModel: IndexModel?
    /// The brokers' ids, which devices refer to by index.
    package var brokers: [String]
    package var alarms: AlarmPolicy
    package var maintenance: [MaintenanceWindow]

    package init(
        gateway: String, utcOffsetSeconds: Int, assets: [Asset], devices: [Device], sensors: [Sensor], rules: [Rule], derivations: [Derivation] = [],
        indexModel: IndexModel? = nil, brokers: [String] = [], alarms: AlarmPolicy = .none, maintenance: [MaintenanceWindow] = []
    ) {
        self.gateway = gateway
        self.utcOffsetSeconds = utcOffsetSeconds
        self.assets = assets
        self.devices = devices
        self.sensors = sensors
        self.rules = rules
        self.derivations = derivations
        self.indexModel = indexModel
        self.brokers = brokers
        self.alarms = alarms
        self.maintenance = maintenance
    }
}
