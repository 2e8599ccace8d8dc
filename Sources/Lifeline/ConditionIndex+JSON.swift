extension ConditionIndex {
    /// The index of an asset as one JSON object: the control socket's, and that of `bamai index --json`.
    ///
    /// - Parameter members: what else the object shall hold, written before its end.
    package func write(_ json: inout JSONWriter, asset: Asset, members: (inout JSONWriter) -> Void = { _ in }) {
        json.beginObject()
        json.member("asset", asset.id)
        json.member("name", asset.name)
        json.member("address", asset.address)
        json.member("class", asset.assetClass.rawValue)
        json.member("class_zh", asset.assetClass.chinese)
        json.member("class_en", asset.assetClass.english)
        IndexJSON.head(&json, value: value, highest: highest, verdict: verdict, coverage: coverage, origin: origin)
        json.key("terms")
        json.beginArray()
        for line in lines { IndexJSON.line(&json, line) }
        json.endArray()
        json.key("marks")
        json.beginArray()
        for mark in marks { IndexJSON.mark(&json, mark) }
        json.endArray()
        members(&json)
        json.endObject()
    }
}

/// The members that an index has wherever it is written.
enum IndexJSON {
    static func head(_ json: inout JSONWriter, value: Int, highest: Int, verdict: IndexVerdict, coverage: Double, origin: String) {
        json.member("value", value)
        json.member("highest", highest)
        json.member("verdict", verdict.name)
        json.member("verdict_zh", verdict.chinese)
        json.member("verdict_en", verdict.english)
        json.key("coverage")
        json.rounded((coverage * 1000).rounded() / 1000)
        json.member("profile", origin)
    }

    static func line(_ json: inout JSONWriter, _ line: IndexLine) {
        json.beginObject()
        json.member("rule", line.rule)
        json.member("term", line.term.rawValue)
        json.key("points")
        // A tenth of a point is finer than any weight here.
        json.rounded((line.points * 10).rounded() / 10)
        json.key("maximum")
        json.rounded((line.maximum * 10).rounded() / 10)
        json.member("known", line.isKnown)
        bilingual(&json, "words", line.words)
        bilingual(&json, "inputs", line.inputs)
        bilingual(&json, "source", line.source)
        json.endObject()
    }

    static func mark(_ json: inout JSONWriter, _ mark: IndexMark) {
        json.beginObject()
        json.member("id", mark.id)
        json.key("verdict")
        if let verdict = mark.verdict { json.value(verdict.name) } else { json.null() }
        bilingual(&json, "words", mark.words)
        bilingual(&json, "source", mark.source)
        json.endObject()
    }

    static func bilingual(_ json: inout JSONWriter, _ name: String, _ text: BilingualText) {
        json.key(name)
        json.beginObject()
        json.member("zh", text.chinese)
        json.member("en", text.english)
        json.endObject()
    }
}
