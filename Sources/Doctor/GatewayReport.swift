import Lifeline

/// What the running gateway says, and what its journal adds.
package struct GatewayFacts: Sendable {
    /// The answer to `status`.
    package var report: Answer<JSONValue> = .unknown(.late)
    /// Where the control socket is; empty: not known.
    package var socket = ""
    /// *Units*: seconds since the newest reading of a sensor was received; nil: there is none.
    package var newestReading: Answer<Int64?> = .unknown(.late)
    /// *Units*: seconds since the oldest alert was made that the platform does not have; nil: it has them all.
    package var oldestAlert: Answer<Int64?> = .unknown(.late)
    /// The same for readings.
    package var oldestReading: Answer<Int64?> = .unknown(.late)
    /// The site has a platform.
    package var hasPlatform = false

    package init() {}
}

extension GatewayFacts {
    /// The lines of the section.
    package func results() -> [CheckResult] {
        var results = [aliveResult]
        guard case .known(let report) = report else { return results + backlogResults(nil) }
        if !report["journal"].isNull { results += [storageResult(report), sensingResult(report), sensorsResult(report), messagesResult(report)] }
        results += backlogResults(report)
        if !report["alarms"].isNull { results += alarmResults(report["alarms"]) }
        return results + problemResults(report)
    }

