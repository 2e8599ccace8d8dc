import Lifeline

/// What one generation holds: every file with its size and hash, and who made it from what.
package struct Manifest: Equatable, Sendable {
    /// One file of a generation.
    package struct File: Equatable, Sendable {
        /// Below the generation's `files` folder: `west/site.toml`.
        package var path: String
        /// *Units*: bytes.
        package var size: Int
        /// SHA-256 in hexadecimal digits.
        package var hash: String
    }

    /// *Limits*: files of a generation, bytes of all of them, bytes of a path and of the manifest itself. A site of a thousand devices stays below a tenth.
    package static let fileLimit = 256
    package static let byteLimit = 8 << 20
    package static let pathLimit = 200
    package static let ownLimit = 256 << 10

    /// Sorted by path.
    package var files: [File]
    /// The folder of `site.toml` below `files`.
    package var site: String
    /// The revision that a daemon reports which has loaded these files.
    package var revision: String
    /// *Units*: microseconds since 1970, by the clock of the machine that made it.
    package var created: Int64
    /// Who pushed it, as their own machine says.
    package var by: String
    /// The repository's revision that it was made from; empty where there is none.
    package var source: String

    /// From the files' bytes; nil where `objection` has something against them.
    package init?(_ contents: [String: [UInt8]], site: String, revision: String, created: Int64, by: String, source: String) {
        guard contents.count <= Manifest.fileLimit, contents.values.reduce(0, { $0 + $1.count }) <= Manifest.byteLimit else { return nil }
        files = contents.sorted { $0.key < $1.key }.map { File(path: $0.key, size: $0.value.count, hash: SHA256.hex($0.value)) }
        (self.site, self.revision, self.created, self.by, self.source) = (site, revision, created, by, source)
        if objection != nil { return nil }
    }

    /// What two generations of the same files have in common: SHA-256 over paths, sizes and hashes; who and when do not count.
    package var hash: String {
        SHA256.hex(Array(files.map { "\($0.hash) \($0.size) \($0.path)\n" }.joined().utf8) + Array(site.utf8))
    }

    /// Why this manifest may not be laid out on a disk; nil where it may. A path that leaves its folder is the reason to have this at all.
    package var objection: String? {
        if files.isEmpty || files.count > Manifest.fileLimit { return "1 to \(Manifest.fileLimit) files are expected, found \(files.count)" }
        var sum = 0
        var before = ""
        for file in files {
            if !Manifest.isPlain(file.path) { return "a file may not be called \"\(file.path.prefix(80))\"" }
            if file.path <= before { return "files are not in order at \"\(file.path)\"" }
            if file.size < 0 || file.size > Manifest.byteLimit { return "\"\(file.path)\" has an impossible size" }
            sum += file.size
            before = file.path
        }
        if sum > Manifest.byteLimit { return "files of \(sum) bytes are more than \(Manifest.byteLimit)" }
        if !files.contains(where: { $0.path == site + "/site.toml" }) { return "there is no \(site.prefix(80))/site.toml" }
        return nil
    }

    /// Whether a path stays below the folder it is put into: no empty part, no dots alone, nothing but printable ASCII.
    static func isPlain(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= pathLimit, path.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            return false
        }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.first != "." }
    }

    /// One line of JSON.
    package var json: [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("schema", 1)
        json.member("hash", hash)
        json.member("site", site)
        json.member("revision", revision)
        json.member("created_us", created)
        json.member("by", by)
        json.member("source", source)
        json.key("files")
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("path", file.path)
            json.member("size", file.size)
            json.member("sha256", file.hash)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// Reads what `json` wrote; nil where it is torn, of another schema, objectionable, or does not have the hash that it says.
    package init?(json bytes: [UInt8]) {
        guard bytes.count <= Manifest.ownLimit, let value = JSONValue(bytes) else { return nil }
        self.init(value)
    }

    /// The same of a document that was read already.
    package init?(_ value: JSONValue) {
        guard value["schema"].count == 1, let site = value["site"].text, let revision = value["revision"].text, let by = value["by"].text,
            let source = value["source"].text
        else { return nil }
        var files: [File] = []
        for item in value["files"].list {
            guard let path = item["path"].text, let hash = item["sha256"].text, item["size"].number != nil else { return nil }
            files.append(File(path: path, size: Int(item["size"].count), hash: hash))
        }
        (self.files, self.site, self.revision, self.by, self.source) = (files, site, revision, by, source)
        created = value["created_us"].count
        if objection != nil || value["hash"].text != hash { return nil }
    }
}
