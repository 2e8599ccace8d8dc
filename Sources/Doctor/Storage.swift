import Lifeline

/// What is known of the place where the journal lies.
package struct StorageFacts: Sendable {
    /// The journal's path; nil: there is no site that would say.
    package var path: String?
    package var journal: Answer<JournalFile> = .unknown(.late)
    package var integrity: Answer<Integrity> = .unknown(.late)
    package var space: Answer<Space> = .unknown(.late)
    package var mount: Answer<Mount> = .unknown(.late)
    /// Of the medium below the file system.
    package var wear: Answer<Wear> = .unknown(.late)
    /// Journals that were set aside because they were damaged.
    package var setAside: Answer<[SetAside]> = .unknown(.late)
    /// The type of the file system that `/var/log` lies on.
    package var logs: Answer<String> = .unknown(.late)
    /// *Units*: bytes a day that the daemon has written since it started; nil: none runs, or it has just begun.
    package var writtenADay: Double?

    package init() {}

    /// What a journal file says of itself.
    package struct JournalFile: Equatable, Sendable {
        /// *Units*: bytes in use.
        package var bytes: Int64
        package var maxBytes: Int64
        /// *Units*: seconds between the receipt of the oldest and of the newest entry.
        package var span: Int64
        /// Readings that the platform never had, dropped for want of room.
        package var lostForRoom: UInt64
        package var damagedSegments: UInt64
        package var isSalvaging: Bool
        package init(bytes: Int64, maxBytes: Int64, span: Int64, lostForRoom: UInt64 = 0, damagedSegments: UInt64 = 0, isSalvaging: Bool = false) {
            self.bytes = bytes
            self.maxBytes = maxBytes
            self.span = span
            self.lostForRoom = lostForRoom
            self.damagedSegments = damagedSegments
            self.isSalvaging = isSalvaging
        }
    }

    /// What SQLite's check of the file's structure found.
    package enum Integrity: Equatable, Sendable {
        case whole
        /// The file is too large for the time that an examination has.
        case unfinished
        case damaged(String)
    }

    /// *Units*: bytes, and files.
    package struct Space: Equatable, Sendable {
        package var total: Int64
        package var free: Int64
        /// 0 total: the file system does not count them.
        package var totalFiles: Int64
        package var freeFiles: Int64
        package init(total: Int64, free: Int64, totalFiles: Int64, freeFiles: Int64) {
            self.total = total
            self.free = free
            self.totalFiles = totalFiles
            self.freeFiles = freeFiles
        }
    }

    /// How the file system is mounted.
    package struct Mount: Equatable, Sendable {
        package var point: String
        package var type: String
        package var options: [String]
        package init(point: String, type: String, options: [String]) {
            self.point = point
            self.type = type
            self.options = options
        }
    }

    /// What a medium tells of its age.
    package enum Wear: Equatable, Sendable {
        /// eMMC: tenths of its life that are used, and whether its reserve blocks are fine. *Range*: 0…11, 1…3 (1 is fine).
        case eMMC(lifeTenths: Int, reserve: Int)
        /// A memory card, a disk or a virtual disk: its name and kind.
        case silent(String, Medium)

        /// Why it does not tell.
        package enum Medium: Equatable, Sendable { case card, disk, virtual }
    }

    /// A file that was set aside.
    package struct SetAside: Equatable, Sendable {
        package var name: String
        package var bytes: Int64
        package init(name: String, bytes: Int64) {
            self.name = name
            self.bytes = bytes
        }
    }
}

extension StorageFacts {
    /// The lines of the section.
    package func results() -> [CheckResult] {
        [journalResult, integrityResult, spaceResult, filesResult, mountResult, wearResult, setAsideResult, logsResult].compactMap { $0 }
    }

    private func result(_ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText, _ figures: [CheckResult.Figure] = [])
        -> CheckResult
    { CheckResult(.storage, check, name, verdict, text, figures: figures) }

    /// A rate is told only from so much time on. *Units*: seconds.
    static let leastSpan: Int64 = 3600

