import ArgumentParser
import Gateway
import Glibc
import Lifeline
import Linux
import Score

struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Rank the assets by their sick-running index, or show the lines of one.",
        discussion: """
            0 is healthy, 100 the worst. A screening suggestion: where to look first, and why. The statutory assessment is the owner's.

            Asked of a running gateway, which has the live evidence. Where none answers, the static part alone is computed from the site's dossiers, and the \
            answer says so. known is the share of the points for which there is data; 34-61 is an index that could be 61 if all that is not known were bad. \
            The daily values are readings (ASSET/sick_index), which bamai export writes.

            examples: bamai index --site firmware-config/street
                      bamai index GP-1 --site firmware-config/street --lang zh
                      bamai index --site firmware-config/street --csv > renewal.csv
            exit codes: 0 shown, 1 there is no such index, 2 the site is wrong, 3 no gateway answers.
            """)

    @Argument(help: "One asset's id (default: the ranked list of all).")
    var asset: String?

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "One row an asset with all terms, for spreadsheets: UTF-8 with a byte order mark.")
    var csv = false

    @Flag(name: .long, help: "One JSON document with everything.")
    var json = false

    @Flag(name: .long, help: "Ask no gateway: the static part of the site's dossiers only.")
    var dossier = false

    @Option(name: .long, help: "Language of words: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    func validate() throws {
        if csv && json { throw ValidationError("either --csv or --json") }
        if dossier && place.socket != nil { throw ValidationError("--dossier asks no gateway: leave --socket out") }
    }

    func run() throws {
        let answer = try answer()
        if csv {
            IndexCSV(answer: answer, language: lang).bytes.withUnsafeBytes { _ = Output.bytes($0) }
        } else if json {
            Output.line(answer.json)
        } else {
            IndexView(answer: answer, language: lang).show(lines: asset != nil)
        }
    }

    private func answer() throws -> IndexAnswer {
        // A socket that was named is meant; the site's may have nobody behind it.
        if let socket = place.socket { return try IndexAnswer(asking: socket, asset: asset) }
        let site = try place.site.load()
        if !dossier, IndexCommand.answers(site.controlSocket) { return try IndexAnswer(asking: site.controlSocket, asset: asset) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return try IndexAnswer(site: site, asset: asset, now: Timestamp(unixSeconds: Int64(now.tv_sec)))
    }

    /// Whether somebody listens there.
    private static func answers(_ path: String) -> Bool {
        do throws(SystemError) {
            close(try UnixSocket.connect(to: path))
            return true
        } catch {
            return false
        }
    }
}
