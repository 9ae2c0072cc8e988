// SPDX-License-Identifier: Apache-2.0
//
// The bundle "file": its classes under their Java names.
#include "config.h"
#include "connector.h"
#include "millrace/cpp/bundle.h"
#include "sink_task.h"
#include "source_task.h"

namespace {

using millrace::file::FileStreamSinkConnector;
using millrace::file::FileStreamSinkTask;
using millrace::file::FileStreamSourceConnector;
using millrace::file::FileStreamSourceTask;

// The Kafka Connect whose classes these stand in for: what connector.plugin.version means in existing configurations.
constexpr char kKafkaVersion[] = "4.1.2";

constexpr mr_class kClasses[] = {
    millrace::sdk::SourceClass<FileStreamSourceTask, FileStreamSourceConnector>({
        .name = "org.apache.kafka.connect.file.FileStreamSourceConnector",
        .version = kKafkaVersion,
        .doc = "Reads lines from a file, or from the standard input",
        .config = &millrace::file::kSourceConfig,
    }),
    millrace::sdk::SinkClass<FileStreamSinkTask, FileStreamSinkConnector>({
        .name = "org.apache.kafka.connect.file.FileStreamSinkConnector",
        .version = kKafkaVersion,
        .doc = "Appends values as lines to a file, or to the standard output",
        .config = &millrace::file::kSinkConfig,
    }),
};

}  // namespace

MILLRACE_BUNDLE(kClasses, .name = "file", .version = MILLRACE_VERSION, .licence = "Apache-2.0");
