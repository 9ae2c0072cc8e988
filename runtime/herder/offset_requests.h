// SPDX-License-Identifier: Apache-2.0
//
// What a person may say about offsets over REST, read with the checks and in the words of Kafka Connect
// (SinkUtils.parseSinkConnectorOffsets, AbstractHerder.alterConnectorOffsets). Pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "herder/herder.h"
#include "kafka/consumer.h"
#include "millrace/ext/connector.h"
#include "record/arena.h"
#include "storage/offset_store.h"

namespace millrace::herder {

// Offsets of a sink: {"kafka_topic","kafka_partition"} -> {"kafka_offset"}; -1 stands for "none". kBadRequest, or
// kFatal for a negative offset as in Java.
Result<std::vector<kafka::TopicPartition>> ParseSinkOffsets(const std::string& connector,
                                                            const std::vector<OffsetEntry>& entries);
std::vector<OffsetEntry> FormatSinkOffsets(const std::vector<kafka::TopicPartition>& offsets);

// Offsets of a source as values in the arena.
Result<std::vector<mr_source_offset>> ParseSourceOffsets(const std::vector<OffsetEntry>& entries, record::Arena* arena);

// The changes to the store that give these partitions these offsets. A partition that is stored already keeps its key,
// whatever the order of its members there.
Result<storage::OffsetMap> SourceOffsetChanges(const storage::OffsetMap& stored, const std::string& connector,
                                               const std::vector<mr_source_offset>& offsets);

// "The offsets for this connector have been altered successfully", or its longer form when the connector did not say
// that it took care (`handled`). `done` is "altered" or "reset".
std::string OffsetsAnswer(std::string_view done, bool handled);

}  // namespace millrace::herder