    private var journalResult: CheckResult {
        let name = said("journal", "日志库")
        switch journal {
        case .unknown(let reason): return result("journal", name, .unknown, reason.text)
        case .known(let file):
            var figures = [CheckResult.Figure("bytes", Double(file.bytes)), .init("max_bytes", Double(file.maxBytes))]
            let share = Amount.percent(Double(file.bytes), of: Double(file.maxBytes))
            var text = said("\(share) of \(Amount.bytes(file.maxBytes))", "已用 \(Amount.bytes(file.maxBytes)) 的 \(share)")
            if file.span >= StorageFacts.leastSpan {
                let aDay = Double(file.bytes) / Double(file.span) * 86_400
                let left = Double(max(0, file.maxBytes - file.bytes)) / max(aDay, 1)
                let isFull = Double(file.bytes) > Double(file.maxBytes) * 0.95
                let held = Amount.duration(file.span)
                figures += [.init("bytes_per_day", aDay), .init("days_left", left)]
                let days =
                    left >= 3650
                    ? said("more than 10 years left", "可用 10 年以上") : said("about \(Int(left.rounded())) d left", "约可用 \(Int(left.rounded())) 天")
                text = text + (isFull ? said(", holds \(held.english); the oldest goes", "，保存 \(held.chinese)，最旧的先删除") : said(", ", "，") + days)
            }
            if let writtenADay {
                figures.append(.init("written_bytes_per_day", writtenADay))
                let rate = Amount.bytes(Int64(writtenADay))
                text = text + said("; \(rate)/day written", "；每天写入 \(rate)")
            }
            if file.lostForRoom > 0 {
                return result(
                    "journal", name, .error,
                    text
                        + said(
                            "; \(file.lostForRoom) readings were lost for want of room: raise max_bytes, or mend the link",
                            "；因空间不足丢失 \(file.lostForRoom) 条读数：请增大 max_bytes 或修复上行链路"),
                    figures)
            }
            if file.isSalvaging {
                return result("journal", name, .warning, text + said("; a damaged file is being copied", "；正在抢救损坏的文件"), figures)
            }
            if file.damagedSegments > 0 {
                return result(
                    "journal", name, .warning,
                    text + said("; \(file.damagedSegments) segments could not be read: check the card", "；\(file.damagedSegments) 个数据段无法读取：请检查存储卡"),
                    figures)
            }
            return result("journal", name, .ok, text, figures)
        }
    }

    private var integrityResult: CheckResult {
        let name = said("integrity", "完整性")
        switch integrity {
        case .unknown(let reason): return result("integrity", name, .unknown, reason.text)
        case .known(.whole): return result("integrity", name, .ok, said("quick_check finds nothing", "quick_check 未发现问题"))
        case .known(.unfinished):
            return result(
                "integrity", name, .unknown,
                said("the file is too large for a check in seconds; bamaid checks it at its start", "文件过大，数秒内查不完；bamaid 启动时会检查"))
        case .known(.damaged(let words)):
            return result(
                "integrity", name, .error,
                said(
                    "damaged (\(words)): restart bamaid, which sets it aside and copies what can be read", "已损坏（\(words)）：重启 bamaid，会另存并抢救可读部分"))
        }
    }

    private var spaceResult: CheckResult {
        let name = said("space", "磁盘空间")
        switch space {
        case .unknown(let reason): return result("space", name, .unknown, reason.text)
        case .known(let space):
            let share = Amount.percent(Double(space.free), of: Double(space.total))
            let text = said("\(Amount.bytes(space.free)) free (\(share))", "剩余 \(Amount.bytes(space.free))（\(share)）")
            let figures = [CheckResult.Figure("free_bytes", Double(space.free)), .init("total_bytes", Double(space.total))]
            if Double(space.free) < Double(space.total) * 0.02 {
                return result("space", name, .error, text + said(": make room (du -xh -d2 / | sort -h)", "：请清理（du -xh -d2 / | sort -h）"), figures)
            }
            if let file = journal.value, file.maxBytes - file.bytes > space.free {
                let room = Amount.bytes(file.maxBytes - file.bytes)
                return result(
                    "space", name, .warning,
                    text + said(", but the journal may grow by \(room): lower max_bytes, or make room", "，但日志库还可增长 \(room)：请减小 max_bytes 或清理"),
                    figures)
            }
            if Double(space.free) < Double(space.total) * 0.1 {
                return result("space", name, .warning, text + said(": make room", "：请清理"), figures)
            }
            return result("space", name, .ok, text, figures)
        }
    }

    /// Only where it is worth a line.
    private var filesResult: CheckResult? {
        guard let space = space.value, space.totalFiles > 0, Double(space.freeFiles) < Double(space.totalFiles) * 0.05 else { return nil }
        return result(
            "files", said("files", "文件数"), .error,
            said(
                "\(space.freeFiles) of \(space.totalFiles) inodes free: some program leaves files behind (du --inodes -xd2 /)",
                "inode 只剩 \(space.freeFiles)/\(space.totalFiles)：有程序遗留大量文件（du --inodes -xd2 /）"),
            [.init("free_inodes", Double(space.freeFiles)), .init("total_inodes", Double(space.totalFiles))])
    }

