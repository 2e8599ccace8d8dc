// GPIO over libgpiod 2.x. The first interface's file is gpio1.c; only one of them has anything to compile.
#include <gpiod.h>
#ifndef GPIOD_LINE_BULK_MAX_LINES
#include "gpio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

// The most that the kernel keeps for a request (GPIO_V2_LINES_MAX * 16 in gpiolib-cdev.c).
enum { QUEUE = 1024, READ = 64 };

struct bamai_gpio_chip {
    struct gpiod_chip *chip;
    struct gpiod_chip_info *info;
};

struct bamai_gpio_request {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *buffer;
    unsigned int offset;
    int descriptor;
};

static int failure(void) { return errno > 0 ? -errno : -EIO; }

static void copy(char *to, const char *from) {
    strncpy(to, from ? from : "", BAMAI_GPIO_NAME - 1);
    to[BAMAI_GPIO_NAME - 1] = 0;
}

struct bamai_gpio_abilities bamai_gpio_abilities(void) {
    return (struct bamai_gpio_abilities){.interface = 2, .numbers_events = true, .debounces = true, .queue = QUEUE};
}

int bamai_gpio_chip_open(const char *path, struct bamai_gpio_chip **chip) {
    struct gpiod_chip *opened = gpiod_chip_open(path);
    if (!opened) return failure();
    struct gpiod_chip_info *info = gpiod_chip_get_info(opened);
    struct bamai_gpio_chip *made = info ? malloc(sizeof *made) : NULL;
    if (!made) {
        int reason = info ? -ENOMEM : failure();
        if (info) gpiod_chip_info_free(info);
        gpiod_chip_close(opened);
        return reason;
    }
    *made = (struct bamai_gpio_chip){.chip = opened, .info = info};
    *chip = made;
    return 0;
}

void bamai_gpio_chip_close(struct bamai_gpio_chip *chip) {
    gpiod_chip_info_free(chip->info);
    gpiod_chip_close(chip->chip);
    free(chip);
}

const char *bamai_gpio_chip_name(const struct bamai_gpio_chip *chip) { return gpiod_chip_info_get_name(chip->info); }
const char *bamai_gpio_chip_label(const struct bamai_gpio_chip *chip) { return gpiod_chip_info_get_label(chip->info); }
uint32_t bamai_gpio_chip_lines(const struct bamai_gpio_chip *chip) { return (uint32_t)gpiod_chip_info_get_num_lines(chip->info); }

static uint8_t bias(struct gpiod_line_info *info) {
    switch (gpiod_line_info_get_bias(info)) {
    case GPIOD_LINE_BIAS_DISABLED: return BAMAI_GPIO_BIAS_DISABLED;
    case GPIOD_LINE_BIAS_PULL_UP: return BAMAI_GPIO_BIAS_PULL_UP;
    case GPIOD_LINE_BIAS_PULL_DOWN: return BAMAI_GPIO_BIAS_PULL_DOWN;
    default: return BAMAI_GPIO_BIAS_AS_IS;
    }
}

int bamai_gpio_line_info(struct bamai_gpio_chip *chip, uint32_t offset, struct bamai_gpio_line *line) {
    struct gpiod_line_info *info = gpiod_chip_get_line_info(chip->chip, offset);
    if (!info) return failure();
    *line = (struct bamai_gpio_line){
        .offset = offset,
        .is_used = gpiod_line_info_is_used(info),
        .is_output = gpiod_line_info_get_direction(info) == GPIOD_LINE_DIRECTION_OUTPUT,
        .is_active_low = gpiod_line_info_is_active_low(info),
        .bias = bias(info),
    };
    copy(line->name, gpiod_line_info_get_name(info));
    copy(line->consumer, gpiod_line_info_get_consumer(info));
    gpiod_line_info_free(info);
    return 0;
}

static enum gpiod_line_bias bias_setting(uint8_t bias) {
    switch (bias) {
    case BAMAI_GPIO_BIAS_DISABLED: return GPIOD_LINE_BIAS_DISABLED;
    case BAMAI_GPIO_BIAS_PULL_UP: return GPIOD_LINE_BIAS_PULL_UP;
    case BAMAI_GPIO_BIAS_PULL_DOWN: return GPIOD_LINE_BIAS_PULL_DOWN;
    default: return GPIOD_LINE_BIAS_AS_IS;
    }
}

static enum gpiod_line_edge edge_setting(uint8_t edges) {
    switch (edges) {
    case BAMAI_GPIO_EDGES_RISING: return GPIOD_LINE_EDGE_RISING;
    case BAMAI_GPIO_EDGES_FALLING: return GPIOD_LINE_EDGE_FALLING;
    case BAMAI_GPIO_EDGES_BOTH: return GPIOD_LINE_EDGE_BOTH;
    default: return GPIOD_LINE_EDGE_NONE;
    }
}

