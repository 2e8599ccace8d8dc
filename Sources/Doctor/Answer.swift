import Lifeline

/// A fact, or why there is none.
package enum Answer<Value: Sendable>: Sendable {
    case known(Value)
    case unknown(Ignorance)

    /// The fact, or nil.
    package var value: Value? { if case .known(let value) = self { value } else { nil } }
}

extension Answer: Equatable where Value: Equatable {}

/// Why something is not known.
package enum Ignorance: Equatable, Sendable {
    /// What was to be read, and may not be.
    case notAllowed(String)
    /// There is no such file, device or program.
    case absent(String)
    /// The machine has no such thing, in words.
    case lacking(BilingualText)
    /// The way leads through a proxy.
    case proxy
    /// What was asked did not answer in time.
    case late
    /// No gateway answered that could have told.
    case noGateway
    /// A check before this one failed.
    case notReached
    /// The user wants no connections.
    case offline
    /// There is no valid site that would say what to look at.
    case noSite
    /// Another program's or the kernel's words.
    case failed(String)

    /// One sentence for people.
    package var text: BilingualText {
        switch self {
        case .notAllowed(let what): said("\(what) may not be read: run this as root", "无权读取 \(what)：请以 root 运行")
        case .absent(let what): said("there is no \(what)", "没有 \(what)")
        case .lacking(let what): said("there is no ", "没有") + what
        case .proxy:
            said("not tried through a proxy: the gateway's own connection tells", "经代理服务器连接，不作尝试：以网关自身连接为准")
        case .late: said("no answer within the time limit", "限时内没有回答")
        case .noGateway: said("no gateway answers that could tell", "没有网关应答，无从得知")
        case .notReached: said("not tried, because of the line above", "因上一项未通过而未检查")
        case .offline: said("not tried (--offline)", "未检查（--offline）")
        case .noSite: said("not tried: the site cannot be read", "未检查：站点配置无法读取")
        case .failed(let words): same(words)
        }
    }
}
