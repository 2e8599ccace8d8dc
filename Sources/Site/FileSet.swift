import Lifeline

/// The files of one load: read once each, hashed in the order of reading, parsed with their errors reported.
final class FileSet {
    /// *Units*: bytes of one file.
    static let limit = 1 << 20
    private let read: (String) -> [UInt8]?
    let findings: Findings
    private var hash = StableHash()

    init(_ findings: Findings, read: @escaping (String) -> [UInt8]?) {
        self.findings = findings
        self.read = read
    }

    /// The root table of a file; nil with a finding when there is none.
    ///
    /// - Parameter from: where the file is asked for, so that its absence is reported there.
    func root(_ path: String, keys: [String], from: (file: String, place: Place)?) -> TableReader? {
        guard let bytes = read(path) else {
            let (file, place) = from ?? (path, Place(line: 1, column: 1))
            findings.add(file, place, "the file \(path) cannot be read")
            return nil
        }
        guard bytes.count <= FileSet.limit else {
            findings.add(path, Place(line: 1, column: 1), "the file is larger than 1 MiB")
            return nil
        }
        bytes.withUnsafeBytes { hash.combine($0) }
        switch parseTOML(bytes) {
        case .failure(let error):
            findings.add(path, error.place, "this is no TOML: \(error.words)")
            return nil
        case .success(let entries):
            let root = TableReader("the file", entries, keys: keys, file: path, place: Place(line: 1, column: 1), findings: findings)
            checkVersion(root)
            return root
        }
    }

    private func checkVersion(_ root: TableReader) {
        guard root.has("schema") else {
            let _: Int? = root.missing("schema", "1")
            return
        }
        guard let version = root.integer("schema", in: 0...1_000_000) else { return }
        if version != SiteSchema.version {
            root.report("schema", "this program knows schema \(SiteSchema.version), the file is written in \(version)")
        }
    }

    /// A hash over the text of all files read so far, as sixteen hexadecimal digits.
    var revision: String {
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
