import Lifeline

/// One GPIO line that the site uses, and how it stands.
package struct LineFacts: Equatable, Sendable {
    /// How a line stands.
    package enum State: Equatable, Sendable {
        case heldByGateway
        /// Nobody holds it; whether a gateway runs that should.
        case free(isGatewayRunning: Bool)
        /// Another program or driver, by the name that it gave the kernel; may be empty.
        case held(by: String)
        /// No chip has the label; the labels that there are.
        case noChip(present: [String])
        case severalChips
        /// The chip has only so many lines.
        case beyond(lines: Int)
    }

    /// The site's name of it.
    package var id: String
    package var chip: String
    package var offset: Int
    /// The header's name of it; empty where no board file names it.
    package var pin: String
    package var state: Answer<State>

    package init(id: String, chip: String, offset: Int, pin: String, state: Answer<State>) {
        self.id = id
        self.chip = chip
        self.offset = offset
        self.pin = pin
        self.state = state
    }

    /// The line of an examination about it.
    package var result: CheckResult {
        let place = "\(id), \(pin.isEmpty ? "" : pin + " = ")\(chip) \(offset): "
        func line(_ verdict: Verdict, _ text: BilingualText) -> CheckResult {
            CheckResult(.hardware, subject: id, "gpio_line", said("gpio line", "GPIO 线"), verdict, same(place) + text)
        }
        switch state {
        case .unknown(let reason): return line(.unknown, reason.text)
        case .known(.heldByGateway): return line(.ok, said("held by the gateway", "由网关使用"))
        case .known(.free(false)): return line(.ok, said("free", "空闲"))
        case .known(.free(true)):
            return line(.error, said("nobody holds it, though the gateway runs: see bamai status", "无人占用，而网关在运行：见 bamai status"))
        case .known(.held(let holder)):
            let name = holder.isEmpty ? said("a nameless driver", "未具名的驱动") : same("\"\(holder)\"")
            return line(
                .error,
                said("held by ", "被占用：") + name
                    + said(": stop it, or remove the overlay that claims it (dtoverlay=…), and reboot", "：请停止它，或去掉占用它的 dtoverlay=… 后重启"))
        case .known(.noChip(let present)):
            let list = present.isEmpty ? said("there is none", "没有芯片") : said("there are ", "现有 ") + same(present.joined(separator: ", "))
            return line(.error, said("no chip has that label; ", "没有该标签的芯片；") + list + said(": bamai board detect", "：bamai board detect"))
        case .known(.severalChips):
            return line(.error, said("several chips have that label: the line could be on any", "多个芯片同名：无法确定是哪一个"))
        case .known(.beyond(let lines)):
            return line(.error, said("the chip has the lines 0 to \(lines - 1): bamai gpio list", "芯片只有 0 到 \(lines - 1) 线：bamai gpio list"))
        }
    }
}
