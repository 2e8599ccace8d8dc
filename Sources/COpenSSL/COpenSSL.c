#include "COpenSSL.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const int32_t bamai_chain_not_yet_valid = X509_V_ERR_CERT_NOT_YET_VALID;
const int32_t bamai_chain_expired = X509_V_ERR_CERT_HAS_EXPIRED;

static void copy(char *target, size_t size, const char *text) { snprintf(target, size, "%s", text == NULL ? "" : text); }

static int64_t now_milliseconds(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (int64_t)moment.tv_sec * 1000 + moment.tv_nsec / 1000000;
}

static void name_text(const X509_NAME *name, char *target, size_t size) {
    target[0] = 0;
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL) return;
    X509_NAME_print_ex(memory, name, 0, (XN_FLAG_ONELINE | ASN1_STRFLGS_UTF8_CONVERT) & ~ASN1_STRFLGS_ESC_MSB);
    int count = BIO_read(memory, target, (int)size - 1);
    target[count > 0 ? count : 0] = 0;
    BIO_free(memory);
}

static int64_t unix_seconds(const ASN1_TIME *moment) {
    struct tm fields;
    if (ASN1_TIME_to_tm(moment, &fields) != 1) return 0;
    return (int64_t)timegm(&fields);
}

static void add_name(char *target, size_t size, const char *name) {
    size_t used = strlen(target);
    if (used + strlen(name) + 3 > size) return;
    snprintf(target + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

static void alternative_names(X509 *certificate, char *target, size_t size) {
    target[0] = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        char text[256];
        if (name->type == GEN_DNS) {
            snprintf(text, sizeof text, "%.*s", ASN1_STRING_length(name->d.dNSName), (const char *)ASN1_STRING_get0_data(name->d.dNSName));
            add_name(target, size, text);
        } else if (name->type == GEN_IPADD && ASN1_STRING_length(name->d.iPAddress) == 4) {
            const unsigned char *b = ASN1_STRING_get0_data(name->d.iPAddress);
            snprintf(text, sizeof text, "%d.%d.%d.%d", b[0], b[1], b[2], b[3]);
            add_name(target, size, text);
        }
    }
    GENERAL_NAMES_free(names);
}

static void describe(X509 *certificate, bamai_certificate *target) {
    memset(target, 0, sizeof *target);
    name_text(X509_get_subject_name(certificate), target->subject, sizeof target->subject);
    name_text(X509_get_issuer_name(certificate), target->issuer, sizeof target->issuer);
    alternative_names(certificate, target->names, sizeof target->names);
    target->not_before = unix_seconds(X509_get0_notBefore(certificate));
    target->not_after = unix_seconds(X509_get0_notAfter(certificate));
}

// OpenSSL would ask for the password of a key on the terminal, and wait.
static int no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer; (void)size; (void)writing;
    if (context != NULL) *(int *)context = 1;
    return -1;
}

static int asked_for_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key) {
    (void)certificate; (void)key;
    *(int32_t *)SSL_get_app_data(ssl) = 1;
    return 0;
}

