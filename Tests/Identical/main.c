#include <stdint.h>
#include <stdio.h>

uint64_t pulse_digest(void);

/* One line: the digest of everything the anomaly core said. */
int main(void) {
    printf("%016llx\n", (unsigned long long)pulse_digest());
    return 0;
}
