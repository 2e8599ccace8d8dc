#include "CCurl.h"

#include <dlfcn.h>

// Debian's libcurl4 and libcurl4t64 both have this name.
#define LIBRARY "libcurl.so.4"

#define FUNCTIONS(X)                                                                                                                      \
    X(global_init) X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo) X(easy_strerror) X(slist_append) X(slist_free_all) X(multi_init) \
    X(multi_cleanup) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle) X(multi_perform) X(multi_poll) X(multi_info_read)

#define POINTER(name) static __typeof__(curl_##name) *real_##name;
FUNCTIONS(POINTER)

bool bamai_curl_load(void) {
    static bool isLoaded = false;
    if (isLoaded) return true;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return false;
#define FIND(name)                                                           \
    real_##name = (__typeof__(curl_##name) *)dlsym(library, "curl_" #name); \
    if (real_##name == NULL) return false;
    FUNCTIONS(FIND)
    isLoaded = real_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return isLoaded;
}

CURL *bamai_easy_init(void) { return real_easy_init(); }
void bamai_easy_cleanup(CURL *easy) { real_easy_cleanup(easy); }
const char *bamai_easy_strerror(CURLcode code) { return real_easy_strerror(code); }
struct curl_slist *bamai_slist_append(struct curl_slist *list, const char *text) { return real_slist_append(list, text); }
void bamai_slist_free_all(struct curl_slist *list) { real_slist_free_all(list); }
CURLM *bamai_multi_init(void) { return real_multi_init(); }
void bamai_multi_cleanup(CURLM *multi) { real_multi_cleanup(multi); }
CURLMcode bamai_multi_add_handle(CURLM *multi, CURL *easy) { return real_multi_add_handle(multi, easy); }
CURLMcode bamai_multi_remove_handle(CURLM *multi, CURL *easy) { return real_multi_remove_handle(multi, easy); }
CURLMcode bamai_multi_perform(CURLM *multi, int *running) { return real_multi_perform(multi, running); }
CURLMcode bamai_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int milliseconds) {
    return real_multi_poll(multi, extra, count, milliseconds, NULL);
}

CURLcode bamai_set_long(CURL *easy, CURLoption option, long value) { return real_easy_setopt(easy, option, value); }
CURLcode bamai_set_text(CURL *easy, CURLoption option, const char *value) { return real_easy_setopt(easy, option, value); }
CURLcode bamai_set_pointer(CURL *easy, CURLoption option, void *value) { return real_easy_setopt(easy, option, value); }
CURLcode bamai_set_size(CURL *easy, CURLoption option, curl_off_t value) { return real_easy_setopt(easy, option, value); }
CURLcode bamai_set_list(CURL *easy, CURLoption option, struct curl_slist *value) { return real_easy_setopt(easy, option, value); }
CURLMcode bamai_multi_set_long(CURLM *multi, CURLMoption option, long value) { return real_multi_setopt(multi, option, value); }

CURLcode bamai_set_receiver(CURL *easy, bamai_receiver receiver, void *context) {
    CURLcode code = real_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receiver);
    return code != CURLE_OK ? code : real_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

long bamai_status(CURL *easy) {
    long status = 0;
    real_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

curl_off_t bamai_retry_after(CURL *easy) {
    curl_off_t seconds = 0;
    real_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    return seconds;
}

long bamai_proxy_status(CURL *easy) {
    long status = 0;
    real_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status;
}

CURL *bamai_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = real_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
