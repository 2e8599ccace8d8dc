import Glibc
import Site

/// Site files from disk, whichever way a person names them.
package enum SiteFiles {
    /// Reads and validates a site, given its folder or its `site.toml`.
    package static func load(_ path: String) -> SiteOutcome { loadSite(at: file(path), from: .disk) }

    /// The site file that a path means. A folder that is a link, as a board's `current`, is followed here and once: what the site names beside itself
    /// (`../profiles`) is then taken from the same generation, whatever the link means a moment later.
    package static func file(_ path: String) -> String {
        if path.hasSuffix(".toml") { return path }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        return (followed(folder) ?? folder) + "/site.toml"
    }

    /// Where a link leads in the end; nil where the path is no link, or leads nowhere.
    private static func followed(_ path: String) -> String? {
        var found = stat()
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFLNK else { return nil }
        // SAFETY: realpath gives a text of its own, which is copied and freed.
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
