// Linux headers that Glibc's Swift overlay leaves out, and what Swift cannot import: variadic calls and macro casts.
#pragma once
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/un.h>

#include "gpio.h"

// An epoll_event's data is a packed union that Swift sees as opaque on some ABIs; the token goes in and out here.
static inline int bamai_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline int bamai_epoll_wait(int epoll, struct epoll_event *events, int count, int timeout, uint64_t *tokens, uint32_t *bits) {
    int ready = epoll_wait(epoll, events, count, timeout);
    for (int i = 0; i < ready; i++) {
        tokens[i] = events[i].data.u64;
        bits[i] = events[i].events;
    }
    return ready;
}

// 1: the kernel's clock is kept by a time service; 0: it is not; -1: it may not be asked.
static inline int bamai_clock_state(void) {
    struct timex state = {.modes = 0};
    int answer = adjtimex(&state);
    return answer < 0 ? -1 : answer != TIME_ERROR;
}

// Microseconds by which the kernel thinks that its clock may be wrong at most; -1: it may not be asked.
static inline int64_t bamai_clock_error(void) {
    struct timex state = {.modes = 0};
    return adjtimex(&state) < 0 ? -1 : state.maxerror;
}

// The process at the other end of a connected local socket, and its user; 0 where the kernel tells.
static inline int bamai_peer(int descriptor, int32_t *process, uint32_t *user) {
    // A struct ucred (pid, uid, gid), whose name only GNU's dialect knows.
    uint32_t peer[3];
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, peer, &length) != 0) return -1;
    *process = (int32_t)peer[0];
    *user = peer[1];
    return 0;
}

static inline void bamai_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// A pipe that no program started meanwhile inherits, whatever thread starts it.
int bamai_pipe(int ends[2]);

// Starts a program that outlives its starter, its terminal and its session, under a supervisor that starts it again when a signal ends it, at most
// `restarts` times. Its output goes to `log`. Returns 0 once the supervisor runs, -1 otherwise; it reports nothing of the program itself.
int bamai_start_supervised(const char *program, char *const arguments[], const char *log, int restarts);

// Unmaps the pages of the program's and its libraries' code and constants; each comes back from the page cache when it is next touched. Returns the bytes
// that were looked through.
int64_t bamai_release_program_pages(void);
