import Lifeline

/// One file of a site that TLS reads.
package struct CertificateFacts: Sendable {
    /// What the file is for.
    package enum Role: String, Sendable { case authority, certificate, key }
    /// What is in it.
    package enum Content: Equatable, Sendable {
        /// *Units*: seconds since 1970.
        case certificates(subject: String, count: Int, notBefore: Int64, notAfter: Int64)
        /// A key, and whether it belongs to the certificate beside it.
        case key(Key)
        case empty
    }
    /// How a key fits.
    package enum Key: Equatable, Sendable { case matches, differs, unreadable, wantsPassword, noCertificate }

    /// Whose it is: a broker's id, or `platform`.
    package var owner: String
    package var role: Role
    package var path: String
    package var content: Answer<Content>
    /// Permission bits; nil: not known.
    package var mode: UInt32?
    /// The gateway's user may read it; nil: that user is not known.
    package var isReadable: Bool?
    /// The gateway's user; empty: not known.
    package var user: String

    package init(owner: String, role: Role, path: String, content: Answer<Content>, mode: UInt32?, isReadable: Bool?, user: String) {
        self.owner = owner
        self.role = role
        self.path = path
        self.content = content
        self.mode = mode
        self.isReadable = isReadable
        self.user = user
    }
}

extension CertificateFacts {
    /// The line of one file.
    package func result(time: TimeFacts) -> CheckResult {
        func line(_ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = []) -> CheckResult {
            CheckResult(.certificates, subject: owner, role.rawValue, name, verdict, same(path + ": ") + text, figures: figures)
        }
        switch content {
        case .unknown(.absent): return line(.error, said("there is no such file", "文件不存在"))
        case .unknown(let reason): return line(.unknown, reason.text)
        case .known(let content):
            if isReadable == false {
                return line(
                    .error, said("the gateway's user \(user) may not read it: chgrp \(user), chmod 640", "网关用户 \(user) 无权读取：chgrp \(user)，chmod 640"))
            }
            if role == .key, let mode, mode & 0o007 != 0 {
                return line(.error, said("everybody may read this key: chmod 640", "任何人都能读取该私钥：chmod 640"))
            }
            switch content {
            case .empty: return line(.error, said("there is no PEM certificate in it", "其中没有 PEM 证书"))
            case .key(let key): return keyLine(key, line)
            case .certificates(let subject, let count, let notBefore, let notAfter):
                return datesLine(subject, count, notBefore, notAfter, time, line)
            }
        }
    }

    private var name: BilingualText {
        switch role {
        case .authority: said("authority", "签发机构")
        case .certificate: said("certificate", "网关证书")
        case .key: said("key", "私钥")
        }
    }

    private func keyLine(_ key: Key, _ line: (Verdict, BilingualText, [CheckResult.Figure]) -> CheckResult) -> CheckResult {
        switch key {
        case .matches: line(.ok, said("belongs to the certificate", "与证书匹配"), [])
        case .differs: line(.error, said("belongs to another certificate", "与证书不匹配"), [])
        case .unreadable: line(.error, said("is no PEM key", "不是 PEM 私钥"), [])
        case .wantsPassword:
            line(.error, said("asks for a password, which nobody can type: openssl pkey -in … -out …", "有口令保护，无人可输入：openssl pkey -in … -out …"), [])
        case .noCertificate: line(.unknown, said("its certificate cannot be read", "对应证书无法读取"), [])
        }
    }

    private func datesLine(
        _ subject: String, _ count: Int, _ notBefore: Int64, _ notAfter: Int64, _ time: TimeFacts,
        _ line: (Verdict, BilingualText, [CheckResult.Figure]) -> CheckResult
    ) -> CheckResult {
        let offset = time.siteOffset ?? 0
        let (start, end) = (Amount.date(unixSeconds: notBefore, offset), Amount.date(unixSeconds: notAfter, offset))
        let figures = [CheckResult.Figure("not_before_s", Double(notBefore)), .init("not_after_s", Double(notAfter)), .init("count", Double(count))]
        if time.now < notBefore {
            let advice = time.isTrusted ? said("", "") : said(", or this clock is behind: set the clock first", "，或本机时钟落后：请先校时")
            return line(.error, said("begins only at \(start)", "自 \(start) 起才有效") + advice, figures)
        }
        let some = count > 1 ? said("one of \(count) ", "\(count) 张证书之一") : said("", "")
        if time.now > notAfter { return line(.error, some + said("has ended at \(end): renew it", "已于 \(end) 过期，请更新"), figures) }
        if notAfter - time.now < ConnectionFacts.renewal {
            return line(
                .warning,
                some
                    + said(
                        "ends at \(end), in \((notAfter - time.now) / 86_400) d: renew it", "将于 \(end) 到期（\((notAfter - time.now) / 86_400) 天），请更新"),
                figures)
        }
        return line(.ok, same(subject) + said(", valid until \(end)", "，有效期至 \(end)"), figures)
    }
}
