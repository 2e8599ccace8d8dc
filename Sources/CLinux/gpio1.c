// GPIO over libgpiod 1.x. The second interface's file is gpio2.c; only one of them has anything to compile.
#include <gpiod.h>
#ifdef GPIOD_LINE_BULK_MAX_LINES
#include "gpio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct bamai_gpio_chip {
    struct gpiod_chip *chip;
    // The opener and each request: a line of libgpiod 1.x lives only as long as its chip.
    int references;
};

struct bamai_gpio_request {
    struct bamai_gpio_chip *owner;
    struct gpiod_line *line;
    int descriptor;
};

// The kernel's lineevent queue has 16 places (DECLARE_KFIFO in gpiolib-cdev.c), and reading more at once would bring nothing.
enum { QUEUE = 16 };

static int failure(void) { return errno > 0 ? -errno : -EIO; }

static void copy(char *to, const char *from) {
    strncpy(to, from ? from : "", BAMAI_GPIO_NAME - 1);
    to[BAMAI_GPIO_NAME - 1] = 0;
}

struct bamai_gpio_abilities bamai_gpio_abilities(void) {
    return (struct bamai_gpio_abilities){.interface = 1, .numbers_events = false, .debounces = false, .queue = QUEUE};
}

int bamai_gpio_chip_open(const char *path, struct bamai_gpio_chip **chip) {
    struct gpiod_chip *opened = gpiod_chip_open(path);
    if (!opened) return failure();
    struct bamai_gpio_chip *made = malloc(sizeof *made);
    if (!made) {
        gpiod_chip_close(opened);
        return -ENOMEM;
    }
    *made = (struct bamai_gpio_chip){.chip = opened, .references = 1};
    *chip = made;
    return 0;
}

void bamai_gpio_chip_close(struct bamai_gpio_chip *chip) {
    if (--chip->references > 0) return;
    gpiod_chip_close(chip->chip);
    free(chip);
}

const char *bamai_gpio_chip_name(const struct bamai_gpio_chip *chip) { return gpiod_chip_name(chip->chip); }
const char *bamai_gpio_chip_label(const struct bamai_gpio_chip *chip) { return gpiod_chip_label(chip->chip); }
uint32_t bamai_gpio_chip_lines(const struct bamai_gpio_chip *chip) { return gpiod_chip_num_lines(chip->chip); }

static uint8_t bias(struct gpiod_line *line) {
    switch (gpiod_line_bias(line)) {
    case GPIOD_LINE_BIAS_DISABLE: return BAMAI_GPIO_BIAS_DISABLED;
    case GPIOD_LINE_BIAS_PULL_UP: return BAMAI_GPIO_BIAS_PULL_UP;
    case GPIOD_LINE_BIAS_PULL_DOWN: return BAMAI_GPIO_BIAS_PULL_DOWN;
    default: return BAMAI_GPIO_BIAS_AS_IS;
    }
}

int bamai_gpio_line_info(struct bamai_gpio_chip *chip, uint32_t offset, struct bamai_gpio_line *info) {
    struct gpiod_line *line = gpiod_chip_get_line(chip->chip, offset);
    // A line that was looked at before is not asked for again by itself.
    if (!line || gpiod_line_update(line) < 0) return failure();
    *info = (struct bamai_gpio_line){
        .offset = offset,
        .is_used = gpiod_line_is_used(line),
        .is_output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT,
        .is_active_low = gpiod_line_active_state(line) == GPIOD_LINE_ACTIVE_STATE_LOW,
        .bias = bias(line),
    };
    copy(info->name, gpiod_line_name(line));
    copy(info->consumer, gpiod_line_consumer(line));
    return 0;
}

static int request_type(const struct bamai_gpio_settings *settings) {
    if (settings->is_output) return GPIOD_LINE_REQUEST_DIRECTION_OUTPUT;
    switch (settings->edges) {
    case BAMAI_GPIO_EDGES_RISING: return GPIOD_LINE_REQUEST_EVENT_RISING_EDGE;
    case BAMAI_GPIO_EDGES_FALLING: return GPIOD_LINE_REQUEST_EVENT_FALLING_EDGE;
    case BAMAI_GPIO_EDGES_BOTH: return GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES;
    default: return GPIOD_LINE_REQUEST_DIRECTION_INPUT;
    }
}

static int request_flags(const struct bamai_gpio_settings *settings) {
    int flags = settings->is_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    switch (settings->bias) {
    case BAMAI_GPIO_BIAS_DISABLED: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case BAMAI_GPIO_BIAS_PULL_UP: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case BAMAI_GPIO_BIAS_PULL_DOWN: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    default: return flags;
    }
}

int bamai_gpio_request(
    struct bamai_gpio_chip *chip, const struct bamai_gpio_settings *settings, const char *consumer, struct bamai_gpio_request **request) {
    struct gpiod_line *line = gpiod_chip_get_line(chip->chip, settings->offset);
    if (!line) return failure();
    // libgpiod hands out one object a line: two requests of ours would share it.
    if (gpiod_line_is_requested(line)) return -EBUSY;
    struct gpiod_line_request_config config = {.consumer = consumer, .request_type = request_type(settings), .flags = request_flags(settings)};
    if (gpiod_line_request(line, &config, settings->initial) < 0) return failure();
    int descriptor = -1;
    if (!settings->is_output && settings->edges != BAMAI_GPIO_EDGES_NONE) {
        descriptor = gpiod_line_event_get_fd(line);
        if (descriptor < 0 || fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0) {
            int reason = failure();
            gpiod_line_release(line);
            return reason;
        }
    }
    struct bamai_gpio_request *made = malloc(sizeof *made);
    if (!made) {
        gpiod_line_release(line);
        return -ENOMEM;
    }
    *made = (struct bamai_gpio_request){.owner = chip, .line = line, .descriptor = descriptor};
    chip->references++;
    *request = made;
    return 0;
}

void bamai_gpio_release(struct bamai_gpio_request *request) {
    gpiod_line_release(request->line);
    bamai_gpio_chip_close(request->owner);
    free(request);
}

int bamai_gpio_descriptor(const struct bamai_gpio_request *request) { return request->descriptor; }

int bamai_gpio_level(struct bamai_gpio_request *request) {
    int level = gpiod_line_get_value(request->line);
    return level < 0 ? failure() : level;
}

int bamai_gpio_set_level(struct bamai_gpio_request *request, bool is_active) {
    return gpiod_line_set_value(request->line, is_active) < 0 ? failure() : 0;
}

int bamai_gpio_read(struct bamai_gpio_request *request, struct bamai_gpio_event *events, uint32_t limit) {
    struct gpiod_line_event read[QUEUE];
    if (request->descriptor < 0 || limit == 0) return -EAGAIN;
    int count = gpiod_line_event_read_fd_multiple(request->descriptor, read, limit < QUEUE ? limit : QUEUE);
    if (count < 0) return failure();
    for (int i = 0; i < count; i++) {
        events[i] = (struct bamai_gpio_event){
            .nanoseconds = (int64_t)read[i].ts.tv_sec * 1000000000 + read[i].ts.tv_nsec,
            .is_rising = read[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
        };
    }
    return count == 0 ? -EAGAIN : count;
}
#endif
