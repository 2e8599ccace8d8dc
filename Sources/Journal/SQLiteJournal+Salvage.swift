import Lifeline

/// What is copied from a damaged file next. Raw values stand in the file.
enum SalvageStage: UInt64 {
    case receipts = 1
    case alerts = 2
    case segments = 3
    /// Segments on pages that the tree does not lead to any more.
    case pages = 4
}

/// The copying of a damaged file's segments, while it lasts.
struct SalvageWork {
    /// With `pages` nil too: it is over, and only the end must still be written.
    var source: SalvageSource?
    /// Takes the place of `source` once the walk is over.
    var pages: SalvagePages?
    var walk: SalvageWalk
    /// Where the last good segment ended; nil after a restart, and at the start.
    var lastEnd: UInt64?
    /// Something unreadable was met since.
    var hasSkipped = false
    /// Why it ended before the walk did.
    var reason: String?
    /// Steps in a row that the successor could not take.
    var failures = 0
    let file: Int
}

extension SQLiteJournal {
    /// The most seeks in a damaged file that one call of `maintain` makes, and so the most segments that it copies.
    package static let salvageSeeksPerCall = 64
    /// The most pages that one call looks at when it searches single pages.
    private static let salvagePagesPerCall = 256
    /// *Units*: bytes of segments after which a call ends earlier.
    private static let salvageBytesPerCall = 1 << 20
    /// The most seeks for segments that `open` makes: a checkpoint interval of a busy site.
    private static let salvageSeeksAtOpen = 1024
    /// Alerts that are copied in one transaction.
    private static let salvageAlertsPerCommit = 256
    /// So many failures in a row end the copying: it must never hold the readings lane for ever.
    private static let salvageFailureLimit = 8

    /// Goes on with copying a damaged predecessor after `open`: receipts and alerts at once, segments later in `maintain`.
    ///
    /// *Throws*: only what writing this file throws. *Complexity*: linear in the alerts.
    func resumeSalvage(_ store: JournalStore, vfs: String?) throws(JournalError) {
        guard let stage = SalvageStage(rawValue: try store.queries.counter(.salvageStage)) else { return }
        let file = Int(clamping: try store.queries.counter(.salvageFile))
        let floor = try store.queries.counter(.sequenceFloor)
        var work = SalvageWork(walk: SalvageWalk(from: 1, below: floor), file: file)
        let damaged = JournalFiles.damaged(path, file)
        if stage == .pages { work.pages = SalvagePages(path: damaged) } else { work.source = try? SalvageSource(path: damaged, vfs: vfs) }
        if let source = work.source {
            if stage == .receipts { try copyReceipts(source, store) }
            if stage != .segments { try copyAlerts(source, store) }
            work.walk = SalvageWalk(from: max(1, try store.queries.counter(.salvageNext)), below: floor)
        }
        if work.source == nil && work.pages == nil {
            work.reason = "\(damaged) cannot be read"
            try endSalvage(work, store)
        } else {
            salvage = work
        }
    }

    /// All in one transaction: receipts have no key of their own by which a second copy would be known.
    private func copyReceipts(_ source: SalvageSource, _ store: JournalStore) throws(JournalError) {
        do throws(JournalError) {
            try insertReceipts(source, store)
        } catch .full {
            // Without them some redeliveries are journaled twice; that is no reason not to open.
            try store.transaction { () throws(JournalError) in try beginAlerts(store) }
        }
    }

    private func beginAlerts(_ store: JournalStore) throws(JournalError) {
        try store.set(.salvageStage, SalvageStage.alerts.rawValue)
        try store.set(.salvageNext, 1)
    }

    private func insertReceipts(_ source: SalvageSource, _ store: JournalStore) throws(JournalError) {
        try store.transaction { () throws(JournalError) in
            var walk = SalvageWalk(from: 1, below: UInt64(Int64.max))
            while let key = walk.key {
                switch try source.receipts(from: key) {
                case .row(let found) where walk.isReading:
                    store.insertReceipts.bind(1, Int64(found.count))
                    try store.insertReceipts.execute(binding: source.bytes, at: 2)
                    walk.take(upTo: found.id + 1)
                case .row: walk.noteReadable()
                case .none: walk.noteReadable(isLast: true)
                case .unreadable: walk.noteUnreadable()
                }
            }
            try beginAlerts(store)
        }
    }

    /// Alerts keep their positions and so their order; the lane's cursor stays before those that were not acknowledged.
    private func copyAlerts(_ source: SalvageSource, _ store: JournalStore) throws(JournalError) {
        let floor = try store.queries.counter(.positionFloor)
        var walk = SalvageWalk(from: max(1, try store.queries.counter(.salvageNext)), below: floor)
        var size = Self.salvageAlertsPerCommit
        while walk.key != nil {
            do throws(JournalError) {
                try copyAlerts(source, store, &walk, below: floor, atMost: size)
            } catch .full(let words) {
                // The cap was lowered. What has room comes in; new alerts are worth more than the rest.
                if size == 1 {
                    openingNote = (openingNote ?? "") + "; not all of its alerts had room (\(words))"
                    break
                }
                size /= 4
            }
        }
        try copyUnjudged(source, store)
        let acknowledged = try store.queries.cursor(.alerts)
        let next = try store.queries.alerts(after: acknowledged, limit: 1).first?.position ?? floor
        try store.transaction { () throws(JournalError) in
            try move(.alerts, to: max(acknowledged, next - 1), store)
            try store.set(.salvageStage, SalvageStage.segments.rawValue)
            try store.set(.salvageNext, 1)
        }
    }

