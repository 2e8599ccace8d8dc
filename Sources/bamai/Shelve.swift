import ArgumentParser
import Lifeline

/// What a shelf is about.
struct ShelfScope: ParsableArguments {
    @Argument(help: "The asset's id; left out, every asset.")
    var asset: String?

    @Option(name: .long, help: "One rule's id; left out, every rule.")
    var rule: String?

    @Option(name: .long, help: "One sensor's id; left out, every sensor.")
    var sensor: String?

    func validate() throws {
        guard asset != nil || rule != nil || sensor != nil else { throw ValidationError("name an asset, a --rule or a --sensor") }
    }
}

struct Shelve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put alerts aside for a time: they are not sent, and what still holds at the end is sent then.",
        discussion: """
            What has been sent is cleared as ever. Red alerts of rules with shelvable = false are sent all the same. The decision stands in the journal \
            before the answer comes; a shelf of the same scope takes the place of the one before.

            examples: bamai shelve MH-17 --rule cover.tilt --for 4h --reason "kerb works" --by "Li Wei"
                      bamai shelve --sensor WP-3/pressure --until 2026-03-02T18:00 \\
                          --reason "probe is on order" --by "Li Wei"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @OptionGroup var scope: ShelfScope
    @OptionGroup var end: DecisionEnd
    @OptionGroup var options: DecisionOptions

    func validate() throws { try end.require() }

    func run() throws { try options.send(.shelve, asset: scope.asset, rule: scope.rule, sensor: scope.sensor, end: end) }
}

struct Unshelve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a shelf away before its time: what still holds is sent at once.",
        discussion: """
            The scope is that of the shelf, as bamai shelves shows it.

            example: bamai unshelve MH-17 --rule cover.tilt --reason "work is done" --by "Li Wei"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @OptionGroup var scope: ShelfScope
    @OptionGroup var options: DecisionOptions

    func run() throws { try options.send(.unshelve, asset: scope.asset, rule: scope.rule, sensor: scope.sensor) }
}

struct Maintain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say that an asset is being worked on: none of its alerts is sent, whatever its colour; --done ends it.",
        discussion: """
            What still holds at the end is sent then. Work that is planned stands in the site file ([[maintenance]]).

            examples: bamai maintain PUMP-2 --for 2h --reason "bearing exchange" --by "Li Wei"
                      bamai maintain PUMP-2 --done --reason "tested and running" --by "Li Wei"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @Argument(help: "The asset's id.")
    var asset: String

    @Flag(name: .long, help: "The work is done.")
    var done = false

    @OptionGroup var end: DecisionEnd
    @OptionGroup var options: DecisionOptions

    func validate() throws {
        if done {
            guard end.length == nil && end.until == nil else { throw ValidationError("--done needs neither --for nor --until") }
        } else {
            try end.require()
        }
    }

    func run() throws { try options.send(done ? .resume : .maintain, asset: asset, end: done ? nil : end) }
}