    private func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(.gateway, check, name, verdict, text, figures: figures) }

    private var aliveResult: CheckResult {
        let name = said("process", "进程")
        switch report {
        case .unknown(.noGateway), .unknown(.absent):
            return result("process", name, .error, said("none answers at \(socket): systemctl start bamaid", "\(socket) 无应答：systemctl start bamaid"))
        case .unknown(.late):
            return result(
                "process", name, .error,
                said("one listens at \(socket) and does not answer: systemctl restart bamaid", "\(socket) 有监听但不应答：systemctl restart bamaid"))
        case .unknown(let reason): return result("process", name, .unknown, reason.text)
        case .known(let report):
            let up = Amount.duration(report["uptime_s"].count)
            let (version, state) = (report["bamai"].text ?? "?", report["state"].text ?? "?")
            let text = said("bamai \(version), \(state), up \(up.english)", "bamai \(version)，\(state)，已运行 \(up.chinese)")
            return result("process", name, state == "running" ? .ok : .warning, text, [.init("uptime_s", Double(report["uptime_s"].count))])
        }
    }

    private func storageResult(_ report: JSONValue) -> CheckResult {
        let name = said("storing", "存储进展")
        let journal = report["journal"]
        let figures = [
            CheckResult.Figure("commits", Double(journal["commits"].count)), .init("failed_commits", Double(journal["failed_commits"].count)),
        ]
        let state = journal["state"].text ?? "?"
        guard state == "ok" else {
            let since = Amount.duration(journal["refusing_s"].count)
            return result(
                "storing", name, .error,
                said(
                    "the store refuses (\(state)) for \(since.english): see storage above; brokers keep what comes",
                    "存储拒绝写入（\(state)），已 \(since.chinese)：见上文“存储”；消息由代理保留"), figures)
        }
        let text = said("\(journal["commits"].count) commits", "\(journal["commits"].count) 次提交")
        if journal["failed_commits"].count > 0 {
            return result(
                "storing", name, .warning,
                text + said(", \(journal["failed_commits"].count) failed: check the card", "，失败 \(journal["failed_commits"].count) 次：请检查存储卡"), figures
            )
        }
        let behind = max(0, journal["last_sequence"].count - report["judge"]["sequence"].count)
        if behind > 100_000 {
            return result("storing", name, .warning, text + said(", judging is \(behind) entries behind", "，诊断落后 \(behind) 条"), figures)
        }
        return result("storing", name, .ok, text, figures)
    }

    private func sensingResult(_ report: JSONValue) -> CheckResult {
        let name = said("sensing", "感知进展")
        switch newestReading {
        case .unknown(let reason): return result("sensing", name, .unknown, reason.text)
        case .known(nil):
            let isYoung = report["uptime_s"].count < 600
            return result(
                "sensing", name, isYoung ? .unknown : .warning,
                isYoung
                    ? said("no reading yet", "尚无读数")
                    : said("no reading ever: see the brokers above, and bamai discover", "从未收到读数：见上文“消息代理”，或用 bamai discover"))
        case .known(.some(let age)):
            let ago = Amount.duration(age)
            let text = said("newest reading \(ago.english) ago", "最新读数在 \(ago.chinese)前")
            let figures = [CheckResult.Figure("newest_reading_s", Double(age))]
            return result(
                "sensing", name, age > 6 * 3600 ? .warning : .ok,
                text + (age > 6 * 3600 ? said(": is anything still sending?", "：还有设备在发送吗？") : said("", "")), figures)
        }
    }

    private func sensorsResult(_ report: JSONValue) -> CheckResult {
        let name = said("sensors", "传感器")
        let sensors = report["sensors"]
        let (total, silent, never) = (sensors["total"].count, sensors["silent"].count, sensors["never"].count)
        let figures = ["total", "reporting", "silent", "never"].map { CheckResult.Figure($0, Double(sensors[$0].count)) }
        let text = said("\(sensors["reporting"].count) of \(total) report", "\(total) 个中 \(sensors["reporting"].count) 个在报")
        if silent > 0 {
            return result(
                "sensors", name, .warning,
                text
                    + said(
                        ", \(silent) have fallen silent: battery, radio or gateway; bamai status names them",
                        "，\(silent) 个失联：电池、无线或基站；bamai status 列出名称"), figures)
        }
        if never > 0 && report["uptime_s"].count > 86_400 {
            return result(
                "sensors", name, .warning,
                text + said(", \(never) were never heard: compare their ids with bamai discover", "，\(never) 个从未收到：请用 bamai discover 核对编号"), figures)
        }
        if never > 0 { return result("sensors", name, .ok, text + said(", \(never) not heard yet", "，\(never) 个尚未收到"), figures) }
        return result("sensors", name, .ok, text, figures)
    }

    private func messagesResult(_ report: JSONValue) -> CheckResult {
        let name = said("messages", "报文")
        let decode = report["decode"]
        let messages = decode["messages"].count
        let refused = decode["refused"].members.values.reduce(Int64(0)) { $0 + $1.count }
        let figures = [CheckResult.Figure("messages", Double(messages)), .init("refused", Double(refused))]
        if refused > 0 {
            let share = Amount.percent(Double(refused), of: Double(max(1, messages)))
            let worst = decode["refused"].members.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? ""
            return result(
                "messages", name, .warning,
                said(
                    "\(refused) of \(messages) (\(share)) could not be read, mostly \(worst): bamai rejected",
                    "\(messages) 条中 \(refused) 条（\(share)）无法解析，多为 \(worst)：bamai rejected"), figures)
        }
        if messages == 0 { return result("messages", name, .ok, said("none yet", "尚无"), figures) }
        return result("messages", name, .ok, said("all \(messages) could be read", "\(messages) 条全部可解析"), figures)
    }

    // MARK: - Backlog

    /// *Units*: seconds. An alert is told within seconds; readings may wait for days without harm.
    static let alertPatience: Int64 = 300
    static let readingPatience: Int64 = 86_400

    private func backlogResults(_ report: JSONValue?) -> [CheckResult] {
        guard hasPlatform else { return [] }
        let platform = report?["platform"] ?? .null
        let refused = platform["dead_letters"].count
        var results: [CheckResult] = []
        if refused > 0 {
            results.append(
                result(
                    "dead_letters", said("refused", "被拒"), .error,
                    said(
                        "\(refused) messages for good by the platform: bamai rejected --platform",
                        "平台永久拒收 \(refused) 条：bamai rejected --platform"), [.init("dead_letters", Double(refused))]))
        }
        return results + [
            waiting(
                "alerts_waiting", said("alerts waiting", "待发告警"), oldestAlert, platform["alerts_pending"], GatewayFacts.alertPatience, .error),
            waiting(
                "readings_waiting", said("readings waiting", "待发读数"), oldestReading, platform["readings_pending"], GatewayFacts.readingPatience,
                .warning),
        ]
    }

    private func waiting(
        _ check: String, _ name: BilingualText, _ oldest: Answer<Int64?>, _ pending: JSONValue, _ patience: Int64, _ verdict: Verdict
    ) -> CheckResult {
        switch oldest {
        case .unknown(let reason): return result(check, name, .unknown, reason.text)
        case .known(nil): return result(check, name, .ok, said("none", "无"))
        case .known(.some(let age)):
            let duration = Amount.duration(age)
            var text = said("the oldest for \(duration.english)", "最早的已等 \(duration.chinese)")
            if pending.number != nil { text = said("\(pending.count), ", "\(pending.count) 条，") + text }
            let isLong = age > patience
            if isLong { text = text + said(": see the city link above", "：见上文“上级平台”") }
            return result(check, name, isLong ? verdict : .ok, text, [.init("oldest_s", Double(age))])
        }
    }

    // MARK: - Alarms

    private func alarmResults(_ alarms: JSONValue) -> [CheckResult] {
        let (day, most) = (alarms["last_day"].count, alarms["acceptable_a_day"].count)
        let figures = ["last_hour", "last_day", "peak_10_min", "acceptable_a_day", "held_by_flood_last_day"].map {
            CheckResult.Figure($0, Double(alarms[$0].count))
        }
        let rate = said("alarm rate", "告警频度")
        var results: [CheckResult] = []
        let text = said("\(day) in the last day (one operator can take \(most))", "近一天 \(day) 条（一名值班员可处理 \(most) 条）")
        let worst = alarms["worst"].list.first
        let point = worst.map { "\($0["asset"].text ?? "") \($0["rule"].text ?? "")" } ?? ""
        if day > most {
            results.append(
                result("alarm_rate", rate, .warning, text + said("; worst: \(point), see bamai alarms", "；最多：\(point)，见 bamai alarms"), figures))
        } else if alarms["peak_10_min"].count >= 10 {
            results.append(
                result(
                    "alarm_rate", rate, .warning,
                    text
                        + said(
                            "; a flood of \(alarms["peak_10_min"].count) in 10 min: bamai alarms",
                            "；10 分钟内曾达 \(alarms["peak_10_min"].count) 条：bamai alarms"), figures))
        } else {
            results.append(result("alarm_rate", rate, .ok, text, figures))
        }
        let (stale, chattering) = (alarms["stale"]["count"].count, alarms["chattering"]["count"].count)
        let standing = said("standing alarms", "长期告警")
        let standingFigures = [CheckResult.Figure("stale", Double(stale)), .init("chattering", Double(chattering))]
        if stale + chattering > 0 {
            results.append(
                result(
                    "alarms_standing", standing, .warning,
                    said(
                        "\(stale) stand for long, \(chattering) chatter: mend, or shelve with a reason (bamai alarms)",
                        "\(stale) 条长期未消除，\(chattering) 条反复：请处理或搁置并注明原因（bamai alarms）"), standingFigures))
        } else {
            results.append(result("alarms_standing", standing, .ok, said("none stands for long, none chatters", "无长期未消除、无反复告警"), standingFigures))
        }
        let (shelved, withheld) = (alarms["shelves"].list.count, alarms["withheld"]["count"].count)
        results.append(
            result(
                "alarms_put_aside", said("put aside", "搁置告警"), .ok,
                said("\(shelved) shelved, \(withheld) withheld now", "搁置 \(shelved) 项，当前压住 \(withheld) 条"),
                [.init("shelved", Double(shelved)), .init("withheld", Double(withheld))]))
        return results
    }

    // MARK: - The gateway's own problems

    /// What the gateway reports and no line above says.
    private func problemResults(_ report: JSONValue) -> [CheckResult] {
        report["problems"].list.compactMap { problem in
            let subject = problem["subject"].text ?? ""
            if subject.hasPrefix("broker ") || subject == "platform" || subject == "sensors" { return nil }
            if subject == "journal", report["journal"]["state"].text != "ok", !report["journal"].isNull { return nil }
            return result(
                "problem", same(subject), problem["severity"].text == "error" ? .error : .warning, same(problem["text"].text ?? ""))
        }
    }
}
