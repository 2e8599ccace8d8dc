import ArgumentParser
import Doctor
import Gateway
import Glibc
import Lifeline

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the board, its clock and storage, the brokers, certificates, the configuration and the gateway; every fault with its fix.",
        discussion: """
            Nothing is changed anywhere. Brokers are tried with the site's password under a client id of this command's own, so that the gateway's \
            session is left alone. What cannot be looked at is said to be unknown, with the reason; run as root to see everything. It takes ten seconds \
            at most.

            Marks: √ well, ‼ look at it, × does not work, ? unknown; + ! x ? where the terminal knows no UTF-8.

            examples: bamai doctor
                      bamai doctor --site firmware-config/street --json | jq '.checks[] | select(.verdict == "error")'
            exit codes: 0 no errors, 1 errors were found, 2 the site cannot be read.
            """)

    @OptionGroup var site: SiteOption

    @Flag(name: .long, help: "One JSON document: the stable interface for programs.")
    var json = false

    @Flag(name: .long, help: "Make no connection to a broker or the platform.")
    var offline = false

    @Option(name: .long, help: "Language: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    @Option(name: .long, help: .hidden)
    var systemRoot = ""

    func run() throws {
        let outcome = DoctorRun(sitePath: site.site, isOffline: offline, root: systemRoot).outcome()
        if json {
            Output.line(DoctorJSON.text(outcome))
        } else {
            let width = Terminal.isInteractive ? max(40, Terminal.size.columns) : .max
            for line in DoctorView(outcome: outcome, language: lang, width: width).lines { Output.line(line) }
        }
        let code: Int32 = outcome.site == nil ? 2 : outcome.examination.count(.error) > 0 ? 1 : 0
        // Threads that wait for an answer are in the kernel or in a library: neither may be tidied up under them.
        if Unanswered.isAny { _exit(code) }
        if code != 0 { throw ExitCode(code) }
    }
}
