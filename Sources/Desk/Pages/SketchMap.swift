import Lifeline

/// Where an asset is among its neighbours: a sketch of its own, since a map of others would need the internet and tell it where the city's weak points are.
struct SketchMap {
    /// One asset with a place.
    struct Place: Sendable, Equatable {
        var asset: String
        var location: Location
    }

    var frame: PageFrame
    var place: Place
    /// Others of the same gateway, in the same system.
    var others: [Place]

    private static let (width, height, margin) = (360.0, 240.0, 24.0)
    /// *Units*: metres a degree of latitude; good to half a per cent.
    private static let degree = 111_200.0

    func html() -> HTML {
        let language = frame.language
        // East and north of the asset, in metres.
        let narrow = cosine(place.location.latitude)
        func offset(_ other: Location) -> (Double, Double) {
            ((other.longitude - place.location.longitude) * SketchMap.degree * narrow, (other.latitude - place.location.latitude) * SketchMap.degree)
        }
        let near = others.filter { $0.location.system == place.location.system && $0.asset != place.asset }.map { ($0.asset, offset($0.location)) }
            .filter { $0.1.0.magnitude < 20_000 && $0.1.1.magnitude < 20_000 }.prefix(200)
        let reach = max(50, near.map { max($0.1.0.magnitude, $0.1.1.magnitude * 1.5) }.max() ?? 50)
        let scale = (SketchMap.width / 2 - SketchMap.margin) / reach
        func x(_ east: Double) -> Double { SketchMap.width / 2 + east * scale }
        func y(_ north: Double) -> Double { SketchMap.height / 2 - north * scale }
        var parts: HTML = ""
        for (name, at) in near {
            parts += """
                <circle class="near" cx="\(n(x(at.0)))" cy="\(n(y(at.1)))" r="4"><title>\(name)</title></circle>
                """
        }
        // Names that would lie on each other are left to the tooltip.
        var taken: [(Double, Double)] = [(x(0), y(0) - 18), (x(0), y(0))]
        for (name, at) in near {
            let (left, top) = (x(at.0), y(at.1) + 16)
            if taken.contains(where: { abs($0.0 - left) < 52 && abs($0.1 - top) < 14 }) { continue }
            taken.append((left, top))
            parts += "<text class=\"tick\" x=\"\(n(left))\" y=\"\(n(top))\" text-anchor=\"middle\">\(name)</text>"
        }
        let metres = SketchMap.round(reach / 2)
        parts += """
            <circle class="here-ring" cx="\(n(x(0)))" cy="\(n(y(0)))" r="13"/><circle class="here" cx="\(n(x(0)))" cy="\(n(y(0)))" r="6"/>
            <text class="here-name" x="\(n(x(0)))" y="\(n(y(0) - 18))" text-anchor="middle">\(place.asset)</text>
            <line class="bar" x1="16" x2="\(n(16 + metres * scale))" y1="226" y2="226"/><text class="tick" x="16" y="220">\(
                metres >= 1000 ? "\(JSONWriter.shortest(metres / 1000)) km" : "\(JSONWriter.shortest(metres)) m")</text>
            <path class="north" d="M340 34l6 14-6-3-6 3z"/><text class="tick" x="340" y="28" text-anchor="middle">N</text>
            """
        let text = "\(place.location.latitude), \(place.location.longitude)"
        let link: HTML =
            place.location.system == .wgs84
            ? "<a href=\"geo:\(place.location.latitude),\(place.location.longitude)\">\(text)</a>" : "\(text)"
        return """
            <figure class="map"><svg viewBox="0 0 360 240" role="img" aria-label="\(language("位置示意图", "Sketch of the place"))">\(parts)</svg>
            <figcaption>\(link) <span class="muted">\(place.location.system.rawValue)</span></figcaption></figure>
            """
    }

    /// The cosine by its series: 1e-6 is enough for a sketch.
    private func cosine(_ degrees: Double) -> Double {
        let angle = degrees * Double.pi / 180
        let square = angle * angle
        return max(0.01, 1 - square / 2 + square * square / 24 - square * square * square / 720)
    }

    private static func round(_ metres: Double) -> Double {
        var power = 1.0
        while power * 10 <= metres { power *= 10 }
        return metres / power >= 5 ? power * 5 : metres / power >= 2 ? power * 2 : power
    }

    private func n(_ value: Double) -> String { JSONWriter.shortest((value * 10).rounded() / 10) }
}

extension HTML.StringInterpolation {
    /// A number in its shortest form; a dash where it is none.
    mutating func appendInterpolation(_ number: Double) { text += number.isFinite ? JSONWriter.shortest(number) : "–" }
}
