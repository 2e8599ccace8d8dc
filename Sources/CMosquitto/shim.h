// libmosquitto as it is; the owner of a client is in the MQTT room.
#pragma once
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdint.h>

// The loop functions leave what happened in errno (EAGAIN: the socket is drained; a code of getaddrinfo after MOSQ_ERR_EAI). It must be picked up
// before anything else runs, so these return it with the result: the error code in the low half, errno in the high half.
static inline int64_t bamai_with_errno(int result) { return ((int64_t)errno << 32) | (uint32_t)result; }

static inline int64_t bamai_loop_read(struct mosquitto *client) {
    errno = 0;
    return bamai_with_errno(mosquitto_loop_read(client, 1));
}

static inline int64_t bamai_loop_write(struct mosquitto *client) {
    errno = 0;
    return bamai_with_errno(mosquitto_loop_write(client, 1));
}

static inline int64_t bamai_connect(
    struct mosquitto *client, const char *host, int port, int keepalive, const mosquitto_property *properties) {
    errno = 0;
    return bamai_with_errno(mosquitto_connect_bind_v5(client, host, port, keepalive, NULL, properties));
}
