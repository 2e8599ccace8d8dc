import Deploy

/// One thing that may have drifted on a board since it was pushed to.
struct DriftLine {
    /// nil: unknown.
    var isWell: Bool?
    var subject: String
    var text: String

    var mark: String { isWell.map { Terminal.paint($0 ? "√" : "×", $0 ? .green : .red) } ?? "?" }

    /// A board's files, its daemon, its device, and where a site is given what that would change.
    static func lines(_ report: BoardReport, site: SiteFileCollection?) -> [DriftLine] {
        var lines: [DriftLine] = []
        func add(_ isWell: Bool?, _ subject: String, _ text: String) { lines.append(DriftLine(isWell: isWell, subject: subject, text: text)) }
        if let manifest = report.manifest {
            add(report.flaw.isEmpty, "files", report.flaw.isEmpty ? "generation \(report.generation) is as it was pushed" : report.flaw)
            let runs = report.runningRevision == manifest.revision
            if report.runningRevision.isEmpty {
                add(nil, "daemon", "unknown: none answers")
            } else {
                add(runs, "daemon", runs ? "runs it" : "runs revision \(report.runningRevision.prefix(8)), not \(manifest.revision.prefix(8))")
            }
        } else {
            add(false, "files", "no whole generation is in place")
        }
        if let adopted = report.adopted {
            let isSame = adopted.serial == report.serial || adopted.serial.isEmpty
            add(isSame, "device", isSame ? "serial \(report.serial)" : "serial \(report.serial), adopted on \(adopted.serial)")
        }
        if let site,
            let new = Manifest(site.contents, site: site.site, revision: site.configuration.revision, created: 0, by: "", source: "")
        {
            let difference = SiteDifference(new: new, old: report.manifest)
            add(difference.files.isEmpty, "site", difference.sentence)
        }
        if let change = report.change, !change.phase.isFinal {
            add(change.phase == .probation, "change", "generation \(change.to) is \(change.phase.rawValue), \(change.left) s left")
        }
        return lines
    }
}
