import Lifeline

/// What is known of the machine's clock.
package struct TimeFacts: Sendable {
    /// *Units*: seconds since 1970, as the machine believes.
    package var now: Int64
    /// A time service keeps the clock.
    package var isSynchronised: Answer<Bool> = .unknown(.late)
    /// *Units*: microseconds by which the kernel thinks that the clock may be wrong at most; nil where it does not say.
    package var greatestError: Int64?
    /// Which time service runs: `chrony`; nil: none was found.
    package var timeService: String?
    /// nil: the machine has no clock with a battery.
    package var batteryClock: Answer<BatteryClock?> = .unknown(.late)
    /// Moments that cannot lie in the future: what was written when. *Units*: seconds since 1970.
    package var witnesses: [Witness] = []
    /// How the journal saw the clock.
    package var journal: Answer<JournalClock> = .unknown(.late)
    /// *Units*: seconds east of UTC.
    package var systemOffset: Answer<Int> = .unknown(.late)
    /// The site's; nil: there is no site.
    package var siteOffset: Int?

    package init(now: Int64) { self.now = now }

    /// A clock that runs without power.
    package struct BatteryClock: Equatable, Sendable {
        package var name: String
        /// *Units*: seconds that it is ahead of the system's clock; nil: it does not tell.
        package var ahead: Int64?
        package init(name: String, ahead: Int64?) {
            self.name = name
            self.ahead = ahead
        }
    }

    /// Something that was made at a known time.
    package struct Witness: Equatable, Sendable {
        package var what: BilingualText
        /// *Units*: seconds since 1970.
        package var moment: Int64
        package init(_ what: BilingualText, _ moment: Int64) {
            self.what = what
            self.moment = moment
        }
    }

    /// How the clock stood while the journal was written.
    package struct JournalClock: Equatable, Sendable {
        /// *Units*: seconds since 1970, by the clock of then: since when the clock of this boot has not been kept; nil: it is, or nobody could tell.
        package var unsynchronisedSince: Int64?
        /// Entries whose time this boot may yet put right.
        package var awaiting: UInt64 = 0
        /// Entries of earlier boots that never learnt the time: marked for ever.
        package var lost: UInt64 = 0
        package init() {}

        /// From the journal's marks. *Complexity*: the marks.
        ///
        /// - Parameters:
        ///   - boot: the present start of the board.
        ///   - first: the oldest entry that is held, 0 where there is none.
        ///   - last: the newest.
        ///   - received: the time of receipt of an entry, in seconds since 1970, where that can be read.
        package init(marks: [ClockMark], boot: String, first: UInt64, last: UInt64, received: (UInt64) -> Int64?) {
            guard first > 0, last >= first else { return }
            let learnt = Set(marks.filter { $0.isSynchronised == true }.map(\.boot))
            for (index, mark) in marks.enumerated() {
                let end = index + 1 < marks.count ? marks[index + 1].sequence : last &+ 1
                let begin = max(mark.sequence, first)
                guard mark.isSynchronised == false, !learnt.contains(mark.boot), end > begin else { continue }
                if mark.boot == boot { awaiting += end - begin } else { lost += end - begin }
            }
            guard let newest = marks.last, newest.boot == boot, newest.isSynchronised == false else { return }
            // The first of the marks in a row that say so.
            let start = marks.reversed().prefix { $0.boot == boot && $0.isSynchronised == false }.last ?? newest
            unsynchronisedSince = received(max(start.sequence, first))
        }
    }
}

extension TimeFacts {
    /// The clock is behind something that exists. TLS then fails for certificates that have not begun.
    package var isInThePast: Bool { witnesses.contains { now < $0.moment - 86_400 } }

    /// Whether what a certificate says of times can be taken at its word.
    package var isTrusted: Bool { isSynchronised.value == true && !isInThePast }

    /// The lines of the section.
    package func results() -> [CheckResult] { [dateResult, clockResult, batteryResult, rowsResult, zoneResult] }

