import Lifeline

/// What the machine says of itself.
package struct HardwareFacts: Sendable {
    /// The device tree's model, or a PC's product name.
    package var model: Answer<String> = .unknown(.late)
    /// The board's own file among the known ones: its path and name; nil: none knows this board.
    package var board: Answer<KnownBoard?> = .unknown(.late)
    /// The board that the site is made for; nil: the site names none.
    package var wantedBoard: String?
    /// The one board that the site is made for, by its number; nil: any of its kind.
    package var wantedSerial: String?
    /// This board's own number; empty where it has none.
    package var serial = ""
    /// *Units*: °C of the hottest sensor.
    package var temperature: Answer<Double> = .unknown(.late)
    /// Power and throttling of a Raspberry Pi; nil: another board, which has no such word.
    package var throttling: Answer<UInt32>?
    package var memory: Answer<Memory> = .unknown(.late)
    package var load: Answer<Load> = .unknown(.late)
    /// nil: there is none.
    package var watchdog: Answer<Watchdog?> = .unknown(.late)
    /// nil: the machine has none.
    package var chips: Answer<Chips?> = .unknown(.late)

    /// The GPIO lines that the site uses.
    package var lines: [LineFacts] = []

    package init() {}

    /// A board file that fits.
    package struct KnownBoard: Equatable, Sendable {
        package var file: String
        package var name: String
        package init(file: String, name: String) {
            self.file = file
            self.name = name
        }
    }

    /// *Units*: bytes.
    package struct Memory: Equatable, Sendable {
        package var total: Int64
        package var available: Int64
        package init(total: Int64, available: Int64) {
            self.total = total
            self.available = available
        }
    }

    /// Programs that want to run, over a quarter of an hour.
    package struct Load: Equatable, Sendable {
        package var quarterHour: Double
        package var processors: Int
        package init(quarterHour: Double, processors: Int) {
            self.quarterHour = quarterHour
            self.processors = processors
        }
    }

    /// A hardware watchdog.
    package struct Watchdog: Equatable, Sendable {
        package var identity: String
        package var isActive: Bool
        /// *Units*: seconds.
        package var timeout: Int
        package init(identity: String, isActive: Bool, timeout: Int) {
            self.identity = identity
            self.isActive = isActive
            self.timeout = timeout
        }
    }

    /// GPIO chips.
    package struct Chips: Equatable, Sendable {
        package var count: Int
        /// The gateway's user may open them; nil: that user is not known.
        package var mayOpen: Bool?
        package var user: String
        package init(count: Int, mayOpen: Bool?, user: String) {
            self.count = count
            self.mayOpen = mayOpen
            self.user = user
        }
    }
}

extension HardwareFacts {
    /// *Units*: °C. *Source*: Raspberry Pi documentation, "Frequency management and thermal control": 80 °C slows the processor, 85 °C more so; other
    /// boards of the kind are specified to 85 °C too.
    static let warm = 80.0
    static let hot = 85.0

    /// The lines of the section.
    package func results() -> [CheckResult] {
        var results = [boardResult, temperatureResult]
        if let throttling { results.append(powerResult(throttling)) }
        results += [memoryResult, loadResult, watchdogResult]
        if let chipsResult { results.append(chipsResult) }
        return results + lines.map(\.result)
    }

