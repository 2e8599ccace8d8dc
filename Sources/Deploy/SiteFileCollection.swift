import Lifeline
import Site

/// Everything that one site is read from, ready to be laid out elsewhere: `west/site.toml`, `profiles/lifeline-cn.toml`, `devices/…`.
package struct SiteFileCollection: Sendable {
    /// The bytes by the path below the folder that holds them all.
    package var contents: [String: [UInt8]]
    /// The site's own folder below that: `west`.
    package var site: String
    /// What was read, validated.
    package var configuration: SiteConfiguration
    /// What the loader warned of.
    package var warnings: [Finding]

    /// Why a site cannot be taken along.
    package enum Failure: Error, Sendable {
        /// The loader's findings.
        case invalid([Finding])
        /// One sentence.
        case unsuitable(String)
    }

    /// Reads and validates a site, and keeps what was read on the way.
    ///
    /// - Parameters:
    ///   - path: the site file, absolute, so that no two names mean one file.
    ///   - sources: where files come from.
    package static func collect(_ path: String, from sources: SiteSources) -> Result<SiteFileCollection, Failure> {
        let record = FileRecord()
        let recording = SiteSources(
            read: { path in
                let content = sources.read(path)
                if case .bytes(let bytes) = content { record.files[path] = bytes }
                return content
            }, list: sources.list)
        switch loadSite(at: path, from: recording) {
        case .invalid(let findings): return .failure(.invalid(findings))
        case .valid(let configuration, let warnings):
            let files = record.files
            guard let common = commonFolder(files.keys.map { $0 }, site: path) else {
                return .failure(.unsuitable("the site's files have no folder in common; keep profiles, devices and codes beside the site's folder"))
            }
            let prefix = common == "/" ? "/" : common + "/"
            var contents: [String: [UInt8]] = [:]
            for (name, bytes) in files { contents[String(name.dropFirst(prefix.count))] = bytes }
            let site = String(folder(of: path).dropFirst(prefix.count))
            let collection = SiteFileCollection(contents: contents, site: site, configuration: configuration, warnings: warnings)
            // What is sent must be read there as it was read here: from these files alone. An absolute path leads out of them wherever they lie; below
            // another root that shows even where the files' common folder is "/".
            switch loadSite(at: "/elsewhere/" + site + "/site.toml", from: collection.sources(below: "/elsewhere/")) {
            case .valid(let again, _) where again.revision == configuration.revision: return .success(collection)
            case .valid:
                return .failure(.unsuitable("the site reads differently when it is moved; name profiles, devices and codes by relative paths"))
            case .invalid(let findings):
                let first = findings.first.map(\.description) ?? ""
                return .failure(.unsuitable("the site cannot be moved (\(first)); name profiles, devices and codes by relative paths"))
            }
        }
    }

    /// The files as a source for the loader, below a folder that ends in `/`.
    package func sources(below root: String) -> SiteSources {
        let contents = contents
        return SiteSources(
            read: { path in
                guard path.hasPrefix(root), let bytes = contents[String(path.dropFirst(root.count))] else { return .absent }
                return .bytes(bytes)
            },
            list: { folder in
                let prefix = folder == "/" ? "/" : folder + "/"
                return contents.keys.map { root + $0 }.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
                    .map { String($0.dropFirst(prefix.count)) }
            })
    }

    private static func folder(of path: String) -> String {
        let parts = path.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }

    /// The deepest folder that holds all of the paths and that is above the site's own folder.
    private static func commonFolder(_ paths: [String], site: String) -> String? {
        guard paths.allSatisfy({ $0.hasPrefix("/") }), site.split(separator: "/").count >= 2 else { return nil }
        // One above the site's own folder, so that the site has a name there.
        var common = Array(site.split(separator: "/").dropLast(2))
        for path in paths {
            let parts = path.split(separator: "/").dropLast()
            while !parts.starts(with: common) { common.removeLast() }
        }
        return "/" + common.joined(separator: "/")
    }
}

/// Used by one call of the loader, on one thread.
private final class FileRecord: @unchecked Sendable {
    // Sendable: it never leaves `collect`.
    var files: [String: [UInt8]] = [:]
}
