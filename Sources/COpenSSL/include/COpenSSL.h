// What a diagnosis asks of OpenSSL, and nothing else of it: one handshake that is looked at rather than believed, and what stands in PEM files.
// The library is there anyway: libmosquitto brings it. Nothing here sends a password or believes a certificate; connections are MQTT's own.
#pragma once
#include <stdint.h>

// Texts are UTF-8 and end in zero; what is longer is cut.
typedef struct {
    char subject[256];
    char issuer[256];
    // DNS names and addresses that the certificate is made out to, with ", " between them.
    char names[512];
    // Seconds since 1970.
    int64_t not_before;
    int64_t not_after;
} bamai_certificate;

enum {
    BAMAI_TLS_DONE = 0,
    // The other end took the connection and did not answer in time.
    BAMAI_TLS_MUTE = 1,
    BAMAI_TLS_CLOSED = 2,
    // `text` says why.
    BAMAI_TLS_FAILED = 3,
};

typedef struct {
    int32_t outcome;
    char text[256];
    // After BAMAI_TLS_DONE:
    char protocol[16];
    // The other end asked for a certificate of ours and got none.
    int32_t lacks_client_certificate;
    int32_t has_certificate;
    bamai_certificate certificate;
    // The verdict on the chain at the present time: an X509_V_ code, 0 where it holds; its words; and whether the certificate is made out to the host.
    int32_t chain_code;
    char chain_text[128];
    int32_t matches_host;
} bamai_tls_result;

// One TLS 1.2+ handshake over a connected socket, which stays the caller's. `authority` NULL: the system's. `certificate` and `key`: both or neither.
// Returns within `milliseconds`. The socket is made nonblocking.
void bamai_tls_handshake(
    int socket, const char *host, const char *authority, const char *certificate, const char *key, int64_t milliseconds, bamai_tls_result *result);

// The first certificate of a PEM file, the one that ends first, and how many there are.
// Returns 0; the errno where the file cannot be opened; -1 where no certificate is in it. `code`: the X509_V_ names of the few that matter are below.
int bamai_certificates_read(const char *path, bamai_certificate *first, bamai_certificate *earliest, int32_t *count);

// Whether a PEM key belongs to the first certificate of a file: 1 yes, 0 no, -1 the certificate cannot be read, -2 the key cannot be read,
// -3 the key asks for a password.
int bamai_key_matches(const char *certificate, const char *key);

// X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
extern const int32_t bamai_chain_not_yet_valid;
extern const int32_t bamai_chain_expired;
