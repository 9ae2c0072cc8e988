// SPDX-License-Identifier: Apache-2.0
#include "config/check_file.h"

#include <algorithm>
#include <set>

#include "config/problems.h"

namespace millrace::config {

FileKind KindOf(const File& file) {
  const Properties& v = file.values;
  if (v.contains("connector.class") || (v.contains("name") && !v.contains("bootstrap.servers"))) {
    return FileKind::kConnector;
  }
  bool distributed = v.contains("group.id") || v.contains("config.storage.topic");
  return distributed && !v.contains("offset.storage.file.filename") ? FileKind::kDistributedWorker
                                                                    : FileKind::kStandaloneWorker;
}

void AddConnectorProblems(const File& file, const Result<ConfigInfos>& answer, std::vector<Problem>* problems) {
  if (!answer.ok()) {
    std::string_view key = file.values.contains("connector.class") ? "connector.class" : "";
    AddError(file, key, answer.status().message(),
             key.empty() ? "add connector.class=..." : "millrace plugins lists the classes that are installed",
             problems);
    return;
  }
  std::set<std::string, std::less<>> known;
  for (const ConfigInfo& info : answer->configs) {
    known.insert(info.value.name);
    ConfigKey key;
    if (info.definition) {
      key = *info.definition;
    } else {
      key.name = info.value.name;
    }
    AddProblem(key, info.value, file, problems);
  }
  std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& [key, value] : file.values) {
    // A setting that nobody here knows may well be the class's own affair; only a near miss is worth a word.
    if (!known.contains(key)) AddMisspelt(key, names, file, problems);
  }
}

}  // namespace millrace::config
