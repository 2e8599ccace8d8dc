import ArgumentParser
import Glibc
import Intake
import Linux
import Site

/// Lines as people name them: `lid` (a line of the site), `P1-11` or `GPIO17` (a pin of the site's board), `pinctrl-bcm2711:17` (a chip and a line of it).
struct LineChoice: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Lines and pins by the names of this site.", valueName: "folder"), completion: .directory)
    var site: String?

    @Option(
        name: .long,
        help: "The resistor inside the chip: as-is, disabled, pull-up or pull-down (default: the site's for a line of the site, else as-is).")
    var bias: LineBias?

    @Flag(name: .long, help: "Active is the low voltage (a line of the site has its own setting).")
    var activeLow = false

    /// What was meant: where, and how it is taken.
    struct Chosen {
        var name: String
        var place: LinePlace
        var bias: LineBias
        var isActiveLow: Bool
    }

    /// Ends the program with code 64 and a sentence where a name means nothing. Without a site times are UTC.
    func choose(_ names: [String]) throws -> (lines: [Chosen], utcOffsetSeconds: Int) {
        let configuration = try site.map { try SiteOption.load($0) }
        let lines = try names.map { name -> Chosen in
            if let line = configuration?.lines.first(where: { $0.id == name }) {
                return Chosen(name: name, place: line.place, bias: bias ?? line.bias, isActiveLow: line.isActiveLow || activeLow)
            }
            guard let place = configuration?.board?.board.place(ofPin: name) ?? LineChoice.place(name) else {
                throw ValidationError(unknown(name, configuration))
            }
            return Chosen(name: name, place: place, bias: bias ?? .asIs, isActiveLow: activeLow)
        }
        return (lines, configuration?.plan.utcOffsetSeconds ?? 0)
    }

    private static func place(_ text: String) -> LinePlace? {
        guard let colon = text.lastIndex(of: ":"), let offset = Int(text[text.index(after: colon)...]), offset >= 0, colon > text.startIndex else {
            return nil
        }
        return LinePlace(chip: String(text[..<colon]), offset: offset)
    }

    private func unknown(_ name: String, _ site: SiteConfiguration?) -> String {
        guard let site else {
            return "\(name) is no line: say CHIP:LINE, as `bamai gpio list` shows them, or give --site for names of lines and pins"
        }
        let lines = site.lines.map(\.id).joined(separator: ", ")
        return "\(name) is neither a line of the site (\(lines.isEmpty ? "it has none" : lines)) nor a pin of its board, nor CHIP:LINE"
    }

    /// Takes a line for looking at it; ends the program with code 1 and what to do where it cannot be had.
    static func take(_ chosen: Chosen) throws -> GPIOLine {
        let settings = GPIOSettings(
            offset: chosen.place.offset, direction: .input(edges: .both, debounceNanoseconds: 0), bias: GPIOBias(chosen.bias),
            isActiveLow: chosen.isActiveLow)
        do throws(GPIOError) {
            return try GPIOChip.open(label: chosen.place.chip, in: GPIOFolder.path).request(settings, consumer: "bamai gpio")
        } catch {
            if case .busy(let consumer) = error, consumer.hasPrefix("bamai ") {
                Terminal.error(
                    "\(chosen.name): the gateway holds it as line \"\(consumer.dropFirst(6))\": `bamai status` shows it, or stop bamaid first")
            } else {
                Terminal.error("\(chosen.name): \(error)")
            }
            throw ExitCode(1)
        }
    }
}

extension LineBias: ExpressibleByArgument {}

extension GPIOBias {
    /// As the site's files and libgpiod's tools write it; empty where nobody knows.
    var words: String {
        switch self {
        case .asIs: ""
        case .disabled: "disabled"
        case .pullUp: "pull-up"
        case .pullDown: "pull-down"
        }
    }
}

/// Where the chips' device files are.
enum GPIOFolder {
    /// `/dev`; tests name another.
    static var path: String { getenv("BAMAI_DEVICES").map { String(cString: $0) } ?? "/dev" }
}
