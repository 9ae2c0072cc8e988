// SPDX-License-Identifier: Apache-2.0
//
// Problems of checked values, told in the terms of the file that they came from. Free functions; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config_def.h"
#include "config/file.h"

namespace millrace::config {

// The first error of a checked value as a problem with its place in the file and what to write instead. Passwords and
// other secrets are masked. Nothing when there is no error.
void AddProblem(const ConfigKey& key, const ConfigValue& value, const File& file, std::vector<Problem>* problems);

// A setting that nobody knows: a warning that names the nearest known one, if there is one near.
void AddUnknown(std::string_view key, const std::vector<std::string_view>& known, const File& file,
                std::vector<Problem>* problems);

// The same, but nothing when none is near.
void AddMisspelt(std::string_view key, const std::vector<std::string_view>& known, const File& file,
                 std::vector<Problem>* problems);

void AddError(const File& file, std::string_view key, std::string why, std::string fix, std::vector<Problem>* problems);
void AddWarning(const File& file, std::string_view key, std::string why, std::string fix,
                std::vector<Problem>* problems);

// Does the name of a setting say that its value is a secret (password, secret, jaas, private key, token ...)?
bool LooksSecret(std::string_view key);

}  // namespace millrace::config