    private func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(.hardware, check, name, verdict, text, figures: figures) }

    private var boardResult: CheckResult {
        let name = said("board", "板卡")
        switch model {
        case .unknown(let reason): return result("board", name, .unknown, reason.text)
        case .known(let model): return boardResult(name, model)
        }
    }

    private func boardResult(_ name: BilingualText, _ model: String) -> CheckResult {
        switch board {
        case .unknown(let reason):
            if wantedBoard == nil { return result("board", name, .ok, model.isEmpty ? said("no name", "无名称") : same(model)) }
            return result("board", name, .unknown, same("\(model): ") + reason.text)
        case .known(nil):
            if let wantedBoard {
                return result(
                    "board", name, .error,
                    said(
                        "\(model); the site is made for \(wantedBoard): this is another machine, or its board file is missing",
                        "\(model)；站点配置的板卡是 \(wantedBoard)：不是这台机器，或缺少板卡文件"))
            }
            return result(
                "board", name, .warning,
                said(
                    "\(model); no file of boards/ knows it: copy boards/generic.toml to describe it",
                    "\(model)；boards/ 中没有对应文件：请复制 boards/generic.toml 填写"))
        case .known(.some(let board)):
            if let wantedBoard, wantedBoard != board.file {
                return result(
                    "board", name, .error,
                    said(
                        "\(model) is \(board.file); the site is made for \(wantedBoard): change [board] type, or put the right card in",
                        "\(model) 对应 \(board.file)，站点配置的是 \(wantedBoard)：请改 [board] type，或插入正确的存储卡"))
            }
            if let wantedSerial, wantedSerial != serial {
                return result(
                    "board", name, .error,
                    said(
                        "the number is \(serial.isEmpty ? "unknown" : serial), the site is made for \(wantedSerial): change [board] serial, or take the right board",
                        "编号 \(serial.isEmpty ? "未知" : serial)，站点只用于 \(wantedSerial)：请改 [board] serial，或换正确的板卡"))
            }
            return result("board", name, .ok, said("\(model), matches boards/\(board.file).toml", "\(model)，与 boards/\(board.file).toml 一致"))
        }
    }

    private var temperatureResult: CheckResult {
        let name = said("temperature", "温度")
        switch temperature {
        case .unknown(let reason): return result("temperature", name, .unknown, reason.text)
        case .known(let celsius):
            let figures = [CheckResult.Figure("celsius", celsius)]
            let value = "\(Amount.decimal(celsius)) °C"
            if celsius >= HardwareFacts.hot {
                return result(
                    "temperature", name, .error,
                    said("\(value): the board slows down and ages; give it air or shade", "\(value)：板卡降频并加速老化，请通风或遮阳"), figures)
            }
            if celsius >= HardwareFacts.warm {
                return result("temperature", name, .warning, said("\(value): close to slowing down; give it air", "\(value)：接近降频温度，请通风"), figures)
            }
            return result("temperature", name, .ok, same(value), figures)
        }
    }

    /// *Source*: Raspberry Pi documentation, `vcgencmd get_throttled`: bits 0 to 3 now, 16 to 19 since the start.
    private func powerResult(_ throttling: Answer<UInt32>) -> CheckResult {
        let name = said("power", "供电")
        switch throttling {
        case .unknown(let reason): return result("power", name, .unknown, reason.text)
        case .known(let bits):
            if bits & 1 != 0 {
                return result(
                    "power", name, .error,
                    said("under-voltage now: use the board's own supply and a short, thick cable", "当前欠压：请换用原装电源和短粗电缆"))
            }
            if bits & 0b1110 != 0 {
                return result("power", name, .warning, said("the processor is slowed down now: heat or supply", "处理器正在降频：散热或供电不足"))
            }
            if bits & 1 << 16 != 0 {
                return result(
                    "power", name, .warning,
                    said("under-voltage since the start: the supply is weak; cards are damaged that way", "启动以来出现过欠压：电源偏弱，易损坏存储卡"))
            }
            if bits & 0b1110 << 16 != 0 {
                return result("power", name, .warning, said("the processor was slowed down since the start", "启动以来处理器曾降频"))
            }
            return result("power", name, .ok, said("no under-voltage since the start", "启动以来无欠压"))
        }
    }

    private var memoryResult: CheckResult {
        let name = said("memory", "内存")
        switch memory {
        case .unknown(let reason): return result("memory", name, .unknown, reason.text)
        case .known(let memory):
            let share = Double(memory.available) / Double(max(1, memory.total))
            let value = said(
                "\(Amount.bytes(memory.available)) of \(Amount.bytes(memory.total)) available",
                "可用 \(Amount.bytes(memory.available))，共 \(Amount.bytes(memory.total))")
            let figures = [CheckResult.Figure("available_bytes", Double(memory.available)), .init("total_bytes", Double(memory.total))]
            if share < 0.04 {
                return result("memory", name, .error, value + (said(": the kernel will soon end programs", "：内核即将终止进程")), figures)
            }
            if share < 0.1 {
                return result(
                    "memory", name, .warning, value + (said(": see what takes it (ps aux --sort -rss)", "：请查看占用者（ps aux --sort -rss）")), figures)
            }
            return result("memory", name, .ok, value, figures)
        }
    }

    private var loadResult: CheckResult {
        let name = said("load", "负载")
        switch load {
        case .unknown(let reason): return result("load", name, .unknown, reason.text)
        case .known(let load):
            let value = said(
                "\(Amount.decimal(load.quarterHour)) over 15 min, \(load.processors) processors",
                "15 分钟平均 \(Amount.decimal(load.quarterHour))，\(load.processors) 个处理器核")
            let figures = [CheckResult.Figure("load_15_min", load.quarterHour), .init("processors", Double(load.processors))]
            if load.quarterHour > Double(load.processors) * 1.5 {
                return result("load", name, .warning, value + (said(": see what runs (top)", "：请查看运行的程序（top）")), figures)
            }
            return result("load", name, .ok, value, figures)
        }
    }

    private var watchdogResult: CheckResult {
        let name = said("watchdog", "看门狗")
        switch watchdog {
        case .unknown(let reason): return result("watchdog", name, .unknown, reason.text)
        case .known(nil):
            return result(
                "watchdog", name, .warning,
                said("no hardware watchdog: a board that hangs stays so until somebody comes", "没有硬件看门狗：板卡死机后只能人工重启"))
        case .known(.some(let dog)):
            if dog.isActive {
                return result("watchdog", name, .ok, said("\(dog.identity), fed, \(dog.timeout) s", "\(dog.identity)，已启用，\(dog.timeout) 秒"))
            }
            return result(
                "watchdog", name, .warning,
                said(
                    "\(dog.identity) is not used: set RuntimeWatchdogSec=15 in /etc/systemd/system.conf",
                    "\(dog.identity) 未启用：在 /etc/systemd/system.conf 设 RuntimeWatchdogSec=15"))
        }
    }

    private var chipsResult: CheckResult? {
        let name = said("gpio", "GPIO")
        switch chips {
        case .unknown(let reason): return result("gpio", name, .unknown, reason.text)
        case .known(nil): return nil
        case .known(.some(let chips)):
            let value = said("\(chips.count) chip\(chips.count == 1 ? "" : "s")", "\(chips.count) 个芯片")
            guard let mayOpen = chips.mayOpen else { return result("gpio", name, .ok, value) }
            if mayOpen { return result("gpio", name, .ok, value + (said(", open to \(chips.user)", "，用户 \(chips.user) 可用"))) }
            return result(
                "gpio", name, .error,
                value
                    + (said(
                        ", closed to \(chips.user): usermod -aG gpio \(chips.user), and a udev rule for group gpio",
                        "，用户 \(chips.user) 无权：usermod -aG gpio \(chips.user)，并为 gpio 组设 udev 规则")))
        }
    }
}
