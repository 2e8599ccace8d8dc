import ArgumentParser

struct GPIOCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpio",
        abstract: "Look at the board's own lines: which there are, what happens on them, how fast pulses come.",
        discussion: """
            examples: bamai gpio list --site firmware-config/west
                      bamai gpio pulse pinctrl-bcm2711:22 --bias pull-up --active-low
            exit codes: 0 all is well, 1 a line cannot be had, 2 the site is wrong, 64 wrong use.
            """,
        subcommands: [GPIOList.self, GPIOWatch.self, GPIOPulse.self])
}
