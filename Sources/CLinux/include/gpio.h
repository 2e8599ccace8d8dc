// GPIO the same over libgpiod 1.6 (Debian 12, the kernel's first interface) and 2.x (Debian 13, its second); which of them is chosen when this is compiled.
//
// One request holds one line. So a line that somebody else has keeps no other from working, each may be taken again by itself, and each has a kernel queue
// of its own; the order among lines follows from the events' times.
//
// Functions return 0 (or a count) on success and a negative errno otherwise: -EBUSY the line is held by somebody (bamai_gpio_line_info names who),
// -ENODEV the chip has gone, -EAGAIN nothing to read now, -EACCES/-EPERM no permission, -EINVAL or -ENOTSUP the chip cannot do what is asked, -ENXIO it has
// no interrupt for the line. Nothing here blocks or keeps global state; one handle belongs to one thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The kernel's names have 31 characters at most.
enum { BAMAI_GPIO_NAME = 32 };

enum bamai_gpio_bias { BAMAI_GPIO_BIAS_AS_IS, BAMAI_GPIO_BIAS_DISABLED, BAMAI_GPIO_BIAS_PULL_UP, BAMAI_GPIO_BIAS_PULL_DOWN };

// Which edges an input reports. With NONE it has only a level.
enum bamai_gpio_edges { BAMAI_GPIO_EDGES_NONE, BAMAI_GPIO_EDGES_RISING, BAMAI_GPIO_EDGES_FALLING, BAMAI_GPIO_EDGES_BOTH };

// What this build can do.
struct bamai_gpio_abilities {
    // 1 or 2: libgpiod's interface.
    int interface;
    // Events carry sequence numbers, so that lost ones are seen.
    bool numbers_events;
    // Debouncing happens in the kernel, before the queue. Otherwise `debounce_us` is ignored and the caller must do it.
    bool debounces;
    // Events that the kernel keeps for a line that nobody reads. When it is full the newest (interface 1) or the oldest (interface 2) are dropped.
    uint32_t queue;
};

struct bamai_gpio_line {
    uint32_t offset;
    char name[BAMAI_GPIO_NAME];     // empty: none
    char consumer[BAMAI_GPIO_NAME]; // empty: nobody, or somebody without a name
    bool is_used;
    bool is_output;
    bool is_active_low;
    uint8_t bias; // enum bamai_gpio_bias; AS_IS where the kernel does not know
};

struct bamai_gpio_settings {
    uint32_t offset;
    bool is_output;
    // Inputs: levels and edges are logical, a low voltage is active. Outputs: active drives low.
    bool is_active_low;
    uint8_t bias;  // enum bamai_gpio_bias
    uint8_t edges; // enum bamai_gpio_edges; inputs only
    // Outputs: the logical level from the first moment on.
    bool initial;
    uint32_t debounce_us; // 0: none
};

struct bamai_gpio_event {
    int64_t nanoseconds; // the kernel's monotonic clock, taken in the interrupt
    uint32_t line_seqno; // from 1, one more for each edge the kernel saw on the line; 0: not numbered
    uint32_t seqno;      // the same over the request; 0: not numbered
    bool is_rising;      // logical
};

struct bamai_gpio_chip;
struct bamai_gpio_request;

struct bamai_gpio_abilities bamai_gpio_abilities(void);

// Opens /dev/gpiochipN.
int bamai_gpio_chip_open(const char *path, struct bamai_gpio_chip **chip);
// Requests that were made from it stay.
void bamai_gpio_chip_close(struct bamai_gpio_chip *chip);
// Texts live as long as the chip is open.
const char *bamai_gpio_chip_name(const struct bamai_gpio_chip *chip);
const char *bamai_gpio_chip_label(const struct bamai_gpio_chip *chip);
uint32_t bamai_gpio_chip_lines(const struct bamai_gpio_chip *chip);
// How a line stands now.
int bamai_gpio_line_info(struct bamai_gpio_chip *chip, uint32_t offset, struct bamai_gpio_line *line);

// Takes a line. `consumer` is what others then see as its holder.
int bamai_gpio_request(
    struct bamai_gpio_chip *chip, const struct bamai_gpio_settings *settings, const char *consumer, struct bamai_gpio_request **request);
// Gives the line back. What an output then does is the chip's own affair: drive the safe level first.
void bamai_gpio_release(struct bamai_gpio_request *request);
// Readable while events wait; -1: the line reports no edges. Nonblocking. Lives as long as the request.
int bamai_gpio_descriptor(const struct bamai_gpio_request *request);
// The logical level: 0 or 1.
int bamai_gpio_level(struct bamai_gpio_request *request);
int bamai_gpio_set_level(struct bamai_gpio_request *request, bool is_active);
// At most `limit` events, oldest first; -EAGAIN: none.
int bamai_gpio_read(struct bamai_gpio_request *request, struct bamai_gpio_event *events, uint32_t limit);
