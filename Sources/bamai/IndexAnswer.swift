import ArgumentParser
import Lifeline
import Score
import Site

/// The indices of a site's assets, ranked, whoever computed them.
struct IndexAnswer {
    /// One asset's index: the document, and as it was written.
    struct Asset {
        var value: JSONValue
        var text: String
    }

    let gateway: String
    let site: String
    let now: String
    /// Whether a gateway said it, with its live evidence.
    let isLive: Bool
    let note: BilingualText
    /// The worst first; of two alike the one about which less is known.
    private(set) var assets: [Asset]

    /// *Units*: milliseconds. A commit to a slow card may take seconds, and the gateway answers after it.
    private static let patience: Int64 = 5000
    /// Pages of an answer: no site has more assets than fit.
    private static let pageLimit = 1024

    /// Asks a running gateway; ends the program with code 3 where it does not answer, with 1 where there is no such index.
    init(asking path: String, asset: String?) throws {
        var assets: [Asset] = []
        var head: JSONValue?
        var next: Int64? = 0
        var pages = 0
        while let from = next, pages < IndexAnswer.pageLimit {
            let line = try ControlLine(path)
            line.send(asset.map { "index of \($0)" } ?? "index \(from)")
            let first = try IndexAnswer.line(line)
            if let error = first.value["error"].text {
                Terminal.error(Terminal.plain(error))
                throw ExitCode(1)
            }
            guard !first.value["schema"].isNull else {
                Terminal.error("what listens there is no gateway, or an older one: \(Terminal.cut(Terminal.plain(first.text), 80))")
                throw ExitCode(3)
            }
            head = head ?? first.value
            for _ in 0..<first.value["assets"].count { assets.append(try IndexAnswer.line(line)) }
            let following = first.value["next"].number.map { Int64($0) }
            // A page that does not go on would be asked for for ever.
            next = following.flatMap { $0 > from ? $0 : nil }
            pages += 1
        }
        let shared = head ?? .null
        gateway = shared["gateway"].text ?? ""
        site = shared["site"].text ?? ""
        now = shared["now"].text ?? ""
        isLive = true
        note = BilingualText(chinese: shared["note"]["zh"].text ?? "", english: shared["note"]["en"].text ?? "")
        self.assets = IndexAnswer.ranked(assets)
    }

    private static func line(_ line: ControlLine) throws -> Asset {
        guard let bytes = line.next(within: patience), let value = JSONValue(bytes) else {
            Terminal.error("a gateway listens, but does not answer within 5 s")
            throw ExitCode(3)
        }
        return Asset(value: value, text: String(decoding: bytes, as: UTF8.self))
    }

    /// Computes the static part; ends the program with code 1 where there is no such index.
    init(site: SiteConfiguration, asset: String?, now: Timestamp) throws {
        guard let model = site.plan.indexModel else {
            Terminal.error("the site's profile has no [index]")
            throw ExitCode(1)
        }
        if let asset {
            guard let found = site.plan.assets.first(where: { $0.id == asset }) else {
                Terminal.error("there is no asset \"\(Terminal.plain(asset))\"")
                throw ExitCode(1)
            }
            guard model.class(found.assetClass) != nil else {
                Terminal.error("assets of class \(found.assetClass.rawValue) have no index")
                throw ExitCode(1)
            }
        }
        gateway = site.plan.gateway
        self.site = site.name
        self.now = CivilTime.rfc3339(now, offsetSeconds: site.plan.utcOffsetSeconds)
        isLive = false
        note = model.statement
        assets = IndexAnswer.ranked(
            site.plan.assets.filter { asset == nil || $0.id == asset }.compactMap { one in
                guard let index = model.index(of: one, evidence: nil, now: now) else { return nil }
                var json = JSONWriter()
                index.write(&json, asset: one)
                return JSONValue(json.bytes).map { Asset(value: $0, text: json.text) }
            })
    }

    private static func ranked(_ assets: [Asset]) -> [Asset] {
        func severity(_ asset: Asset) -> UInt8 { IndexVerdict(name: asset.value["verdict"].text ?? "")?.rawValue ?? 0 }
        func order(_ asset: Asset) -> (Int, Double, Double, Double) {
            let value = asset.value
            return (
                -Int(severity(asset)), -(value["value"].number ?? 0), -(value["highest"].number ?? 0), value["coverage"].number ?? 0
            )
        }
        return assets.sorted { left, right in
            let (first, second) = (order(left), order(right))
            return first == second ? (left.value["asset"].text ?? "") < (right.value["asset"].text ?? "") : first < second
        }
    }

    /// The document of `bamai index --json`.
    var json: String {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("schema", 1)
        json.member("gateway", gateway)
        json.member("site", site)
        json.member("now", now)
        json.member("live", isLive)
        json.key("note")
        json.beginObject()
        json.member("zh", note.chinese)
        json.member("en", note.english)
        json.endObject()
        json.key("assets")
        json.beginArray()
        for asset in assets { json.raw(asset.text) }
        json.endArray()
        json.endObject()
        return json.text
    }
}
