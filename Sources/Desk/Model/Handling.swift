import Lifeline

/// How far people are with an episode. The gateway has its own state, the condition; the two are never mixed.
package enum Handling: String, CaseIterable, Sendable {
    case published, acknowledged, dispatched, reported, closed
    case falseAlarm = "false_alarm"

    /// Nobody has to do anything any more.
    package var isDone: Bool { self == .closed || self == .falseAlarm }

    package var words: BilingualText {
        switch self {
        case .published: BilingualText(chinese: "待确认", english: "New")
        case .acknowledged: BilingualText(chinese: "已确认", english: "Acknowledged")
        case .dispatched: BilingualText(chinese: "处置中", english: "Dispatched")
        case .reported: BilingualText(chinese: "已反馈", english: "Reported back")
        case .closed: BilingualText(chinese: "已解除", english: "Closed")
        case .falseAlarm: BilingualText(chinese: "误报", english: "False alarm")
        }
    }
}

/// What a duty officer does with an episode.
package enum HandlingAct: String, CaseIterable, Sendable {
    case acknowledge, dispatch, report, close
    case falseAlarm = "false_alarm"
    case shelve, unshelve
    /// By the desk itself: the condition got worse after people were done with it.
    case reopen

    package var words: BilingualText {
        switch self {
        case .acknowledge: BilingualText(chinese: "确认", english: "Acknowledge")
        case .dispatch: BilingualText(chinese: "派单处置", english: "Dispatch")
        case .report: BilingualText(chinese: "现场反馈", english: "Report back")
        case .close: BilingualText(chinese: "解除", english: "Close")
        case .falseAlarm: BilingualText(chinese: "误报", english: "False alarm")
        case .shelve: BilingualText(chinese: "搁置", english: "Shelve")
        case .unshelve: BilingualText(chinese: "取消搁置", english: "Unshelve")
        case .reopen: BilingualText(chinese: "重新打开", english: "Reopened")
        }
    }

    /// The state that it leads to from a state; nil: it is not done there. Shelving changes no state.
    package func result(from state: Handling) -> Handling? {
        switch (self, state) {
        case (.acknowledge, .published): .acknowledged
        case (.dispatch, .published), (.dispatch, .acknowledged), (.dispatch, .reported): .dispatched
        case (.report, .dispatched): .reported
        case (.close, .acknowledged), (.close, .dispatched), (.close, .reported): .closed
        case (.falseAlarm, .published), (.falseAlarm, .acknowledged), (.falseAlarm, .dispatched), (.falseAlarm, .reported): .falseAlarm
        case (.reopen, .closed), (.reopen, .falseAlarm): .published
        case (.shelve, _), (.unshelve, _): state
        default: nil
        }
    }
}

/// What a duty officer asks for.
package struct HandlingRequest: Sendable {
    package var act: HandlingAct
    package var reason: String
    /// For `shelve`: *Units*: seconds from now.
    package var seconds: Int64?
    /// For `shelve` and `unshelve`: the whole asset instead of this rule on it.
    package var isWholeAsset: Bool
    /// For what latches: a competent person at the lift says that nobody is in danger.
    package var isConfirmedOnSite: Bool

    /// *Units*: characters of a reason: as many as gateways take.
    package static let reasonLimit = 200
    /// *Units*: seconds; the longest shelf: 30 days.
    package static let shelfLimit: Int64 = 30 * 86_400
    /// *Units*: seconds; the shortest.
    package static let shelfMinimum: Int64 = 60

    package init(_ act: HandlingAct, reason: String, seconds: Int64? = nil, isWholeAsset: Bool = false, isConfirmedOnSite: Bool = false) {
        self.act = act
        self.reason = reason
        self.seconds = seconds
        self.isWholeAsset = isWholeAsset
        self.isConfirmedOnSite = isConfirmedOnSite
    }
}

/// Why an act was not done.
package enum HandlingRefusal: Error, Equatable, Sendable {
    case unknownEpisode
    /// The act does not follow from where the episode is.
    case notNow(HandlingAct, Handling)
    case needsReason
    case badShelf
    /// It latches: only a competent person ends it, and says so.
    case needsCompetence

    package var words: BilingualText {
        switch self {
        case .unknownEpisode: BilingualText(chinese: "没有这条告警。", english: "There is no such alert.")
        case .notNow(let act, let state):
            BilingualText(
                chinese: "当前状态为“\(state.words.chinese)”，不能\(act.words.chinese)。请刷新页面查看最新状态。",
                english:
                    "It is \(state.words.english.lowercased()) now: \(act.words.english.lowercased()) does not follow. Look at its history first.")
        case .needsReason:
            BilingualText(
                chinese: "请填写原因（1 到 200 个字，不含控制字符）。", english: "Write a reason: 1 to 200 characters, on one line.")
        case .badShelf:
            BilingualText(chinese: "搁置时间为 1 分钟到 30 天。", english: "A shelf lasts from a minute to 30 days.")
        case .needsCompetence:
            BilingualText(
                chinese: "困人告警只能由具备资格的人员在现场确认后解除。", english: "An entrapment is ended only by a competent person who confirms it on site.")
        }
    }
}
