// SPDX-License-Identifier: Apache-2.0
#include "connector.h"

#include <string>
#include <string_view>

#include "config.h"
#include "millrace/cpp/error.h"
#include "millrace/cpp/value.h"

namespace millrace::file {

namespace {

sdk::Error Refused(std::string message) {
  return sdk::Error(MR_DATA, std::move(message)).With("class", "org.apache.kafka.connect.errors.ConnectException");
}

std::string_view FileOr(const sdk::Config& config, std::string_view instead) {
  const std::string_view file = config.Get(kFile).value_or(std::string_view());
  return file.empty() ? instead : file;
}

}  // namespace

void FileStreamSourceConnector::Start(const sdk::Config& config) {
  Connector::Start(config);
  sdk::Logger(context_, "org.apache.kafka.connect.file.FileStreamSourceConnector")
      .Info("Starting file source connector reading from ", FileOr(config, "standard input"));
}

void FileStreamSourceConnector::MakeTaskConfigs(uint32_t max_tasks, sdk::TaskConfigs& out) {
  if (max_tasks > 0) out.Add(settings());
}

bool FileStreamSourceConnector::AlterSourceOffsets(const sdk::Config& config,
                                                   std::span<const mr_source_offset> offsets) {
  if (FileOr(config, "").empty()) {
    throw Refused(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for "
        "input and offsets are not tracked.");
  }
  for (const mr_source_offset& o : offsets) {
    // Forgetting is always allowed, so that garbage can be cleaned up.
    if (sdk::IsNull(o.offset)) continue;
    const mr_value* position = sdk::Find(o.offset, "position");
    if (position == nullptr) throw Refused("Offset objects should either be null or contain the key 'position'");
    if (position->kind != MR_I64) {
      throw Refused("The value for the 'position' key in the offset is expected to be a Long value");
    }
    if (position->u.i < 0) {
      throw Refused("The value for the 'position' key in the offset should be a non-negative value");
    }
    if (sdk::IsNull(o.partition)) throw Refused("Partition objects cannot be null");
    if (sdk::Find(o.partition, "filename") == nullptr) {
      throw Refused("Partition objects should contain the key 'filename'");
    }
  }
  return true;
}

int FileStreamSourceConnector::ExactlyOnce(const sdk::Config& config) {
  // A file keeps what was read, the standard input does not.
  return FileOr(config, "").empty() ? 0 : 1;
}

void FileStreamSinkConnector::Start(const sdk::Config& config) {
  Connector::Start(config);
  sdk::Logger(context_, "org.apache.kafka.connect.file.FileStreamSinkConnector")
      .Info("Starting file sink connector writing to ", FileOr(config, "standard output"));
}

}  // namespace millrace::file
