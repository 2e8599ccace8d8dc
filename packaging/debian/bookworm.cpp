// Linked into the programs for Debian 12: what Debian 13's Swift libraries ask of glibc 2.38 and libstdc++ 13, in terms of glibc 2.36 and libstdc++ 12.
//
// They were compiled against newer headers, which give a few functions new names. Everything else that they need is there; what is not fails at the link, and
// `make deb-check` looks at the versions that the programs ask for.

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
// Also makes the streams ready before main: libstdc++ 12 wants that of each program, 13 does it by itself.
#include <iostream>

namespace std {
void ios_base_library_init() {}
}  // namespace std

extern "C" {

// The names with isoc23 take "0b101" for a number where the base is 0 or 2. Nothing in Swift's libraries asks for that: they read decimal and hexadecimal.
long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }
unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

int __isoc23_sscanf(const char *text, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int count = vsscanf(text, format, values);
    va_end(values);
    return count;
}

size_t strlcpy(char *target, const char *source, size_t size) {
    size_t length = strlen(source);
    if (size != 0) {
        size_t kept = length < size ? length : size - 1;
        memcpy(target, source, kept);
        target[kept] = 0;
    }
    return length;
}

size_t strlcat(char *target, const char *source, size_t size) {
    size_t before = strnlen(target, size);
    return before == size ? size + strlen(source) : before + strlcpy(target + before, source, size - before);
}

}
