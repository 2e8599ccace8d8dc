import Doctor
import Glibc
import Site

/// Reads what the machine says of itself, from the kernel's files.
struct HardwareCollector: Sendable {
    /// Before `/proc`, `/sys` and `/dev`; empty but in tests.
    var root: String
    /// Folders that may hold board files, the first that exists counts.
    var boardFolders: [String]
    /// The gateway's user.
    var account: Account?

    func facts() -> HardwareFacts {
        var facts = HardwareFacts()
        facts.model = model()
        facts.board = board()
        facts.temperature = temperature()
        facts.throttling = throttling()
        facts.memory = memory()
        facts.load = load()
        facts.watchdog = watchdog()
        facts.chips = chips()
        return facts
    }

    private func model() -> Answer<String> {
        if let model = SystemFile.text(root + "/proc/device-tree/model").value { return .known(model) }
        let maker = SystemFile.text(root + "/sys/class/dmi/id/sys_vendor").value ?? ""
        if let product = SystemFile.text(root + "/sys/class/dmi/id/product_name").value {
            return .known(maker.isEmpty || product.hasPrefix(maker) ? product : "\(maker) \(product)")
        }
        return .unknown(.absent("device tree or product name on this machine"))
    }

    /// Device-tree names, the most particular first.
    private var compatible: [String]? {
        SystemFile.text(root + "/proc/device-tree/compatible").value?.split(separator: "\0").map(String.init)
    }

    private func board() -> Answer<HardwareFacts.KnownBoard?> {
        guard let compatible else { return .unknown(.absent("device tree on this machine")) }
        guard let folder = boardFolders.first(where: { SystemFile.exists($0) }) else { return .unknown(.absent("folder of board files")) }
        var best: (rank: Int, board: HardwareFacts.KnownBoard)?
        for file in SystemFile.list(folder) where file.hasSuffix(".toml") {
            guard let board = loadBoard(at: folder + "/" + file, from: .disk).value else { continue }
            for (rank, name) in compatible.enumerated() where board.compatible.contains(name) && rank < best?.rank ?? .max {
                best = (rank, HardwareFacts.KnownBoard(file: String(file.dropLast(5)), name: board.name))
            }
        }
        return .known(best?.board)
    }

    private func temperature() -> Answer<Double> {
        let zones = root + "/sys/class/thermal"
        var hottest: Double?
        for zone in SystemFile.list(zones) where zone.hasPrefix("thermal_zone") {
            guard let thousandths = SystemFile.whole("\(zones)/\(zone)/temp") else { continue }
            let celsius = Double(thousandths) / 1000
            // A sensor that is switched off reads nonsense.
            if (-60...150).contains(celsius) { hottest = max(hottest ?? celsius, celsius) }
        }
        return hottest.map { .known($0) } ?? .unknown(.absent("temperature sensor in /sys/class/thermal"))
    }

    /// The firmware's word of a Raspberry Pi. *Source*: kernel, drivers/firmware/raspberrypi.c (`get_throttled`) and drivers/hwmon/raspberrypi-hwmon.c.
    private func throttling() -> Answer<UInt32>? {
        guard compatible?.contains(where: { $0.hasPrefix("raspberrypi,") }) == true else { return nil }
        if let text = SystemFile.text(root + "/sys/devices/platform/soc/soc:firmware/get_throttled").value, let bits = UInt32(text, radix: 16) {
            return .known(bits)
        }
        let monitors = root + "/sys/class/hwmon"
        for monitor in SystemFile.list(monitors) where SystemFile.text("\(monitors)/\(monitor)/name").value == "rpi_volt" {
            if let alarm = SystemFile.whole("\(monitors)/\(monitor)/in0_lcrit_alarm") { return .known(alarm == 0 ? 0 : 1) }
        }
        return .unknown(.absent("word of the firmware in /sys (see vcgencmd get_throttled)"))
    }

    private func memory() -> Answer<HardwareFacts.Memory> {
        switch SystemFile.text(root + "/proc/meminfo") {
        case .unknown(let reason): return .unknown(reason)
        case .known(let text):
            var figures: [Substring: Int64] = [:]
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count >= 2, let kilobytes = Int64(words[1]) { figures[words[0]] = kilobytes << 10 }
            }
            guard let total = figures["MemTotal:"], let available = figures["MemAvailable:"] else {
                return .unknown(.failed("/proc/meminfo: other words than expected"))
            }
            return .known(HardwareFacts.Memory(total: total, available: available))
        }
    }

    private func load() -> Answer<HardwareFacts.Load> {
        switch SystemFile.text(root + "/proc/loadavg") {
        case .unknown(let reason): return .unknown(reason)
        case .known(let text):
            let words = text.split(separator: " ")
            guard words.count >= 3, let load = Double(words[2]) else { return .unknown(.failed("/proc/loadavg: other words than expected")) }
            return .known(HardwareFacts.Load(quarterHour: load, processors: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))))
        }
    }

    private func watchdog() -> Answer<HardwareFacts.Watchdog?> {
        let folder = root + "/sys/class/watchdog"
        let names = SystemFile.list(folder)
        guard let name = names.first else { return .known(nil) }
        guard let identity = SystemFile.text("\(folder)/\(name)/identity").value, let state = SystemFile.text("\(folder)/\(name)/state").value else {
            return .unknown(.absent("word of the kernel on \(name)"))
        }
        let timeout = SystemFile.whole("\(folder)/\(name)/timeout") ?? 0
        return .known(HardwareFacts.Watchdog(identity: identity, isActive: state == "active", timeout: Int(timeout)))
    }

    private func chips() -> Answer<HardwareFacts.Chips?> {
        let names = SystemFile.list(root + "/dev").filter { $0.hasPrefix("gpiochip") }
        guard !names.isEmpty else { return .known(nil) }
        let allowed = names.compactMap { name in account?.mayOpen("\(root)/dev/\(name)") }
        let mayOpen = account == nil || allowed.isEmpty ? nil : allowed.allSatisfy { $0 }
        return .known(HardwareFacts.Chips(count: names.count, mayOpen: mayOpen, user: account?.name ?? ""))
    }
}
