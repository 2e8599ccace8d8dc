import Lifeline

/// Puts the assets that others hang on in their places: each exists, none hangs on itself, and no chain is longer than `Asset.depthLimit`.
struct ParentLinks {
    let register: IDRegister
    let log: FindingLog

    /// `names` has, by asset, the parent that the file names.
    func link(_ names: [Int: Located<String>], in assets: inout [Asset]) {
        for (index, name) in names.sorted(by: { $0.key < $1.key }) { assets[index].parent = register.resolve(name, log: log) }
        for (index, name) in names.sorted(by: { $0.key < $1.key }) {
            var depth = 0
            var place = assets[index].parent
            while let above = place, above != index, depth <= Asset.depthLimit {
                depth += 1
                place = assets[above].parent
            }
            if place == index {
                log.error("asset \(Wording.quote(assets[index].id)) hangs on itself", at: name.spot)
            } else if depth > Asset.depthLimit {
                log.error("asset \(Wording.quote(assets[index].id)) has more than \(Asset.depthLimit) parents above it", at: name.spot)
            }
        }
    }
}
