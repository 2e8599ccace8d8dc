/// The program's version. The only place that says it: packages, both programs and `bamai status` take it from here.
package enum Version {
    package static let text = "0.1.0"
}
