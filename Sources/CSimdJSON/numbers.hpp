// Numbers that JSON allows and simdjson does not.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bamai {

enum class Reading { number, too_large, no_number };

// Reads a decimal number in JSON's or strtod's form that fills the whole text. Too small a number is zero.
Reading read_decimal(const char *text, size_t count, double &number);

// Rewrites, in place and at the same length, every number of a document that no 64-bit word or double holds. True when anything was rewritten.
bool tame_numbers(char *bytes, size_t count);

} // namespace bamai
