// SPDX-License-Identifier: Apache-2.0
//
// Floating-point numbers as Java 17 prints them: Double.toString and Float.toString. That is not always the shortest
// text that reads back as the same number (2e23 is 1.9999999999999998E23), but it is the text that offset files, topics
// and golden values carry. Pure functions.
#pragma once

#include <cstddef>
#include <string>

namespace millrace::record {

constexpr size_t kJavaDoubleMax = 32;  // bytes that either function writes at most

// Writes to `out` and returns one past the last byte. "NaN", "Infinity", "-Infinity" for those.
char* WriteJavaDouble(double d, char* out);
char* WriteJavaFloat(float f, char* out);

std::string JavaDouble(double d);
std::string JavaFloat(float f);

}  // namespace millrace::record
