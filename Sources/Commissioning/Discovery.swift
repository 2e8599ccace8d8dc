import Decode
import Lifeline
import Site

/// One device that was heard, and what it is taken for.
package struct DiscoveredDevice: Sendable {
    /// As topic or payload write it.
    package var id: String
    /// Index of the broker.
    package var broker: Int
    package var topics: [String]
    /// All of them as one filter; `{id}` stands for the id.
    package var topicFilter: String
    /// Where the payload names it; empty: the topic does.
    package var identityPath: [String]
    package var name: String?
    package var messages: Int
    /// Only what the broker had kept: nobody knows whether the device still speaks.
    package var isRetainedOnly: Bool
    package var interval: IntervalEstimate?
    package var signal: String?
    package var format: PayloadGuess
    /// The best first; at most `candidateLimit`.
    package var candidates: [TemplateFit]
    package var fields: [FieldOutline]
    package var fieldsLeftOut: Int
    /// The likeliest first; never empty.
    package var classes: [AssetClass]
    /// Its id in the site, which has it already.
    package var known: String?

    package static let candidateLimit = 5

    /// The best template, if it fits.
    package var fit: TemplateFit? { candidates.first.flatMap { $0.score >= TemplateFit.threshold ? $0 : nil } }
    /// Templates that fit as well as the best.
    package var alternatives: [TemplateFit] {
        guard let fit else { return [] }
        return candidates.dropFirst().filter { $0.score >= TemplateFit.threshold && fit.score - $0.score <= TemplateFit.tie }
    }
}

/// What listening to a broker came to.
package struct Discovery: Sendable {
    package var devices: [DiscoveredDevice]
    package var figures: Listening.Figures
    package let catalogue: TemplateCatalogue

    /// Judges what was heard. *Complexity*: each kept message is decoded once with each template.
    package init(_ listening: Listening, catalogue: TemplateCatalogue) {
        self.catalogue = catalogue
        figures = listening.figures
        let heard = listening.settled()
        let fits = TemplateTrial(catalogue).fits(heard)
        let suggestion = ClassSuggestion(catalogue.plan)
        let words = FieldWords(catalogue.plan)
        let known = Discovery.known(heard, catalogue.plan)
        devices = heard.indices.map { place in
            let device = heard[place]
            let outline = FieldOutline.fields(of: device.messages)
            let sample = device.messages.last { message in device.busiest?.name == message.topic } ?? device.messages.last
            let fit = fits[place].first { $0.score >= TemplateFit.threshold }
            let spokenOf = FieldWords.classes(in: device.topics.map(\.name) + (device.name.map { [$0] } ?? []))
            let classes =
                fit.map { suggestion.classes(for: $0.seen.map(\.quantity.name), spokenOf: spokenOf) }
                ?? suggestion.classes(
                    for: outline.fields.filter(\.isMeasurement).compactMap { words.quantity(of: $0.path) }, spokenOf: spokenOf, areHints: true)
            return DiscoveredDevice(
                id: device.id, broker: device.broker, topics: device.topics.map(\.name),
                topicFilter: TopicPattern.joined(device.mainTopics, id: device.id), identityPath: device.identityPath, name: device.name,
                messages: device.messageCount, isRetainedOnly: device.liveCount == 0,
                interval: device.busiest.flatMap { IntervalEstimate(gaps: $0.gaps) }, signal: device.signal,
                format: sample.map { PayloadGuess($0.topic, $0.payload) } ?? .binary,
                candidates: Array(fits[place].prefix(DiscoveredDevice.candidateLimit)), fields: outline.fields, fieldsLeftOut: outline.leftOut,
                classes: classes, known: known[place])
        }
        // What is ready first, then what speaks, then what a broker only keeps, then what is known.
        func rank(_ device: DiscoveredDevice) -> Int { device.known != nil ? 3 : device.fit != nil ? 0 : device.isRetainedOnly ? 2 : 1 }
        devices.sort {
            (rank($0), $0.fit?.template ?? "", $0.topics.first ?? "", $0.id) < (rank($1), $1.fit?.template ?? "", $1.topics.first ?? "", $1.id)
        }
    }

    /// Which of the site's devices each one is: the one that takes its messages, else the one with its id.
    private static func known(_ heard: [HeardDevice], _ plan: SitePlan) -> [String?] {
        guard !plan.devices.isEmpty else { return heard.map { _ in nil } }
        var decoder = Decoder(plan: plan)
        let ids = Dictionary(plan.devices.map { ("\($0.broker) \($0.id.lowercased())", $0.id) }, uniquingKeysWith: { first, _ in first })
        var readings: [DecodedReading] = []
        return heard.map { device in
            for message in device.messages {
                readings.removeAll(keepingCapacity: true)
                _ = decoder.decode(message, broker: device.broker, into: &readings)
                let owners = Set(readings.map { plan.devices[plan.sensors[$0.sensor].device].id })
                // A message of many devices names them all; this one is among them by its id.
                if owners.count == 1, let owner = owners.first { return owner }
                if let owner = owners.first(where: { $0.lowercased() == device.id.lowercased() }) { return owner }
            }
            return ids["\(device.broker) \(device.id.lowercased())"]
        }
    }
}
