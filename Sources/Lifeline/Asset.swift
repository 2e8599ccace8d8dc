/// Where an asset is. A coordinate always names its system: the three in use differ by hundreds of metres.
package struct Location: Equatable, Sendable {
    /// The three systems in use.
    package enum System: String, CaseIterable, Sendable {
        case wgs84 = "WGS-84"
        case gcj02 = "GCJ-02"
        case bd09 = "BD-09"
    }
    /// *Units*: degrees north. *Range*: −90…90.
    package var latitude: Double
    /// *Units*: degrees east. *Range*: −180…180.
    package var longitude: Double
    package var system: System

    package init(latitude: Double, longitude: Double, system: System) {
        self.latitude = latitude
        self.longitude = longitude
        self.system = system
    }
}

/// One thing of the city that can run sick: a cover, a length of pipe, a lift.
package struct Asset: Equatable, Sendable {
    /// Unique within a site; 1…64 characters of letters, digits, `-`, `_`, `.`.
    package var id: String
    package var assetClass: AssetClass
    /// What people call it (any language); the id where the site names none.
    package var name: String
    /// The street address or the area in words, for CAP's `areaDesc`.
    package var address: String
    package var location: Location?
    /// What the owner's files say of it; nil: nothing was told.
    package var dossier: Dossier?
    /// Index of the asset that this one hangs on (a valve's pipe, a pump's station), whose alerts may explain this one's. Never a circle.
    package var parent: Int?

    /// The most parents one above the other.
    package static let depthLimit = 8

    package init(
        id: String, assetClass: AssetClass, name: String, address: String = "", location: Location? = nil, dossier: Dossier? = nil, parent: Int? = nil
    ) {
        self.id = id
        self.assetClass = assetClass
        self.name = name
        self.address = address
        self.location = location
        self.dossier = dossier
        self.parent = parent
    }

    /// `manhole/MH-17`, the CloudEvents `subject`.
    package var subject: String { assetClass.subject + "/" + id }
}
