// SPDX-License-Identifier: Apache-2.0
//
// The settings of FileStreamSource and FileStreamSink.
//
// The two tables are Java's, key by key and text by text: clients compare what the validate request answers. What
// only Millrace has is therefore in tables of its own, read by the tasks and printed into the README, but not part of
// the definition that REST shows.
#pragma once

#include <cstdint>

#include "millrace/cpp/config_table.h"

namespace millrace::file {

inline constexpr char kFile[] = "file", kTopic[] = "topic", kBatchSize[] = "batch.size";
inline constexpr char kLineMaxBytes[] = "millrace.line.max.bytes";
inline constexpr char kRotationQuietMs[] = "millrace.rotation.quiet.ms";

inline constexpr int64_t kDefaultBatchSize = 2000;
inline constexpr int64_t kDefaultLineMaxBytes = 64 << 20, kLimitLineMaxBytes = 512 << 20;
inline constexpr int64_t kDefaultRotationQuietMs = 1000, kLimitRotationQuietMs = 3'600'000;

inline constexpr mr_config_key kSourceKeys[] = {
    sdk::Key(kFile, MR_T_STRING)
        .NullDefault()
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("Source filename. If not specified, the standard input will be used"),
    sdk::Key(kTopic, MR_T_STRING)
        .Validator("non-empty")
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("The topic to publish data to"),
    sdk::Key(kBatchSize, MR_T_INT)
        .Default("2000")
        .Importance(MR_IMPORTANCE_LOW)
        .Doc("The maximum number of records the source task can read from the file each time it is polled"),
};
inline constexpr mr_config_table kSourceConfig = sdk::ConfigTable(kSourceKeys);

inline constexpr mr_config_key kSinkKeys[] = {
    sdk::Key(kFile, MR_T_STRING)
        .NullDefault()
        .Importance(MR_IMPORTANCE_HIGH)
        .Doc("Destination filename. If not specified, the standard output will be used"),
};
inline constexpr mr_config_table kSinkConfig = sdk::ConfigTable(kSinkKeys);

inline constexpr mr_config_key kSourceExtraKeys[] = {
    sdk::Key(kLineMaxBytes, MR_T_LONG)
        .Default("67108864")
        .Validator("range(1,536870912)")
        .Importance(MR_IMPORTANCE_LOW)
        .Doc("The longest line, in bytes, that is taken. A longer one fails the task rather than being cut"),
    sdk::Key(kRotationQuietMs, MR_T_LONG)
        .Default("1000")
        .Validator("range(0,3600000)")
        .Importance(MR_IMPORTANCE_LOW)
        .Doc("After the file was replaced by another, how long the old one must have stayed unchanged before the "
             "new one is read"),
};
inline constexpr mr_config_table kSourceExtraConfig = sdk::ConfigTable(kSourceExtraKeys);

}  // namespace millrace::file
