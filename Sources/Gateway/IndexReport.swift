import Diagnosis
import Lifeline

/// What the control socket answers to `index …`: lines of JSON, bounded so that each fits into a client's backlog.
struct IndexReport {
    let gateway: Gateway
    let now: Timestamp

    /// *Units*: bytes. A page ends with the asset that reaches it; the next request goes on from there. Half of what a client may leave unread.
    static let pageBytes = 120 * 1024
    /// What may follow, for whoever asks for something else.
    static let requests = "index, index FROM (a page, from this asset's number on), index of ASSET"

    /// The answer to what follows the word `index` in a request.
    func answer(to rest: Substring) -> [UInt8] {
        if rest.isEmpty { return page(from: 0) }
        if rest.hasPrefix(" of ") { return asset(String(rest.dropFirst(4))) }
        if let from = Int(rest.dropFirst()), from >= 0 { return page(from: from) }
        return IndexReport.refusal("unknown request; known: \(IndexReport.requests)")
    }

    static func refusal(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("error", text)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// The line that begins an answer: what all assets share, how many lines of assets follow, and where the next page begins.
    private func head(_ model: IndexModel, assets: Int, next: Int?) -> [UInt8] {
        let plan = gateway.configuration.plan
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("schema", 1)
        json.member("gateway", plan.gateway)
        json.member("site", gateway.configuration.name)
        json.member("now", CivilTime.rfc3339(now, offsetSeconds: plan.utcOffsetSeconds))
        json.member("live", true)
        IndexReport.text(&json, "note", model.statement)
        json.member("assets", assets)
        json.key("next")
        if let next { json.value(next) } else { json.null() }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private static func text(_ json: inout JSONWriter, _ name: String, _ text: BilingualText) {
        json.key(name)
        json.beginObject()
        json.member("zh", text.chinese)
        json.member("en", text.english)
        json.endObject()
    }

    /// Assets in the site's order, one a line; ranking is the reader's business, since it needs all pages.
    private func page(from: Int) -> [UInt8] {
        let plan = gateway.configuration.plan
        guard let model = plan.indexModel else { return IndexReport.refusal("the site's profile has no [index]") }
        var lines = JSONWriter(reserving: 16 * 1024)
        var count = 0
        var asset = from
        while asset < plan.assets.count, lines.bytes.count < IndexReport.pageBytes {
            if let index = gateway.conditionIndex(asset: asset) {
                index.write(&lines, asset: plan.assets[asset])
                lines.endLine()
                count += 1
            }
            asset += 1
        }
        return head(model, assets: count, next: asset < plan.assets.count ? asset : nil) + lines.bytes
    }

    private func asset(_ id: String) -> [UInt8] {
        let plan = gateway.configuration.plan
        guard let model = plan.indexModel else { return IndexReport.refusal("the site's profile has no [index]") }
        guard let index = plan.assets.firstIndex(where: { $0.id == id }) else { return IndexReport.refusal("there is no asset \"\(id.prefix(64))\"") }
        guard let found = gateway.conditionIndex(asset: index) else {
            return IndexReport.refusal("assets of class \(plan.assets[index].assetClass.rawValue) have no index")
        }
        var json = JSONWriter(reserving: 8 * 1024)
        found.write(&json, asset: plan.assets[index]) { json in
            json.key("history")
            json.beginArray()
            for entry in gateway.indexHistory(asset: index).entries {
                json.beginArray()
                json.value(IndexHistory.date(entry.day))
                json.value(entry.value)
                json.endArray()
            }
            json.endArray()
        }
        json.endLine()
        return head(model, assets: 1, next: nil) + json.bytes
    }
}
