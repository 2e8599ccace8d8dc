import Doctor
import Glibc
import Lifeline
import Site

/// Reads what the machine says of itself, from the kernel's files.
struct HardwareCollector: Sendable {
    /// Before `/proc`, `/sys` and `/dev`; empty but in tests.
    var root: String
    /// Folders that may hold board files; the first that exists counts.
    var boardFolders: [String]
    /// The board that the site is made for.
    var wanted: BoardConfiguration?
    /// The lines that the site uses.
    var lines: [LineConfiguration]
    var isGatewayRunning: Bool
    /// The gateway's user.
    var account: Account?

    func facts() -> HardwareFacts {
        let identity = BoardIdentity.read(from: .disk, in: root + BoardIdentity.deviceTree)
        var facts = HardwareFacts()
        facts.model = model(identity)
        facts.board = board(identity)
        facts.serial = identity?.serial ?? ""
        // A file without names fits any board.
        if let wanted, !wanted.board.compatible.isEmpty { facts.wantedBoard = wanted.type }
        facts.wantedSerial = wanted?.serial
        facts.temperature = temperature()
        facts.throttling = throttling(identity)
        facts.memory = memory()
        facts.load = load()
        facts.watchdog = watchdog()
        facts.chips = chips()
        facts.lines = LineCollector(lines: lines, isGatewayRunning: isGatewayRunning).facts()
        return facts
    }

    private static let noDeviceTree = Ignorance.lacking(BilingualText(chinese: "设备树", english: "device tree on this machine"))

    private func model(_ identity: BoardIdentity?) -> Answer<String> {
        if let identity { return .known(identity.model.isEmpty ? identity.compatible.first ?? "" : identity.model) }
        let maker = SystemFile.text(root + "/sys/class/dmi/id/sys_vendor").value ?? ""
        if let product = SystemFile.text(root + "/sys/class/dmi/id/product_name").value {
            return .known(maker.isEmpty || product.hasPrefix(maker) ? product : "\(maker) \(product)")
        }
        return .unknown(.lacking(BilingualText(chinese: "设备树或产品名", english: "device tree or product name on this machine")))
    }

    private func board(_ identity: BoardIdentity?) -> Answer<HardwareFacts.KnownBoard?> {
        guard let identity else { return .unknown(HardwareCollector.noDeviceTree) }
        guard let folder = boardFolders.first(where: { SystemFile.exists($0) }) else {
            return .unknown(.lacking(BilingualText(chinese: "板卡文件夹", english: "folder of board files")))
        }
        let entry = BoardCatalogue(folder: folder, from: .disk).entry(for: identity)
        return .known(entry.map { HardwareFacts.KnownBoard(file: $0.type, name: $0.board.name) })
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
        return hottest.map { .known($0) } ?? .unknown(.lacking(BilingualText(chinese: "温度传感器", english: "temperature sensor in /sys/class/thermal")))
    }

    /// The firmware's word of a Raspberry Pi. *Source*: kernel, drivers/firmware/raspberrypi.c (`get_throttled`) and drivers/hwmon/raspberrypi-hwmon.c.
    private func throttling(_ identity: BoardIdentity?) -> Answer<UInt32>? {
        guard identity?.compatible.contains(where: { $0.hasPrefix("raspberrypi,") }) == true else { return nil }
        if let text = SystemFile.text(root + "/sys/devices/platform/soc/soc:firmware/get_throttled").value, let bits = UInt32(text, radix: 16) {
            return .known(bits)
        }
        let monitors = root + "/sys/class/hwmon"
        for monitor in SystemFile.list(monitors) where SystemFile.text("\(monitors)/\(monitor)/name").value == "rpi_volt" {
            if let alarm = SystemFile.whole("\(monitors)/\(monitor)/in0_lcrit_alarm") { return .known(alarm == 0 ? 0 : 1) }
        }
        return .unknown(
            .lacking(
                BilingualText(chinese: "固件状态（可用 vcgencmd get_throttled 查看）", english: "word of the firmware in /sys (see vcgencmd get_throttled)")))
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
            return .unknown(.lacking(BilingualText(chinese: "\(name) 的内核状态", english: "word of the kernel on \(name)")))
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
