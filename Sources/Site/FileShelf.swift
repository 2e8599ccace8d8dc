import Lifeline

/// Opens and parses the files of one configuration, and hashes what it read.
final class FileShelf {
    let sources: SiteSources
    let log: FindingLog
    private var hash = StableHash()

    init(_ sources: SiteSources, log: FindingLog) {
        self.sources = sources
        self.log = log
    }

    /// Sixteen hexadecimal digits over the text of all files read so far, independent of where they lie.
    var revision: String {
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The root table of a file of this program's schema, or nil with a finding.
    ///
    /// - Parameters:
    ///   - role: What the file is to the configuration (`site`, `device dragino-sw3l`); part of the revision instead of the path.
    ///   - missing: The finding for a file that is not there; by default at the file's own beginning.
    func root(of path: String, role: String, missing: (() -> (message: String, spot: Spot))? = nil) -> TOMLTable? {
        log.enter(path)
        let start = Spot(file: path, position: TOMLPosition(line: 1, column: 1))
        switch sources.read(path) {
        case .absent:
            let (message, spot) = missing?() ?? ("there is no such file", start)
            log.error(message, at: spot)
        case .tooLarge: log.error("the file is larger than \(SiteSources.fileLimit >> 20) MiB", at: start)
        case .unreadable(let why): log.error("the file cannot be read: \(Wording.singleLine(why, limit: 80))", at: start)
        case .bytes(let bytes):
            hash.combine(role)
            hash.combine(UInt64(bytes.count))
            bytes.withUnsafeBytes { hash.combine($0) }
            return parse(bytes, path)
        }
        return nil
    }

    private func parse(_ bytes: [UInt8], _ path: String) -> TOMLTable? {
        if bytes.count > SiteSources.fileLimit {
            log.error(
                "the file is larger than \(SiteSources.fileLimit >> 20) MiB", at: Spot(file: path, position: TOMLPosition(line: 1, column: 1)))
            return nil
        }
        do throws(TOMLSyntaxError) {
            let table = try TOMLDocument.parse(bytes)
            // A newer language is not picked apart by the rules of this one.
            if let schema = table["schema"], case .whole(let version) = schema.content, version != Int64(Schema.version) {
                log.error("this program reads schema \(Schema.version), found schema \(version)", at: Spot(file: path, position: schema.position))
                return nil
            }
            return table
        } catch {
            log.error(FileShelf.words(of: error), at: Spot(file: path, position: error.position))
            return nil
        }
    }

    /// toml++'s own words with a hint where they do not say what the writer did.
    private static func words(of error: TOMLSyntaxError) -> String {
        let start = "Error while parsing "
        let message = Wording.singleLine(error.message, limit: 300)
        var hint = ""
        if Wording.contains("unescaped control", in: message) { hint = "; is a closing quote missing?" }
        if Wording.contains("could not determine value type", in: message) { hint = "; a text stands in double quotes" }
        return message.hasPrefix(start) ? "syntax error in \(message.dropFirst(start.count))\(hint)" : "syntax error: \(message)\(hint)"
    }

    /// The stems of the `.toml` files in a folder, sorted.
    func names(in folder: String) -> [String] {
        sources.list(folder).filter { $0.hasSuffix(".toml") }.map(FilePath.stem).sorted()
    }
}