    private func copyAlerts(_ source: SalvageSource, _ store: JournalStore, _ walk: inout SalvageWalk, below floor: UInt64, atMost limit: Int)
        throws(JournalError)
    {
        var next = walk
        try store.transaction { () throws(JournalError) in
            var copied = 0
            while copied < limit, let key = next.key {
                switch try source.alert(from: key) {
                case .row(let alert) where alert.position >= floor: next.noteUnreadable()
                case .row(let alert) where next.isReading:
                    try copy(alert, store)
                    copied += 1
                    next.take(upTo: alert.position + 1)
                case .row: next.noteReadable()
                case .none: next.noteReadable(isLast: true)
                case .unreadable: next.noteUnreadable()
                }
            }
            try store.set(.salvageNext, next.next)
        }
        walk = next
    }

    private func copy(_ alert: AlertRecord, _ store: JournalStore) throws(JournalError) {
        let statement = store.insertSalvagedAlert
        bind(alert, at: alert.position, statement)
        try statement.execute(binding: alert.body, at: Self.alertBodyParameter)
    }

    private func move(_ lane: Lane, to position: UInt64, _ store: JournalStore) throws(JournalError) {
        store.setCursor.bind(1, lane.rawValue)
        store.setCursor.bind(2, position)
        try store.setCursor.execute()
    }

    /// One step of copying segments. Returns true while more remains.
    ///
    /// What goes wrong with the damaged file is stepped over. What goes wrong with this one is thrown, except that it is full: then retention makes
    /// room at the next call.
    func continueSalvage(_ store: JournalStore) throws(JournalError) -> Bool {
        guard var work = salvage else { return false }
        do throws(JournalError) {
            if work.source != nil || work.pages != nil, try copyMore(&work, store) {
                work.failures = 0
                salvage = work
                return true
            }
            try endSalvage(work, store)
            return false
        } catch {
            salvage?.failures += 1
            let failures = salvage?.failures ?? 0
            if failures > Self.salvageFailureLimit, salvage?.source != nil || salvage?.pages != nil {
                salvage?.source = nil
                salvage?.pages = nil
                salvage?.reason = "\(error)"
            }
            guard case .full = error else { throw error }
            noteFull(store)
            return failures <= 2 * Self.salvageFailureLimit
        }
    }

    /// One step of the walk; when it is over and met something broken, one of the search on single pages. False when there is nothing more.
    private func copyMore(_ work: inout SalvageWork, _ store: JournalStore) throws(JournalError) -> Bool {
        if work.source != nil {
            if work.walk.key != nil {
                try copySegments(&work, store)
                return true
            }
            guard try store.queries.counter(.salvageDamagedSegments) > 0 else { return false }
            try store.transaction { () throws(JournalError) in
                try store.set(.salvageStage, SalvageStage.pages.rawValue)
                try store.set(.salvageNext, 1)
            }
            work.source = nil
            work.pages = SalvagePages(path: JournalFiles.damaged(path, work.file))
        }
        guard let pages = work.pages else { return false }
        return try copyPages(pages, store)
    }

    private func copyPages(_ pages: SalvagePages, _ store: JournalStore) throws(JournalError) -> Bool {
        let start = Int(clamping: max(1, try store.queries.counter(.salvageNext)))
        guard start <= pages.count else { return false }
        let floor = try store.queries.counter(.sequenceFloor)
        var found = pages.segments(on: start)
        var number = start + 1
        // A page that holds none costs one read.
        while number <= pages.count, number < start + Self.salvagePagesPerCall, found.count < Self.salvageSeeksPerCall {
            found += pages.segments(on: number)
            number += 1
        }
        try store.transaction { () throws(JournalError) in
            var segments: UInt64 = 0
            var readings: UInt64 = 0
            for segment in found where segment.first < floor && floor - segment.first >= segment.count {
                guard try isFree(segment.first, segment.first + segment.count, store) else { continue }
                let row = SalvageSource.SegmentRow(
                    first: segment.first, count: segment.count, receivedMin: segment.received.lowerBound, receivedMax: segment.received.upperBound)
                guard try copy(row, segment.bytes, store) else { continue }
                segments += 1
                readings += segment.count
            }
            try store.set(.salvageNext, UInt64(number))
            try add(.salvagedSegments, segments, store)
            try add(.salvagedReadings, readings, store)
            // Some of those that the walk gave up are found.
            let lost = try store.queries.counter(.salvageLostReadings)
            let found = min(lost, readings)
            if found > 0 {
                try store.set(.salvageLostReadings, lost - found)
                try store.set(.lostToDamage, max(found, try store.queries.counter(.lostToDamage)) - found)
            }
        }
        return true
    }

