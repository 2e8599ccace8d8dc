#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Between fork and exec only calls of signal-safety(7) are made: the parent may have threads.

int bamai_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static void nap(long milliseconds) {
    struct timespec left = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

static _Noreturn void supervise(const char *program, char *const arguments[], int restarts) {
    for (int attempt = 0; attempt <= restarts; attempt++) {
        pid_t child = fork();
        if (child == 0) {
            execv(program, arguments);
            _exit(127);
        }
        int status = 0;
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 127) _exit(WEXITSTATUS(status));
        // Killed, or out of memory or processes: a little later once more, and ever slower.
        nap(attempt < 10 ? 200 : 5000);
    }
    _exit(1);
}

int bamai_start_supervised(const char *program, char *const arguments[], const char *log, int restarts) {
    pid_t first = fork();
    if (first < 0) return -1;
    if (first > 0) {
        int status = 0;
        while (waitpid(first, &status, 0) < 0 && errno == EINTR) {}
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
    }
    // A session of its own, and no terminal ever again: whoever ends the connection does not reach it.
    if (setsid() < 0) _exit(1);
    pid_t second = fork();
    if (second != 0) _exit(second < 0 ? 1 : 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    int sink = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0640);
    if (sink < 0) sink = null;
    dup2(null, 0);
    dup2(sink, 1);
    dup2(sink, 2);
    // The connection's ends and the locks of whoever started us are none of ours.
    for (int descriptor = 3; descriptor < 1024; descriptor++) close(descriptor);
    if (chdir("/") != 0) _exit(1);
    supervise(program, arguments, restarts);
}

// Relocations in a read-only segment would be lost with its pages.
static int has_text_relocations(const struct dl_phdr_info *object) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) return 1;
        }
    }
    return 0;
}

// The loader holds its lock meanwhile: no object comes or goes. Segments that were ever writable, relocated constants among them, are left alone: their
// pages are this process's own.
static int release_pages(struct dl_phdr_info *object, size_t size, void *sum) {
    (void)size;
    // The kernel's own object lies in no file.
    if (strncmp(object->dlpi_name, "linux-", 6) == 0 || has_text_relocations(object)) return 0;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
        if (end > start && madvise((void *)start, end - start, MADV_DONTNEED) == 0) *(int64_t *)sum += (int64_t)(end - start);
    }
    return 0;
}

int64_t bamai_release_program_pages(void) {
    int64_t sum = 0;
    dl_iterate_phdr(release_pages, &sum);
    return sum;
}