    private func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(.time, check, name, verdict, text, figures: figures) }

    private var dateResult: CheckResult {
        let name = said("date", "日期")
        let value = Amount.moment(unixSeconds: now, siteOffset ?? systemOffset.value ?? 0)
        guard let newest = witnesses.max(by: { $0.moment < $1.moment }) else {
            return result("date", name, .unknown, same("\(value): ") + said("nothing to compare it with", "没有可比对的时间"))
        }
        guard isInThePast else { return result("date", name, .ok, same(value)) }
        let other = Amount.moment(unixSeconds: newest.moment, siteOffset ?? 0)
        return result(
            "date", name, .error,
            said("\(value) is before ", "\(value) 早于") + newest.what
                + said(" (\(other)): the clock is wrong; connect a time source, or date -s", "（\(other)）：时钟错误，请接入授时或用 date -s 校正"))
    }

    private var clockResult: CheckResult {
        let name = said("clock", "时钟")
        switch isSynchronised {
        case .unknown(let reason): return result("clock", name, .unknown, reason.text)
        case .known(true):
            var value = said("synchronised", "已同步")
            if let timeService { value = value + said(" by \(timeService)", "(\(timeService))") }
            if let greatestError {
                let milliseconds = Amount.decimal(Double(greatestError) / 1000)
                value = value + said(", within \(milliseconds) ms", "，误差不超过 \(milliseconds) 毫秒")
                return result("clock", name, .ok, value, [.init("greatest_error_us", Double(greatestError))])
            }
            return result("clock", name, .ok, value)
        case .known(false):
            var value = said("not synchronised", "未同步")
            if let since = journal.value?.unsynchronisedSince, since <= now {
                let duration = Amount.duration(now - since)
                value = said("not synchronised for \(duration.english)", "已有 \(duration.chinese)未同步")
            }
            let fix =
                timeService.map { said("; \(($0)) runs: does it reach its servers?", "；\($0) 正在运行：能连到授时服务器吗？") }
                ?? said("; no time service runs: apt install chrony, and name a server", "；没有运行授时服务：apt install chrony 并设置服务器")
            return result("clock", name, .warning, value + fix)
        }
    }

    private var batteryResult: CheckResult {
        let name = said("battery clock", "硬件时钟")
        switch batteryClock {
        case .unknown(let reason): return result("battery_clock", name, .unknown, reason.text)
        case .known(nil):
            if isSynchronised.value == true {
                return result(
                    "battery_clock", name, .ok,
                    said("none: after a power cut, times are put right once the network's time has come", "无：断电后待网络授时到达再更正时间"))
            }
            return result(
                "battery_clock", name, .warning,
                said("none, and nothing else sets the clock: times of readings stay uncertain", "无，也没有其他授时：读数时间不可靠"))
        case .known(.some(let clock)):
            guard let ahead = clock.ahead else {
                return result("battery_clock", name, .unknown, said("\(clock.name) does not tell its time", "\(clock.name) 读不出时间"))
            }
            let figures = [CheckResult.Figure("ahead_s", Double(ahead))]
            if abs(ahead) > 60 {
                let off = Amount.duration(abs(ahead))
                return result(
                    "battery_clock", name, .warning,
                    said(
                        "\(clock.name) is \(off.english) \(ahead > 0 ? "ahead" : "behind"): hwclock --systohc once the system's clock is right; is its battery flat?",
                        "\(clock.name) \(ahead > 0 ? "快" : "慢") \(off.chinese)：系统时间校准后执行 hwclock --systohc；电池是否耗尽？"), figures)
            }
            return result("battery_clock", name, .ok, said("\(clock.name), within \(abs(ahead)) s", "\(clock.name)，相差 \(abs(ahead)) 秒"), figures)
        }
    }

    private var rowsResult: CheckResult {
        let name = said("reading times", "读数时间")
        switch journal {
        case .unknown(let reason): return result("times", name, .unknown, reason.text)
        case .known(let clock):
            let figures = [CheckResult.Figure("awaiting", Double(clock.awaiting)), .init("lost", Double(clock.lost))]
            if clock.awaiting > 0 {
                return result(
                    "times", name, .warning,
                    said(
                        "\(clock.awaiting) entries are marked; put right as soon as the clock is set",
                        "\(clock.awaiting) 条记录已标记，时钟校准后自动更正"), figures)
            }
            if clock.lost > 0 {
                return result(
                    "times", name, .warning,
                    said(
                        "\(clock.lost) entries of earlier boots never learnt their time, and are marked", "\(clock.lost) 条以往启动的记录始终未获授时，已标记"), figures
                )
            }
            return result("times", name, .ok, said("none awaits correction", "没有待更正的记录"), figures)
        }
    }

    private var zoneResult: CheckResult {
        let name = said("time zone", "时区")
        switch systemOffset {
        case .unknown(let reason): return result("zone", name, .unknown, reason.text)
        case .known(let system):
            let systemText = Amount.offset(system)
            guard let site = siteOffset else { return result("zone", name, .ok, same(systemText)) }
            let siteText = Amount.offset(site)
            if site == system { return result("zone", name, .ok, said("\(systemText), as the site's", "\(systemText)，与站点一致")) }
            if system == 0 {
                return result(
                    "zone", name, .ok, said("logs in UTC, alerts in the site's \(siteText)", "系统日志用 UTC，告警用站点时区 \(siteText)"))
            }
            return result(
                "zone", name, .warning,
                said(
                    "the system's is \(systemText), the site's \(siteText): timedatectl set-timezone, or utc_offset of the site",
                    "系统 \(systemText)，站点 \(siteText)：请用 timedatectl set-timezone 或改站点的 utc_offset"))
        }
    }
}
