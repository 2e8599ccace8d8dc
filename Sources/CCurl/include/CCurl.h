// libcurl, loaded when it is first asked for: with the two dozen libraries that it brings along it would cost every gateway four megabytes of memory, and only
// those with a platform by HTTPS have a use for it. The owner of its handles is in the HTTP room.
#pragma once
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

// Loads libcurl and sets it up, once, and keeps it. False: it is not installed, or lacks what is used here. Any thread; one at a time.
bool bamai_curl_load(void);

// The functions below are libcurl's own, under their names. Precondition: loaded.
CURL *bamai_easy_init(void);
void bamai_easy_cleanup(CURL *easy);
const char *bamai_easy_strerror(CURLcode code);
struct curl_slist *bamai_slist_append(struct curl_slist *list, const char *text);
void bamai_slist_free_all(struct curl_slist *list);
CURLM *bamai_multi_init(void);
void bamai_multi_cleanup(CURLM *multi);
CURLMcode bamai_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode bamai_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode bamai_multi_perform(CURLM *multi, int *running);
CURLMcode bamai_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int milliseconds);

// curl_easy_setopt and its like take any type behind an ellipsis, which Swift cannot call: one function for each type that is used.
CURLcode bamai_set_long(CURL *easy, CURLoption option, long value);
CURLcode bamai_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode bamai_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode bamai_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode bamai_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLMcode bamai_multi_set_long(CURLM *multi, CURLMoption option, long value);

// Who gets the answer's body, in pieces; a return of less than size times count ends the transfer.
typedef size_t (*bamai_receiver)(char *bytes, size_t size, size_t count, void *context);
CURLcode bamai_set_receiver(CURL *easy, bamai_receiver receiver, void *context);

// The status of the answer; 0: there is none.
long bamai_status(CURL *easy);
// Seconds of a Retry-After header, as a number or as a date; 0: there is none.
curl_off_t bamai_retry_after(CURL *easy);
// A proxy's answer to CONNECT, which is not the platform's; 0: none was asked.
long bamai_proxy_status(CURL *easy);
// A transfer that has ended, and its result; NULL when none has.
CURL *bamai_next_done(CURLM *multi, CURLcode *result);
