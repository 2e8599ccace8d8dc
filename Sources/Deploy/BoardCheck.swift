import Glibc
import Lifeline
import Linux
import Site

/// What a board finds about a generation that lies on its disk and does not run yet.
package struct BoardCheck: Sendable {
    /// Why it may not run here; empty where nothing is against it.
    package var objections: [String] = []
    /// What people should know.
    package var warnings: [String] = []
    /// Whether it is the configuration itself that is wrong, and not the board.
    package var isInvalid = false

    /// *Units*: bytes that must be free for a change, beside the generation itself: transaction, history, and the journal's next commits.
    package static let room: Int64 = 2 << 20

    /// Checks a generation: read in full by the board's own program, its secrets, certificates and paths.
    package init(
        _ board: BoardFolder, generation: Int, daemon: any DaemonLink, secretFolders: [String], version: String, lines: BoardLines = .ofThisBoard()
    ) {
        guard let manifest = board.store.manifest(generation) else {
            objections.append("generation \(generation) has no whole manifest")
            return
        }
        if let flaw = board.store.flaw(generation) {
            objections.append("generation \(generation) is not whole: \(flaw)")
            return
        }
        let folder = board.root + "/generations/\(generation)/files/"
        guard let site = load(folder + manifest.site + "/site.toml", below: folder) else { return }
        if site.revision != manifest.revision {
            objections.append("this board's bamai \(version) reads the files differently (revision \(site.revision)): install the same version there")
        }
        if let identity = board.identity, identity.gateway != site.plan.gateway {
            objections.append("this board is gateway \(identity.gateway), the site is for \(site.plan.gateway)")
        }
        checkSecrets(site, daemon, secretFolders)
        let health = daemon.health(windowSeconds: 1)
        objections += lines.objections(to: site, running: health == nil ? nil : board.currentSite)
        for path in site.certificateFiles where access(path, R_OK) != 0 {
            objections.append("\(path) cannot be read on the board (\(String(cString: strerror(errno)))): put the certificate there first")
        }
        checkPaths(site, board)
        if let free = FileSystem.free(holding: board.root), free < BoardCheck.room {
            objections.append("only \(free >> 10) KiB are free below \(board.root); a change needs \(BoardCheck.room >> 10) KiB")
        }
        if let health {
            if health.version != version { warnings.append("bamaid there is \(health.version), bamai \(version): restart it after an upgrade") }
            if health.gateway != site.plan.gateway {
                objections.append("the daemon that runs there is gateway \(health.gateway), not \(site.plan.gateway)")
            }
        } else {
            warnings.append("no daemon answers there: the change stays only if one comes up and is well")
        }
    }

    private mutating func load(_ path: String, below folder: String) -> SiteConfiguration? {
        switch loadSite(at: path, from: .disk) {
        // What the loader warns of was said before the files were sent.
        case .valid(let site, _): return site
        case .invalid(let findings):
            isInvalid = true
            objections += findings.prefix(20).map { BoardCheck.short($0.description, folder) }
            return nil
        }
    }

    private static func short(_ text: String, _ folder: String) -> String {
        text.hasPrefix(folder) ? String(text.dropFirst(folder.utf8.count)) : text
    }

    private mutating func checkSecrets(_ site: SiteConfiguration, _ daemon: any DaemonLink, _ folders: [String]) {
        let names = site.secretNames
        let missing: [String] =
            daemon.missingSecrets(names) ?? names.filter { name in !folders.contains { access($0 + "/" + name, R_OK) == 0 } }
        for name in missing { objections.append("the secret \"\(name)\" is not set on the board: bamai secret set \(name)") }
    }

    /// What a daemon takes over only by a new start.
    private mutating func checkPaths(_ site: SiteConfiguration, _ board: BoardFolder) {
        guard let now = board.currentSite else { return }
        if now.journal.path != site.journal.path {
            objections.append(
                "[journal] path changes from \(now.journal.path) to \(site.journal.path): that is a move, not a push; adopt the site anew")
        }
        if now.controlSocket != site.controlSocket {
            objections.append("[control] socket changes from \(now.controlSocket) to \(site.controlSocket): adopt the site anew")
        }
    }
}

extension BoardFolder {
    /// The site that `current` means, read from disk; nil where there is none or it is not valid any more.
    package var currentSite: SiteConfiguration? {
        guard let current = store.current, let manifest = store.manifest(current) else { return nil }
        return loadSite(at: root + "/generations/\(current)/files/\(manifest.site)/site.toml", from: .disk).value
    }

    /// The daemon of this board, behind the control socket of the site that is in place.
    package func daemon() -> ControlSocket { ControlSocket { self.currentSite?.controlSocket } }
}
