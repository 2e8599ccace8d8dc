// The second interface (libgpiod 2.x, gpio2.c) on a real chip. probe PULL-FILE LABEL: line 0 of chip LABEL is driven by PULL-FILE.
// Ends with 0 when everything holds; says what did not, otherwise.
#define _GNU_SOURCE
#include "gpio.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            failures++; \
        } \
    } while (0)

static int failures, pull_file;

static void set(bool is_high) {
    const char *word = is_high ? "pull-up" : "pull-down";
    if (pwrite(pull_file, word, strlen(word), 0) < 0) perror("pull"), exit(2);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// All events until there has been none for a while.
static int events(struct bamai_gpio_request *request, struct bamai_gpio_event *found, int limit) {
    int count = 0;
    while (count < limit) {
        int got = bamai_gpio_read(request, found + count, (uint32_t)(limit - count));
        if (got > 0) {
            count += got;
            continue;
        }
        if (got != -EAGAIN) return got;
        struct pollfd descriptor = {.fd = bamai_gpio_descriptor(request), .events = POLLIN};
        if (poll(&descriptor, 1, 100) == 0) break;
    }
    return count;
}

static struct bamai_gpio_request *request(struct bamai_gpio_chip *chip, struct bamai_gpio_settings settings) {
    struct bamai_gpio_request *made = NULL;
    int result = bamai_gpio_request(chip, &settings, "bamai probe", &made);
    if (result < 0) printf("request: %s\n", strerror(-result)), exit(2);
    return made;
}

static void edges(struct bamai_gpio_chip *chip) {
    struct bamai_gpio_request *line = request(chip, (struct bamai_gpio_settings){.offset = 0, .edges = BAMAI_GPIO_EDGES_BOTH});
    struct bamai_gpio_event found[16];
    int64_t before = now();
    for (int i = 0; i < 3; i++) set(i % 2 == 0), usleep(2000);
    CHECK(events(line, found, 16) == 3);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(found[i].is_rising == (i % 2 == 0) && found[i].line_seqno == i + 1 && found[i].seqno == i + 1);
        CHECK(found[i].nanoseconds >= before && found[i].nanoseconds <= now());
    }
    CHECK(bamai_gpio_level(line) == 1);
    // Who holds it.
    struct bamai_gpio_line info;
    CHECK(bamai_gpio_line_info(chip, 0, &info) == 0 && info.is_used && strcmp(info.consumer, "bamai probe") == 0);
    struct bamai_gpio_request *second = NULL;
    struct bamai_gpio_settings again = {.offset = 0};
    CHECK(bamai_gpio_request(chip, &again, "bamai", &second) == -EBUSY);
    bamai_gpio_release(line);
    CHECK(bamai_gpio_line_info(chip, 0, &info) == 0 && !info.is_used);
    set(false);
}

static void debounce(struct bamai_gpio_chip *chip) {
    struct bamai_gpio_request *line =
        request(chip, (struct bamai_gpio_settings){.offset = 0, .edges = BAMAI_GPIO_EDGES_BOTH, .debounce_us = 30000});
    struct bamai_gpio_event found[16];
    for (int i = 0; i < 5; i++) set(i % 2 == 0), usleep(2000);
    usleep(100000);
    CHECK(events(line, found, 16) == 1 && found[0].is_rising);
    bamai_gpio_release(line);
    set(false);
}

static void overflow(struct bamai_gpio_chip *chip) {
    struct bamai_gpio_request *line = request(chip, (struct bamai_gpio_settings){.offset = 0, .edges = BAMAI_GPIO_EDGES_BOTH});
    uint32_t queue = bamai_gpio_abilities().queue;
    static struct bamai_gpio_event found[2048];
    for (uint32_t i = 0; i < queue + 9; i++) set(i % 2 == 0), usleep(300);
    CHECK(events(line, found, 2048) == (int)queue);
    // The oldest went, and the numbers say how many.
    CHECK(found[0].line_seqno == 10 && found[queue - 1].line_seqno == queue + 9);
    bamai_gpio_release(line);
    set(false);
}

static void settings(struct bamai_gpio_chip *chip) {
    struct bamai_gpio_request *input =
        request(chip, (struct bamai_gpio_settings){.offset = 1, .is_active_low = true, .bias = BAMAI_GPIO_BIAS_PULL_UP, .edges = BAMAI_GPIO_EDGES_NONE});
    CHECK(bamai_gpio_level(input) == 0 && bamai_gpio_descriptor(input) == -1);
    struct bamai_gpio_line info;
    CHECK(bamai_gpio_line_info(chip, 1, &info) == 0 && info.is_active_low && info.bias == BAMAI_GPIO_BIAS_PULL_UP && !info.is_output);
    struct bamai_gpio_request *output = request(chip, (struct bamai_gpio_settings){.offset = 2, .is_output = true, .initial = true});
    CHECK(bamai_gpio_level(output) == 1 && bamai_gpio_set_level(output, false) == 0 && bamai_gpio_level(output) == 0);
    CHECK(bamai_gpio_line_info(chip, 2, &info) == 0 && info.is_output);
    bamai_gpio_release(input);
    bamai_gpio_release(output);
}

int main(int count, char **words) {
    if (count != 3) return 2;
    pull_file = open(words[1], O_WRONLY);
    struct bamai_gpio_chip *chip = NULL;
    for (int number = 0; number < 16 && !chip; number++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/gpiochip%d", number);
        if (bamai_gpio_chip_open(path, &chip) == 0 && strcmp(bamai_gpio_chip_label(chip), words[2]) != 0) {
            bamai_gpio_chip_close(chip);
            chip = NULL;
        }
    }
    if (pull_file < 0 || !chip) return printf("no chip %s or no %s\n", words[2], words[1]), 2;
    struct bamai_gpio_abilities abilities = bamai_gpio_abilities();
    CHECK(abilities.interface == 2 && abilities.numbers_events && abilities.debounces && abilities.queue == 1024);
    CHECK(bamai_gpio_chip_lines(chip) == 4);
    edges(chip);
    debounce(chip);
    overflow(chip);
    settings(chip);
    bamai_gpio_chip_close(chip);
    printf(failures ? "%d failures\n" : "the second interface holds\n", failures);
    return failures != 0;
}
