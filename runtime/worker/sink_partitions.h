// SPDX-License-Identifier: Apache-2.0
//
// SinkPartitions: the partitions a sink task owns: how far each was delivered and committed, which of them are paused,
// and what follows from that: what to ask the plugin before a commit, what to commit of its answer, where to begin
// again after a failure. No calls to Kafka or the plugin. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "kafka/consumer.h"
#include "millrace/abi.h"

namespace millrace::worker {

class SinkPartitions {
 public:
  // Where reading begins is the partition's offset, -1: not known.
  void Assign(std::span<const kafka::TopicPartition> partitions);
  void Remove(std::span<const kafka::TopicPartition> partitions);
  bool empty() const { return owned_.empty(); }
  size_t size() const { return owned_.size(); }
  bool owns(std::string_view topic, int32_t partition) const { return Find(topic, partition) != nullptr; }
  std::vector<kafka::TopicPartition> All() const;

  // Records up to (not including) `next` were taken by the plugin; `first` is the first of them.
  void Delivered(std::string_view topic, int32_t partition, int64_t first, int64_t next);
  // The next record will be the one at the offset.
  void Moved(const kafka::TopicPartition& to);

  // The partitions among `which` of which anything was delivered, with the offsets after it. The names live as long as
  // the partitions are owned.
  std::vector<mr_tp> Delivered(std::span<const kafka::TopicPartition> which) const;
  // What to commit of the plugin's answer to that list. What it may not say is logged and left out.
  std::vector<kafka::TopicPartition> ToCommit(std::span<const mr_tp> asked, std::span<const mr_tp> answered,
                                              const Logger& logger, std::string_view task) const;
  void Committed(std::span<const kafka::TopicPartition> offsets);
  // Where each partition is to be read again from, so that nothing after the last committed offset is missing; moves
  // the partitions there.
  std::vector<kafka::TopicPartition> Rewind();

  // Pausing: everything (for any reason of the host's), and those that the plugin paused.
  void PauseByPlugin(std::string_view topic, int32_t partition, bool pause);
  struct Changes {
    std::vector<kafka::TopicPartition> pause, resume;
  };
  // What has to be told to the consumer so that it is paused as wanted.
  Changes Pauses(bool everything);

 private:
  struct Partition {
    int64_t committed = -1;  // where a new owner would begin; -1: not known
    int64_t first = -1;      // the first record delivered since assignment
    int64_t next = -1;       // after the last record delivered; -1: none was
    bool paused_by_plugin = false;
    bool paused = false;  // as the consumer knows it
  };
  using Key = std::pair<std::string, int32_t>;
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      const int order = std::string_view(a.first).compare(std::string_view(b.first));
      return order != 0 ? order < 0 : a.second < b.second;
    }
  };
  const Partition* Find(std::string_view topic, int32_t partition) const;
  Partition* Find(std::string_view topic, int32_t partition) {
    return const_cast<Partition*>(std::as_const(*this).Find(topic, partition));
  }

  std::map<Key, Partition, Less> owned_;
};

// The abi's form; names point into `partitions`.
std::vector<mr_tp> ToAbi(std::span<const kafka::TopicPartition> partitions);

}  // namespace millrace::worker
