#include "numbers.hpp"

#include <charconv>
#include <cstring>

namespace bamai {

namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

size_t skip_digits(const char *text, size_t at, size_t count) {
    while (at < count && is_digit(text[at])) at++;
    return at;
}

// The power of ten of a number's first significant digit, roughly: enough to tell the infinitely large from the infinitely small.
long magnitude(const char *text, size_t count) {
    const long bound = 1000000;
    size_t at = count > 0 && text[0] == '-' ? 1 : 0;
    long digits = 0, zeros = 0;
    bool significant = false, fraction = false;
    for (; at < count && (is_digit(text[at]) || text[at] == '.'); at++) {
        if (text[at] == '.') {
            fraction = true;
            continue;
        }
        significant = significant || text[at] != '0';
        if (!fraction && significant) digits++;
        if (fraction && !significant) zeros++;
    }
    long power = digits > 0 ? digits : -zeros;
    if (at < count && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        bool negative = at < count && text[at] == '-';
        if (at < count && (text[at] == '-' || text[at] == '+')) at++;
        long exponent = 0;
        for (; at < count && is_digit(text[at]); at++) exponent = exponent < bound ? exponent * 10 + (text[at] - '0') : bound;
        power += negative ? -exponent : exponent;
    }
    return power;
}

// The end of the number that begins at `at`, as JSON's grammar has it; `at` itself when there is none. `whole`: no fraction, no exponent.
size_t scan_number(const char *text, size_t at, size_t count, bool &whole) {
    size_t begin = at;
    whole = true;
    if (at < count && text[at] == '-') at++;
    size_t first = at;
    at = skip_digits(text, at, count);
    if (at == first || (text[first] == '0' && at - first > 1)) return begin;
    if (at < count && text[at] == '.') {
        size_t end = skip_digits(text, at + 1, count);
        if (end == at + 1) return begin;
        at = end;
        whole = false;
    }
    if (at < count && (text[at] == 'e' || text[at] == 'E')) {
        size_t digits = at + 1;
        if (digits < count && (text[digits] == '+' || text[digits] == '-')) digits++;
        size_t end = skip_digits(text, digits, count);
        if (end == digits) return begin;
        at = end;
        whole = false;
    }
    return at;
}

// Whether a value may end here: so that taming never makes a document of what is none (`{1e999:0}`).
bool ends_value(const char *text, size_t at, size_t count) {
    while (at < count && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) at++;
    return at == count || text[at] == ',' || text[at] == ']' || text[at] == '}';
}

bool fits_word(const char *text, size_t count) {
    if (text[0] == '-') {
        int64_t word;
        return std::from_chars(text, text + count, word).ec == std::errc();
    }
    uint64_t word;
    return std::from_chars(text, text + count, word).ec == std::errc();
}

} // namespace

Reading read_decimal(const char *text, size_t count, double &number) {
    // from_chars also knows "inf" and "nan": a digit or a point must come first.
    size_t first = count > 0 && text[0] == '-' ? 1 : 0;
    if (first >= count || !(is_digit(text[first]) || text[first] == '.')) return Reading::no_number;
    auto [end, code] = std::from_chars(text, text + count, number, std::chars_format::general);
    if (end != text + count) return Reading::no_number;
    if (code == std::errc()) return Reading::number;
    if (code != std::errc::result_out_of_range) return Reading::no_number;
    if (magnitude(text, count) > 0) return Reading::too_large;
    number = first == 1 ? -0.0 : 0.0;
    return Reading::number;
}

bool tame_numbers(char *bytes, size_t count) {
    bool changed = false;
    for (size_t at = 0; at < count;) {
        if (bytes[at] == '"') {
            for (at++; at < count && bytes[at] != '"'; at++) {
                if (bytes[at] == '\\') at++;
            }
            at++;
            continue;
        }
        if (bytes[at] != '-' && !is_digit(bytes[at])) {
            at++;
            continue;
        }
        bool whole;
        size_t end = scan_number(bytes, at, count, whole);
        if (end == at) {
            // No number: the parser will say so.
            at++;
            continue;
        }
        // Only what has more digits than any word, or an exponent, can be too large: at least five bytes ("1e309").
        size_t length = end - at;
        double number;
        if (!ends_value(bytes, end, count)) {
            at = end;
            continue;
        }
        if (length >= 5 && read_decimal(bytes + at, length, number) == Reading::too_large) {
            std::memset(bytes + at, ' ', length);
            bytes[at] = bytes[end - 1] = '"';
            changed = true;
        } else if (whole && length >= 19 && !fits_word(bytes + at, length)) {
            // Beyond the seventeenth digit a double does not see which digits these were.
            bytes[end - 2] = 'e';
            bytes[end - 1] = '2';
            changed = true;
        }
        at = end;
    }
    return changed;
}

} // namespace bamai