// Fills libgpiod's own object in. 0 or a negative errno.
static int apply(struct gpiod_line_settings *to, const struct bamai_gpio_settings *from) {
    if (gpiod_line_settings_set_direction(to, from->is_output ? GPIOD_LINE_DIRECTION_OUTPUT : GPIOD_LINE_DIRECTION_INPUT) < 0) return failure();
    if (gpiod_line_settings_set_bias(to, bias_setting(from->bias)) < 0) return failure();
    gpiod_line_settings_set_active_low(to, from->is_active_low);
    if (from->is_output) {
        enum gpiod_line_value value = from->initial ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
        return gpiod_line_settings_set_output_value(to, value) < 0 ? failure() : 0;
    }
    gpiod_line_settings_set_debounce_period_us(to, from->debounce_us);
    if (gpiod_line_settings_set_edge_detection(to, edge_setting(from->edges)) < 0) return failure();
    return gpiod_line_settings_set_event_clock(to, GPIOD_LINE_CLOCK_MONOTONIC) < 0 ? failure() : 0;
}

int bamai_gpio_request(
    struct bamai_gpio_chip *chip, const struct bamai_gpio_settings *settings, const char *consumer, struct bamai_gpio_request **request) {
    bool has_edges = !settings->is_output && settings->edges != BAMAI_GPIO_EDGES_NONE;
    int result = -ENOMEM;
    struct bamai_gpio_request *made = calloc(1, sizeof *made);
    struct gpiod_line_settings *line_settings = gpiod_line_settings_new();
    struct gpiod_line_config *line_config = gpiod_line_config_new();
    struct gpiod_request_config *request_config = gpiod_request_config_new();
    struct gpiod_edge_event_buffer *buffer = has_edges ? gpiod_edge_event_buffer_new(READ) : NULL;
    if (made && line_settings && line_config && request_config && (buffer || !has_edges)) {
        gpiod_request_config_set_consumer(request_config, consumer);
        if (has_edges) gpiod_request_config_set_event_buffer_size(request_config, QUEUE);
        result = apply(line_settings, settings);
        if (result == 0 && gpiod_line_config_add_line_settings(line_config, &settings->offset, 1, line_settings) < 0) result = failure();
        if (result == 0) {
            made->request = gpiod_chip_request_lines(chip->chip, request_config, line_config);
            if (!made->request) result = failure();
        }
    }
    if (result == 0) {
        made->descriptor = has_edges ? gpiod_line_request_get_fd(made->request) : -1;
        if (has_edges && fcntl(made->descriptor, F_SETFL, fcntl(made->descriptor, F_GETFL) | O_NONBLOCK) < 0) {
            result = failure();
            gpiod_line_request_release(made->request);
        }
    }
    if (request_config) gpiod_request_config_free(request_config);
    if (line_config) gpiod_line_config_free(line_config);
    if (line_settings) gpiod_line_settings_free(line_settings);
    if (result < 0) {
        if (buffer) gpiod_edge_event_buffer_free(buffer);
        free(made);
        return result;
    }
    made->offset = settings->offset;
    made->buffer = buffer;
    *request = made;
    return 0;
}

void bamai_gpio_release(struct bamai_gpio_request *request) {
    if (request->buffer) gpiod_edge_event_buffer_free(request->buffer);
    gpiod_line_request_release(request->request);
    free(request);
}

int bamai_gpio_descriptor(const struct bamai_gpio_request *request) { return request->descriptor; }

int bamai_gpio_level(struct bamai_gpio_request *request) {
    enum gpiod_line_value level = gpiod_line_request_get_value(request->request, request->offset);
    return level == GPIOD_LINE_VALUE_ERROR ? failure() : level == GPIOD_LINE_VALUE_ACTIVE;
}

int bamai_gpio_set_level(struct bamai_gpio_request *request, bool is_active) {
    enum gpiod_line_value level = is_active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(request->request, request->offset, level) < 0 ? failure() : 0;
}

int bamai_gpio_read(struct bamai_gpio_request *request, struct bamai_gpio_event *events, uint32_t limit) {
    if (!request->buffer || limit == 0) return -EAGAIN;
    int count = gpiod_line_request_read_edge_events(request->request, request->buffer, limit < READ ? limit : READ);
    if (count < 0) return failure();
    for (int i = 0; i < count; i++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(request->buffer, (unsigned long)i);
        if (!event) return i == 0 ? failure() : i;
        events[i] = (struct bamai_gpio_event){
            .nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(event),
            .line_seqno = (uint32_t)gpiod_edge_event_get_line_seqno(event),
            .seqno = (uint32_t)gpiod_edge_event_get_global_seqno(event),
            .is_rising = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
        };
    }
    return count == 0 ? -EAGAIN : count;
}
#endif
