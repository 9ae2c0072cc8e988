// SPDX-License-Identifier: Apache-2.0
//
// Report: the findings of a check, printed as they come, one line each. A failure is what stops the host from using the
// bundle or endangers it; a warning is what its author should know.
#pragma once

#include <cstdio>
#include <string>

namespace plugin_check {

class Report {
 public:
  void Ok(const std::string& text) { Print("ok", text); }
  void Warn(const std::string& text) {
    ++warnings_;
    Print("WARN", text);
  }
  void Fail(const std::string& text) {
    ++failures_;
    Print("FAIL", text);
  }
  void Check(bool good, const std::string& what, const std::string& otherwise) { good ? Ok(what) : Fail(otherwise); }
  int failures() const { return failures_; }
  int warnings() const { return warnings_; }
  // Adds what a child process counted and printed.
  void Add(int failures, int warnings) {
    failures_ += failures;
    warnings_ += warnings;
  }

 private:
  static void Print(const char* mark, const std::string& text) {
    std::printf("%-5s %s\n", mark, text.c_str());
    std::fflush(stdout);
  }
  int failures_ = 0, warnings_ = 0;
};

}  // namespace plugin_check
