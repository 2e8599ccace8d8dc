import Doctor
import Gateway
import Lifeline

/// An examination as one JSON document; names and verdicts are stable, texts are for people.
enum DoctorJSON {
    static func text(_ outcome: DoctorRun.Outcome) -> String {
        let examination = outcome.examination
        var json = JSONWriter(reserving: 8192)
        json.beginObject()
        json.member("schema", 1)
        json.member("bamai", Version.text)
        json.member("now", CivilTime.rfc3339(Timestamp(unixSeconds: outcome.now), offsetSeconds: outcome.site?.plan.utcOffsetSeconds ?? 0))
        if let site = outcome.site {
            json.member("gateway", site.plan.gateway)
            json.member("site", site.name)
            json.member("revision", site.revision)
            if let generation = outcome.generation { json.member("generation", generation) }
        }
        json.member("errors", examination.count(.error))
        json.member("warnings", examination.count(.warning))
        json.member("unknown", examination.count(.unknown))
        json.key("checks")
        json.beginArray()
        for result in examination.results { write(result, to: &json) }
        json.endArray()
        json.endObject()
        return json.text
    }

    private static func write(_ result: CheckResult, to json: inout JSONWriter) {
        json.beginObject()
        json.member("section", result.section.rawValue)
        if !result.subject.isEmpty { json.member("subject", result.subject) }
        json.member("check", result.check)
        json.member("verdict", result.verdict.rawValue)
        json.key("text")
        json.beginObject()
        json.member("zh", result.text.chinese)
        json.member("en", result.text.english)
        json.endObject()
        if !result.figures.isEmpty {
            json.key("figures")
            json.beginObject()
            for figure in result.figures {
                json.key(figure.name)
                json.value((figure.value * 1000).rounded() / 1000)
            }
            json.endObject()
        }
        json.endObject()
    }
}