// Whether the other end's chain leads to the authority, at the present time and for a server.
static void judge_chain(SSL *ssl, X509 *leaf, const char *authority, bamai_tls_result *result) {
    copy(result->chain_text, sizeof result->chain_text, "the authorities cannot be read");
    result->chain_code = X509_V_ERR_UNSPECIFIED;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (store != NULL && context != NULL) {
        int loaded = authority != NULL ? X509_STORE_load_file(store, authority) : X509_STORE_load_path(store, "/etc/ssl/certs");
        if (loaded == 1 && X509_STORE_CTX_init(context, store, leaf, SSL_get_peer_cert_chain(ssl)) == 1) {
            X509_STORE_CTX_set_default(context, "ssl_server");
            X509_verify_cert(context);
            result->chain_code = X509_STORE_CTX_get_error(context);
            copy(result->chain_text, sizeof result->chain_text, X509_verify_cert_error_string(result->chain_code));
        }
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
}

static void judge(SSL *ssl, const char *host, const char *authority, bamai_tls_result *result) {
    copy(result->protocol, sizeof result->protocol, SSL_get_version(ssl));
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    if (leaf == NULL) return;
    result->has_certificate = 1;
    describe(leaf, &result->certificate);
    judge_chain(ssl, leaf, authority, result);
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
    result->matches_host = address != NULL ? X509_check_ip_asc(leaf, host, 0) == 1 : X509_check_host(leaf, host, 0, 0, NULL) == 1;
    ASN1_OCTET_STRING_free(address);
    X509_free(leaf);
}

// The library's newest reason in its own words, without the routine's name.
static void reason(char *target, size_t size, const char *otherwise) {
    unsigned long code = ERR_peek_last_error();
    const char *words = code == 0 ? NULL : ERR_reason_error_string(code);
    copy(target, size, words != NULL ? words : otherwise);
    ERR_clear_error();
}

static void handshake(SSL *ssl, int socket, int64_t deadline, bamai_tls_result *result) {
    while (1) {
        ERR_clear_error();
        errno = 0;
        int code = SSL_connect(ssl);
        if (code == 1) {
            result->outcome = BAMAI_TLS_DONE;
            return;
        }
        int system = errno;
        int wanted = SSL_get_error(ssl, code);
        if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) {
            int closed = wanted == SSL_ERROR_ZERO_RETURN || (wanted == SSL_ERROR_SYSCALL && ERR_peek_last_error() == 0);
            if (wanted == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) closed = 1;
            result->outcome = closed ? BAMAI_TLS_CLOSED : BAMAI_TLS_FAILED;
            reason(result->text, sizeof result->text, system != 0 ? strerror(system) : "the connection was closed");
            return;
        }
        int64_t left = deadline - now_milliseconds();
        struct pollfd waiting = {.fd = socket, .events = wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT};
        if (left <= 0 || (poll(&waiting, 1, (int)left) <= 0 && now_milliseconds() >= deadline)) {
            result->outcome = BAMAI_TLS_MUTE;
            return;
        }
    }
}

void bamai_tls_handshake(
    int socket, const char *host, const char *authority, const char *certificate, const char *key, int64_t milliseconds,
    bamai_tls_result *result) {
    memset(result, 0, sizeof *result);
    result->outcome = BAMAI_TLS_FAILED;
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL, 0) | O_NONBLOCK);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = NULL;
    if (context != NULL) {
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        // Looked at afterwards, all of it; a handshake that is broken off would show only the first fault.
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_default_passwd_cb(context, no_password);
        SSL_CTX_set_client_cert_cb(context, asked_for_certificate);
        if (certificate != NULL && key != NULL && SSL_CTX_use_certificate_chain_file(context, certificate) == 1) {
            SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM);
        }
        ssl = SSL_new(context);
    }
    if (ssl == NULL) {
        reason(result->text, sizeof result->text, "OpenSSL cannot make a connection");
    } else {
        SSL_set_app_data(ssl, &result->lacks_client_certificate);
        // RFC 6066: names only, no addresses.
        ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
        if (address == NULL) SSL_set_tlsext_host_name(ssl, host);
        ASN1_OCTET_STRING_free(address);
        ERR_clear_error();
        SSL_set_fd(ssl, socket);
        handshake(ssl, socket, now_milliseconds() + milliseconds, result);
        if (result->outcome == BAMAI_TLS_DONE) {
            judge(ssl, host, authority, result);
            SSL_shutdown(ssl);
        }
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    ERR_clear_error();
}

int bamai_certificates_read(const char *path, bamai_certificate *first, bamai_certificate *earliest, int32_t *count) {
    *count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) return errno;
    X509 *certificate;
    // A bundle of the system's authorities has about 150.
    while (*count < 1000 && (certificate = PEM_read_X509(file, NULL, no_password, NULL)) != NULL) {
        bamai_certificate found;
        describe(certificate, &found);
        X509_free(certificate);
        if (*count == 0) *first = found;
        if (*count == 0 || found.not_after < earliest->not_after) *earliest = found;
        *count += 1;
    }
    fclose(file);
    ERR_clear_error();
    return *count > 0 ? 0 : -1;
}

int bamai_key_matches(const char *certificate_path, const char *key_path) {
    FILE *file = fopen(certificate_path, "r");
    X509 *certificate = file == NULL ? NULL : PEM_read_X509(file, NULL, no_password, NULL);
    if (file != NULL) fclose(file);
    int answer = -1;
    if (certificate != NULL) {
        file = fopen(key_path, "r");
        int asked = 0;
        EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, no_password, &asked);
        if (file != NULL) fclose(file);
        answer = key == NULL ? (asked ? -3 : -2) : X509_check_private_key(certificate, key) == 1;
        EVP_PKEY_free(key);
        X509_free(certificate);
    }
    ERR_clear_error();
    return answer;
}
