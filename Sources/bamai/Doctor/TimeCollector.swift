import Doctor
import Gateway
import Glibc
import Lifeline
import Linux

/// Asks the kernel and the system's files for the time.
struct TimeCollector: Sendable {
    var root: String
    /// The site, whose file was written at some time.
    var sitePath: String

    func facts() -> TimeFacts {
        let now = Clocks.wallMicroseconds() / 1_000_000
        var facts = TimeFacts(now: now)
        facts.isSynchronised = Clocks.isSynchronised().map { .known($0) } ?? .unknown(.failed("the kernel may not be asked here"))
        if facts.isSynchronised.value == true { facts.greatestError = Clocks.greatestErrorMicroseconds() }
        facts.timeService = timeService()
        facts.batteryClock = batteryClock(now)
        facts.systemOffset = offset(now)
        if let built = SystemFile.modified("/proc/self/exe") {
            facts.witnesses.append(.init(BilingualText(chinese: "本程序的生成时间", english: "when this program was built"), built))
        }
        if let written = SystemFile.modified(SiteFiles.file(sitePath)) {
            facts.witnesses.append(.init(BilingualText(chinese: "站点配置的写入时间", english: "when the site's file was written"), written))
        }
        return facts
    }

    /// The kernel cuts a process's name to fifteen bytes.
    private static let services = [
        "chronyd": "chrony", "systemd-timesyn": "systemd-timesyncd", "ntpd": "ntpd", "openntpd": "openntpd", "ptp4l": "ptp4l", "phc2sys": "phc2sys",
    ]

    private func timeService() -> String? {
        for name in SystemFile.list("/proc") where name.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
            if let words = SystemFile.text("/proc/\(name)/comm").value, let service = TimeCollector.services[words] { return service }
        }
        return nil
    }

    private func batteryClock(_ now: Int64) -> Answer<TimeFacts.BatteryClock?> {
        let folder = root + "/sys/class/rtc"
        guard let name = SystemFile.list(folder).first else { return .known(nil) }
        let words = SystemFile.text("\(folder)/\(name)/name").value ?? name
        // Some drivers append where they sit: "rtc-ds1307 1-0068".
        let title = words.split(separator: " ").first.map(String.init) ?? name
        return .known(TimeFacts.BatteryClock(name: title, ahead: SystemFile.whole("\(folder)/\(name)/since_epoch").map { $0 - now }))
    }

    private func offset(_ now: Int64) -> Answer<Int> {
        var moment = time_t(now)
        var fields = tm()
        guard localtime_r(&moment, &fields) != nil else { return .unknown(.failed("localtime: \(String(cString: strerror(errno)))")) }
        return .known(fields.tm_gmtoff)
    }
}
