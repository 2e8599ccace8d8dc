import Lifeline

/// What a reading's keys about payloads have against one another.
struct PayloadCheck {
    let draft: ReadingDraft
    let format: PayloadFormat
    let bytes: ByteSource?
    let hasBrokenBytes: Bool
    let log: FindingLog

    func check() {
        if let path = draft.path, path.value.count(where: { $0 == "*" }) > 2 {
            log.error("path goes through more than two lists (\"*\")", at: path.spot)
        }
        checkLayout()
        if let table = draft.codeTable, draft.scale != nil || draft.offset != nil || draft.baseline != nil || draft.absolute != nil {
            log.error("a code is no amount: code_table stands without scale, offset, baseline and absolute", at: table.spot)
        }
        if format == .sparkplugB, draft.topic == nil { checkSparkplug() }
        if let topic = draft.topic, draft.layout != nil { log.error("a topic of a reading carries a text or JSON; it has no layout", at: topic.spot) }
    }

    private func checkLayout() {
        guard let layout = draft.layout else {
            if format == .binary, draft.topic == nil, draft.path != nil {
                log.error(
                    "format \"binary\" has no paths; write for example: layout = { offset = 0, width = 16 }", at: draft.path?.spot ?? draft.spot)
            } else if format == .binary, draft.topic == nil {
                log.error("a reading of format \"binary\" needs a layout, for example: layout = { offset = 0, width = 16 }", at: draft.spot)
            }
            return
        }
        if let path = draft.path { log.error("path and layout contradict each other", at: path.spot) }
        if let absent = draft.whenAbsent { log.error("when_absent has no meaning for a layout", at: absent.spot) }
        if let condition = draft.condition, format == .binary {
            log.error("bytes alone have no paths; a layout's \"match\" looks at a byte of them", at: condition.spot)
        }
        if let required = draft.required, required.value, layout.layout.tag != nil {
            log.error("required has no meaning for a tagged value: a stream holds what there is", at: required.spot)
        }
        if format == .sparkplugB {
            log.error("format \"sparkplug-b\" names its values; it has no layout", at: layout.spot)
        } else if hasBrokenBytes {
            return
        } else if let bytes {
            if let objection = layout.objection(bytes) { log.error(objection, at: layout.spot) }
        } else if format != .binary {
            log.error("the layout needs the device's bytes, for example: bytes = { path = \"data\", encoding = \"base64\" }", at: layout.spot)
        } else if layout.tagBytes > 0 {
            log.error(
                "the layout has a tag, but the device has no bytes with tags: write for example bytes = { tag = 2, length = 1 }", at: layout.spot)
        }
    }

    /// Sparkplug sends what has changed: nothing follows from what a message leaves out.
    private func checkSparkplug() {
        let keys: [(String, Spot?)] = [
            ("when_absent", draft.whenAbsent?.spot), ("required", draft.required?.value == true ? draft.required?.spot : nil),
            ("when", draft.condition?.spot), ("other_paths", draft.otherPaths == nil ? nil : draft.spot),
        ]
        for (key, spot) in keys {
            if let spot { log.error("\(key) has no meaning for format \"sparkplug-b\", whose messages hold what has changed", at: spot) }
        }
    }
}

/// What the keys of a device's messages have against one another.
struct MessageCheck {
    let format: PayloadFormat
    let identity: Located<[String]>?
    let timePath: Located<[String]>?
    let history: Located<HistoryList>?
    let bytes: BytesDraft?
    let readings: [ReadingDraft]
    let log: FindingLog

    func check() {
        if let identity, !identity.value.isEmpty, format == .binary || format == .sparkplugB {
            log.error("format \(Wording.quote(format.rawValue)) tells its devices by their topics; it has no identity", at: identity.spot)
        }
        if let identity, identity.value.count(where: { $0 == "*" }) > 1 {
            log.error("identity goes through more than one list (\"*\")", at: identity.spot)
        }
        if let timePath, !timePath.value.isEmpty, format == .binary || format == .sparkplugB {
            log.error("format \(Wording.quote(format.rawValue)) has no path to a time", at: timePath.spot)
        }
        if let bytes {
            let isText = format != .binary && format != .sparkplugB
            if isText, bytes.source.path.isEmpty || bytes.source.encoding == .raw {
                log.error("bytes need a path and an encoding, for example: bytes = { path = \"data\", encoding = \"base64\" }", at: bytes.spot)
            } else if !isText, !bytes.source.path.isEmpty {
                log.error("format \(Wording.quote(format.rawValue)) has no path to its bytes", at: bytes.spot)
            }
        }
        checkLists()
    }

    /// All paths of a message must go through the same lists: an entry is one thing.
    private func checkLists() {
        var paths = readings.filter { $0.topic == nil }.compactMap(\.path)
        if let identity { paths.append(identity) }
        if let timePath { paths.append(timePath) }
        let deepest = paths.map { MessageCheck.lists($0.value) }.max { $0.count < $1.count } ?? []
        for path in paths {
            let lists = MessageCheck.lists(path.value)
            if !deepest.starts(with: lists) {
                log.error(
                    "all paths with \"*\" must go through the same lists; others go through \(Wording.quote(deepest.last?.joined(separator: ".") ?? ""))",
                    at: path.spot)
            }
        }
        if let history, !deepest.isEmpty { log.error("history does not go together with paths through lists (\"*\")", at: history.spot) }
        if let history, history.value.path.contains("*") || history.value.timePath.contains("*") {
            log.error("history names the list itself, without \"*\"", at: history.spot)
        }
    }

    private static func lists(_ path: [String]) -> [[String]] {
        path.indices.filter { path[$0] == "*" }.map { Array(path[..<$0]) }
    }
}
