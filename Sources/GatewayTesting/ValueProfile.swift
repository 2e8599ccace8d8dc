/// A profile of one quantity, `value`, without a unit: all that a test or a benchmark of the line needs.
package enum ValueProfile {
    /// The file's text.
    ///
    /// - Parameters:
    ///   - name: as a site's `profile` names it.
    ///   - rules: its `[[rule]]` tables.
    package static func text(name: String, rules: String) -> String {
        """
        schema = 1
        profile = "\(name)"
        version = 1
        [[quantity]]
        name = "value"
        unit = "1"
        min = -1e12
        max = 1e12
        zh = "数值"
        en = "Value"

        """ + rules
    }
}