    /// Whether no segment holds a reading of these sequences yet.
    private func isFree(_ first: UInt64, _ end: UInt64, _ store: JournalStore) throws(JournalError) -> Bool {
        defer { store.endBefore.reset() }
        store.endBefore.bind(1, end)
        return try store.endBefore.step() ? store.endBefore.unsigned(0) <= first : true
    }

    /// Copies at once the segments after the checkpoint, which a replay judges at the start. The walk meets them again and leaves them.
    private func copyUnjudged(_ source: SalvageSource, _ store: JournalStore) throws(JournalError) {
        guard let judged = try checkpoint()?.sequence else { return }
        let floor = try store.queries.counter(.sequenceFloor)
        var work = SalvageWork(source: source, walk: SalvageWalk(from: source.segmentHolding(judged + 1), below: floor), file: 0)
        var calls = 0
        do throws(JournalError) {
            while work.walk.key != nil, calls < Self.salvageSeeksAtOpen / Self.salvageSeeksPerCall {
                try copySegments(&work, store, isFirstPass: true)
                calls += 1
            }
        } catch .full {
            // Retention must make room first; these come later then, and are not judged.
        }
    }

    /// In the first pass damage and place are not noted: the walk itself does so later.
    private func copySegments(_ work: inout SalvageWork, _ store: JournalStore, isFirstPass: Bool = false) throws(JournalError) {
        guard let source = work.source else { return }
        var segments: UInt64 = 0
        var readings: UInt64 = 0
        var damaged: UInt64 = 0
        var lost: UInt64 = 0
        var bytes = 0
        var next = work
        try store.transaction { () throws(JournalError) in
            var seeks = 0
            while seeks < Self.salvageSeeksPerCall, bytes < Self.salvageBytesPerCall, let key = next.walk.key {
                seeks += 1
                switch try source.segment(from: key) {
                case .row(let row) where row.first >= next.walk.end || next.walk.end - row.first < row.count, .row(let row) where row.first == 0:
                    noteDamage(&next, &damaged)
                case .row(let row) where next.walk.isReading:
                    // Sequences of one file have no holes but those of an older damage, which are greater.
                    if let end = next.lastEnd, next.hasSkipped, row.first - end <= JournalSalvage.margin { lost += row.first - end }
                    next.hasSkipped = false
                    next.lastEnd = row.first + row.count
                    next.walk.take(upTo: row.first + row.count)
                    if try copy(row, source.bytes, store) {
                        segments += 1
                        readings += row.count
                        bytes += source.bytes.count
                    }
                case .row: next.walk.noteReadable()
                case .none: next.walk.noteReadable(isLast: true)
                case .unreadable: noteDamage(&next, &damaged)
                }
            }
            try add(.salvagedSegments, segments, store)
            try add(.salvagedReadings, readings, store)
            if isFirstPass { return }
            try store.set(.salvageNext, next.walk.next)
            try add(.salvageDamagedSegments, damaged, store)
            try add(.damagedSegments, damaged, store)
            try add(.lostToDamage, lost, store)
            try add(.salvageLostReadings, lost, store)
        }
        work = next
    }

    /// Counts one for each place at which the walk stumbles: a segment, or a page of some.
    private func noteDamage(_ work: inout SalvageWork, _ damaged: inout UInt64) {
        if work.walk.isReading { damaged += 1 }
        work.hasSkipped = true
        work.walk.noteUnreadable()
    }

    /// False when it is there already.
    private func copy(_ row: SalvageSource.SegmentRow, _ bytes: [UInt8], _ store: JournalStore) throws(JournalError) -> Bool {
        let statement = store.insertSalvagedSegment
        statement.bind(1, row.first)
        statement.bind(2, Int64(row.count))
        statement.bind(3, row.receivedMin.microseconds)
        statement.bind(4, row.receivedMax.microseconds)
        try statement.execute(binding: bytes, at: 5)
        return store.connection.changes == 1
    }

    /// Lets the readings lane go on: from its old cursor, or from the first reading after it that came over.
    private func endSalvage(_ work: SalvageWork, _ store: JournalStore) throws(JournalError) {
        let queries = store.queries
        let acknowledged = max(cursors[.readings] ?? 0, try queries.cursor(.readings))
        var next = try queries.counter(.sequenceFloor)
        try queries.readings(from: acknowledged + 1) { sequence, _ in
            next = sequence
            return false
        }
        let cursor = max(acknowledged, next - 1)
        try store.transaction { () throws(JournalError) in
            try move(.readings, to: cursor, store)
            try store.set(.salvageStage, 0)
        }
        cursors[.readings] = cursor
        let readings = try queries.counter(.salvagedReadings)
        let segments = try queries.counter(.salvagedSegments)
        let damaged = try queries.counter(.salvageDamagedSegments)
        let file = JournalFiles.damaged(path, work.file)
        salvageNote =
            "\(readings) readings in \(segments) segments were copied from \(file), \(damaged) places could not be read"
            + (work.reason.map { "; it ended early: \($0)" } ?? "")
        salvage = nil
        JournalFiles.removeShared(file)
    }
}