    private var mountResult: CheckResult {
        let name = said("file system", "文件系统")
        switch mount {
        case .unknown(let reason): return result("mount", name, .unknown, reason.text)
        case .known(let mount):
            let value = "\(mount.type) \(mount.point)"
            let options = mount.options
            if options.contains("ro") {
                return result(
                    "mount", name, .error,
                    said(
                        "\(value) is read-only: see dmesg, check the card, mount -o remount,rw \(mount.point)",
                        "\(value) 为只读：查看 dmesg、检查存储卡，mount -o remount，rw \(mount.point)"))
            }
            if mount.type == "tmpfs" || mount.type == "ramfs" {
                return result(
                    "mount", name, .error,
                    said(
                        "\(value) is memory: a power cut takes the journal; set journal.path to a disk", "\(value) 是内存：断电即丢失日志库，请把 journal.path 设到磁盘")
                )
            }
            if mount.type == "overlay" {
                return result(
                    "mount", name, .warning,
                    said("\(value) may be memory in disguise: put the journal on a partition of its own", "\(value) 可能只在内存中：请把日志库放到独立分区"))
            }
            if ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"].contains(mount.type) {
                return result(
                    "mount", name, .error,
                    said("\(value) is a network's: SQLite's WAL needs a local file system", "\(value) 是网络文件系统：SQLite WAL 需要本地文件系统"))
            }
            if ["vfat", "exfat", "msdos", "ext2"].contains(mount.type) {
                return result(
                    "mount", name, .warning,
                    said("\(value) keeps no journal of its own: a power cut may break it; use ext4", "\(value) 无日志功能：断电可能损坏，请用 ext4"))
            }
            if options.contains("nobarrier") || options.contains("barrier=0") {
                return result(
                    "mount", name, .error,
                    said("\(value) is mounted without barriers: a power cut loses what was acknowledged", "\(value) 关闭了写屏障：断电会丢失已确认的数据"))
            }
            if options.contains("sync") {
                return result(
                    "mount", name, .warning, said("\(value) is mounted sync, which wears the card out: take it away", "\(value) 以 sync 挂载，加速磨损，请去掉"))
            }
            let isSparing = options.contains("noatime") || options.contains("relatime")
            return result("mount", name, .ok, same(value + (isSparing ? options.contains("noatime") ? ", noatime" : ", relatime" : "")))
        }
    }

    private var wearResult: CheckResult {
        let name = said("medium", "介质寿命")
        switch wear {
        case .unknown(let reason): return result("wear", name, .unknown, reason.text)
        case .known(.silent(let device, .card)):
            return result(
                "wear", name, .unknown,
                said("\(device) is a memory card, which does not tell its wear: keep a spare", "\(device) 是存储卡，读不出磨损：请备一张"))
        case .known(.silent(let device, .disk)):
            return result(
                "wear", name, .unknown,
                said("\(device) is a disk: smartctl -a /dev/\(device) tells more", "\(device) 是磁盘：用 smartctl -a /dev/\(device) 查看"))
        case .known(.silent(let device, .virtual)):
            return result("wear", name, .unknown, said("\(device) is a virtual disk, whose medium is not seen", "\(device) 是虚拟盘，看不到介质"))
        case .known(.eMMC(let tenths, let reserve)):
            // Source: JEDEC eMMC 5.0, DEVICE_LIFE_TIME_EST: 1 is up to 10 % used, 11 is beyond; PRE_EOL_INFO: 2 is 80 % of the reserve used, 3 urgent.
            let figures = [CheckResult.Figure("life_tenths", Double(tenths)), .init("reserve_state", Double(reserve))]
            if tenths >= 11 || reserve >= 3 {
                return result("wear", name, .error, said("the eMMC is at the end of its life: replace it", "eMMC 寿命已尽，请更换"), figures)
            }
            if tenths >= 9 || reserve == 2 {
                return result(
                    "wear", name, .warning,
                    said("the eMMC has used up to \(tenths * 10) % of its life: plan to replace it", "eMMC 寿命已用至 \(tenths * 10) %，请安排更换"),
                    figures)
            }
            return result(
                "wear", name, .ok, said("eMMC, up to \(max(1, tenths) * 10) % of its life used", "eMMC，寿命已用不超过 \(max(1, tenths) * 10) %"), figures)
        }
    }

    private var setAsideResult: CheckResult {
        let name = said("set aside", "损坏另存")
        switch setAside {
        case .unknown(let reason): return result("set_aside", name, .unknown, reason.text)
        case .known(let files):
            guard !files.isEmpty else { return result("set_aside", name, .ok, said("no damaged journal", "没有损坏的日志库")) }
            let list = files.map { "\($0.name) (\(Amount.bytes($0.bytes)))" }.joined(separator: ", ")
            return result(
                "set_aside", name, .warning,
                said("\(list): what could be read was taken over; copy it away for study, then delete it", "\(list)：可读部分已转存；请拷走留查后删除"),
                [.init("files", Double(files.count))])
        }
    }

    private var logsResult: CheckResult {
        let name = said("system logs", "系统日志")
        switch logs {
        case .unknown(let reason): return result("logs", name, .unknown, reason.text)
        case .known(let type):
            let isMemory = type == "tmpfs" || type == "zram" || type == "ramfs"
            return result(
                "logs", name, .ok,
                isMemory
                    ? said("/var/log in memory: spares the card; gone after a power cut", "/var/log 在内存：省卡，断电后丢失")
                    : said("/var/log on \(type)", "/var/log 在 \(type)"))
        }
    }
}
