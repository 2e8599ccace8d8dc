import Lifeline

/// Reads `[[asset]]` tables.
struct AssetList {
    let log: FindingLog
    let dossiers: DossierReader
    private(set) var register = IDRegister("asset")
    private(set) var assets: [Asset] = []

    init(model: IndexModel?, log: FindingLog) {
        self.log = log
        dossiers = DossierReader(model: model, log: log)
    }

    mutating func read(_ readers: [TableReader]) {
        var parents: [Int: Located<String>] = [:]
        defer { ParentLinks(register: register, log: log).link(parents, in: &assets) }
        for reader in readers {
            let assetClass: Located<AssetClass>? = reader.choice("class", "asset class", among: AssetClass.ofSites)
            let name = reader.text("name")
            let address = reader.text("address", mayBeEmpty: true)
            let location = reader.table("location", Schema.location).flatMap(location)
            let dossier = reader.table("dossier", Schema.dossier).map(dossiers.read)
            _ = reader.identifier("id")
            let parent = reader.text("parent")
            guard let id = reader.declaredID("id"), register.declare(id, log: log).isNew else { continue }
            parents[assets.count] = parent
            assets.append(
                Asset(
                    id: id.value, assetClass: assetClass?.value ?? .other, name: name?.value ?? id.value, address: address?.value ?? "",
                    location: location, dossier: dossier))
        }
    }

    private func location(_ reader: TableReader) -> Location? {
        let system: Located<Location.System>? = reader.choice("system", "coordinate system")
        if let latitude = reader.table["latitude"].flatMap(TableReader.number), let longitude = reader.table["longitude"].flatMap(TableReader.number),
            (90...180).contains(abs(latitude)), abs(longitude) <= 90
        {
            log.error("latitude must be -90…90; latitude and longitude look swapped", at: reader.spot(of: "latitude"))
            return nil
        }
        let latitude = reader.number("latitude", in: -90...90)
        let longitude = reader.number("longitude", in: -180...180)
        guard let latitude, let longitude, let system else { return nil }
        return Location(latitude: latitude.value, longitude: longitude.value, system: system.value)
    }
}
