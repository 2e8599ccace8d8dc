internal import CMosquitto

/// What MQTT 5 carries beside a message; 3.1.1 has no place for it, and there it stays at home.
package struct MQTTProperties: Equatable, Sendable {
    /// A name and a value of the user's own.
    package struct UserProperty: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A MIME type; nil: nothing is said.
    package var contentType: String?
    package var user: [UserProperty]

    package init(contentType: String? = nil, user: [UserProperty] = []) {
        self.contentType = contentType
        self.user = user
    }

    /// The library's list of them, which the caller frees; nil where there is nothing to say.
    func list() -> OpaquePointer? {
        var list: OpaquePointer?
        if let contentType { mosquitto_property_add_string(&list, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), contentType) }
        for property in user { mosquitto_property_add_string_pair(&list, Int32(MQTT_PROP_USER_PROPERTY.rawValue), property.name, property.value) }
        return list
    }
}
