/// The ids of one kind, in the order of their declaration.
///
/// An entry that is otherwise broken is declared all the same: what refers to it is not at fault.
struct IDRegister {
    /// `asset`, as findings say it.
    let what: String
    /// Whether `A1` and `a1` are the same.
    let ignoresCase: Bool
    private(set) var names: [String] = []
    private var indices: [String: Int] = [:]
    private var places: [Spot] = []
    /// Set where a file with further ids could not be read: an unknown id is then nobody's fault.
    var isIncomplete = false

    init(_ what: String, ignoresCase: Bool = false) {
        self.what = what
        self.ignoresCase = ignoresCase
    }

    func index(of id: String) -> Int? { indices[key(id)] }

    func place(of id: String) -> Spot? { index(of: id).map { places[$0] } }

    /// Takes the id; a second one of the same name is reported, with the first one's place and `hint`.
    ///
    /// - Returns: The index of the entry that has the name.
    @discardableResult
    mutating func declare(_ id: Located<String>, log: FindingLog, hint: String = "") -> (index: Int, isNew: Bool) {
        if let first = indices[key(id.value)] {
            let place = places[first]
            log.error("duplicate \(what) \(Wording.quote(id.value)); the first is on \(place.words(from: id.spot))\(hint)", at: id.spot)
            return (first, false)
        }
        indices[key(id.value)] = names.count
        names.append(id.value)
        places.append(id.spot)
        return (names.count - 1, true)
    }

    /// The index of an id that something refers to; an unknown one is reported.
    func resolve(_ id: Located<String>, log: FindingLog) -> Int? {
        if let index = index(of: id.value) { return index }
        if !isIncomplete { log.error(Wording.unknown(what, id.value, among: names), at: id.spot) }
        return nil
    }

    private func key(_ id: String) -> String { ignoresCase ? id.lowercased() : id }
}
