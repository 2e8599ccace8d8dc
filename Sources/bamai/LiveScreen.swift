import ArgumentParser
import Glibc
import Linux

/// The terminal's other screen, without a cursor and without echo; whatever ends the program in an orderly way brings the first one back.
final class LiveScreen {
    /// What a wait may end with.
    enum Event { case none, resized, quit }

    private let signals: SignalDescriptor
    /// How the terminal was found.
    private let cooked: termios
    private let hasKeys: Bool
    private var isOpen = false

    init() throws {
        do throws(SystemError) {
            signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP])
        } catch {
            Terminal.error("\(error)")
            throw ExitCode(1)
        }
        var found = termios()
        hasKeys = tcgetattr(STDIN_FILENO, &found) == 0
        cooked = found
        enter()
    }

    deinit { leave() }

    private func enter() {
        if hasKeys {
            var quiet = cooked
            quiet.c_lflag &= ~tcflag_t(ECHO | ICANON)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet)
        }
        Output.raw("\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J")
        isOpen = true
    }

    /// Back to the first screen. A second time does nothing.
    func leave() {
        guard isOpen else { return }
        isOpen = false
        Output.raw("\u{1b}[?25h\u{1b}[?1049l")
        guard hasKeys else { return }
        var former = cooked
        tcsetattr(STDIN_FILENO, TCSADRAIN, &former)
    }

    /// Writes a page from the upper left corner, in one piece so that nothing flickers.
    func draw(_ lines: [String]) {
        Output.raw("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
    }

    /// Waits for a descriptor, a key or a signal.
    func wait(_ descriptor: Int32, milliseconds: Int32) -> Event {
        var waiting = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: hasKeys ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&waiting, 3, milliseconds) > 0 else { return .none }
        if waiting[2].revents != 0 {
            var key: UInt8 = 0
            // A terminal that is gone is the same as a person who wants to go.
            if read(STDIN_FILENO, &key, 1) <= 0 || key == UInt8(ascii: "q") || key == 3 { return .quit }
        }
        switch signals.next() {
        case SIGWINCH?: return .resized
        case SIGTSTP?:
            leave()
            kill(getpid(), SIGSTOP)
            enter()
            return .resized
        case .some: return .quit
        case nil: return .none
        }
    }
}
