import Lifeline

/// A table from a device's numbers to the site's own codes.
struct CodeTable {
    var quantity: Located<String>
    var codes: [Int: Double]
}

/// The code tables that a site uses; each file is opened once.
final class CodeShelf {
    private let shelf: FileShelf
    private let folder: String
    private var tables: [String: CodeTable?] = [:]
    private var log: FindingLog { shelf.log }

    init(_ shelf: FileShelf, folder: String) {
        self.shelf = shelf
        self.folder = folder
    }

    /// The table of this name; nil with a finding, which is made once however many readings use a broken table.
    func table(_ name: Located<String>) -> CodeTable? {
        if let objection = TextRules.objection(toID: name.value) {
            log.error("code_table \(objection)", at: name.spot)
            return nil
        }
        let path = FilePath.join(folder, name.value + ".toml")
        if let known = tables[name.value], known != nil || shelf.sources.read(path) != .absent { return known }
        let file = CodeShelf.read(path, shelf) {
            (Wording.unknown("code table", name.value, among: self.shelf.names(in: self.folder), place: " in \(self.folder)"), name.spot)
        }
        let table = file.map {
            CodeTable(quantity: $0.quantity, codes: Dictionary(uniqueKeysWithValues: $0.codes.map { ($0.raw, Double($0.canonical)) }))
        }
        tables[name.value] = .some(table)
        return table
    }

    /// One file, with its words.
    struct File {
        var quantity: Located<String>
        var codes: [CodeMeaning]
    }

    /// Reads one file of codes.
    static func read(_ path: String, _ shelf: FileShelf, missing: (() -> (message: String, spot: Spot))? = nil) -> File? {
        let stem = FilePath.stem(of: path)
        guard let root = shelf.root(of: path, role: "codes " + stem, missing: missing) else { return nil }
        let reader = TableReader(root, Schema.codeFile, file: path, log: shelf.log)
        if let name = reader.identifier("codes"), name.value != stem {
            shelf.log.error("the code table's name must be the file's, \(Wording.quote(stem))", at: name.spot)
        }
        _ = reader.text("name")
        _ = reader.text("notes", limit: 2000)
        let quantity = reader.text("quantity")
        var codes: [CodeMeaning] = []
        var raws = IDRegister("code")
        for table in reader.tables("code", Schema.code, limit: Limits.codes) {
            let raw = table.whole("raw", in: -1_000_000...1_000_000)
            let canonical = table.whole("canonical", in: 0...1_000_000)
            let chinese = table.text("zh")
            let english = table.text("en")
            guard let raw, raws.declare(raw.map { String($0) }, log: shelf.log).isNew, let canonical, let chinese, let english else { continue }
            codes.append(CodeMeaning(raw: raw.value, canonical: canonical.value, chinese: chinese.value, english: english.value))
        }
        return quantity.map { File(quantity: $0, codes: codes) }
    }
}

/// One line of a code table.
package struct CodeMeaning: Equatable, Sendable {
    /// The device's number.
    package var raw: Int
    /// The site's own.
    package var canonical: Int
    package var chinese: String
    package var english: String
}

/// Reads a code table by itself and validates it against a profile's quantities.
///
/// - Returns: Its lines, in the order of the file.
package func loadCodeTable(at path: String, profile: String, from sources: SiteSources) -> Validation<[CodeMeaning]> {
    let log = FindingLog()
    let shelf = FileShelf(sources, log: log)
    let book = ProfileReader(shelf: shelf).draft(at: profile)?.book ?? QuantityBook()
    let file = CodeShelf.read(path, shelf)
    if let file, let quantity = book.resolve(file.quantity, log: log) {
        for code in file.codes where !quantity.range.contains(Double(code.canonical)) {
            log.error("code \(code.canonical) lies outside the range of \(Wording.quote(quantity.name))", at: file.quantity.spot)
        }
    }
    return Validation(file?.codes, log)
}
