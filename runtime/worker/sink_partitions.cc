// SPDX-License-Identifier: Apache-2.0
#include "worker/sink_partitions.h"

#include "record/value.h"

namespace millrace::worker {

const SinkPartitions::Partition* SinkPartitions::Find(std::string_view topic, int32_t partition) const {
  const auto it = owned_.find(std::pair<std::string_view, int32_t>(topic, partition));
  return it == owned_.end() ? nullptr : &it->second;
}

void SinkPartitions::Assign(std::span<const kafka::TopicPartition> partitions) {
  for (const kafka::TopicPartition& p : partitions) {
    Partition fresh;
    fresh.committed = p.offset;
    owned_.insert_or_assign({p.topic, p.partition}, fresh);
  }
}

void SinkPartitions::Remove(std::span<const kafka::TopicPartition> partitions) {
  for (const kafka::TopicPartition& p : partitions) owned_.erase({p.topic, p.partition});
}

std::vector<kafka::TopicPartition> SinkPartitions::All() const {
  std::vector<kafka::TopicPartition> all;
  all.reserve(owned_.size());
  for (const auto& [key, p] : owned_) all.push_back({key.first, key.second, -1});
  return all;
}

void SinkPartitions::Delivered(std::string_view topic, int32_t partition, int64_t first, int64_t next) {
  Partition* p = Find(topic, partition);
  if (p == nullptr) return;
  if (p->first < 0) p->first = first;
  p->next = next;
}

void SinkPartitions::Moved(const kafka::TopicPartition& to) {
  if (Partition* p = Find(to.topic, to.partition)) {
    p->committed = to.offset;
    p->next = to.offset;
  }
}

std::vector<mr_tp> SinkPartitions::Delivered(std::span<const kafka::TopicPartition> which) const {
  std::vector<mr_tp> out;
  for (const kafka::TopicPartition& w : which) {
    const auto it = owned_.find({w.topic, w.partition});
    if (it == owned_.end() || it->second.next < 0) continue;
    out.push_back({record::Str(it->first.first), it->first.second, 0, it->second.next});
  }
  return out;
}

std::vector<kafka::TopicPartition> SinkPartitions::ToCommit(std::span<const mr_tp> asked,
                                                            std::span<const mr_tp> answered, const Logger& logger,
                                                            std::string_view task) const {
  std::vector<kafka::TopicPartition> out;
  for (size_t i = 0; i < answered.size(); ++i) {
    const mr_tp& a = answered[i];
    const mr_tp& q = asked[i];
    if (a.offset < 0) continue;
    if (a.partition != q.partition || a.topic.p != q.topic.p || a.topic.n != q.topic.n) {
      logger.Warn(
          "{} Ignoring invalid task provided offset {} for entry {} -- it was asked for {}-{}, not for another "
          "partition",
          task, a.offset, i, record::View(q.topic), q.partition);
      continue;
    }
    const Partition* p = Find(record::View(q.topic), q.partition);
    if (p == nullptr) {
      logger.Warn("{} Ignoring invalid task provided offset {}-{}/{} -- partition not assigned", task,
                  record::View(q.topic), q.partition, a.offset);
    } else if (a.offset > q.offset) {
      logger.Warn("{} Ignoring invalid task provided offset {}-{}/{} -- not yet consumed, currentOffset={}", task,
                  record::View(q.topic), q.partition, a.offset, q.offset);
    } else if (a.offset != p->committed) {
      out.push_back({std::string(record::View(q.topic)), q.partition, a.offset});
    }
  }
  return out;
}

void SinkPartitions::Committed(std::span<const kafka::TopicPartition> offsets) {
  for (const kafka::TopicPartition& o : offsets) {
    if (Partition* p = Find(o.topic, o.partition)) p->committed = o.offset;
  }
}

std::vector<kafka::TopicPartition> SinkPartitions::Rewind() {
  std::vector<kafka::TopicPartition> to;
  for (auto& [key, p] : owned_) {
    const int64_t offset = p.committed >= 0 ? p.committed : p.first;
    if (p.next < 0 || offset < 0) continue;  // nothing was delivered
    to.push_back({key.first, key.second, offset});
    p.next = p.committed;
  }
  return to;
}

void SinkPartitions::PauseByPlugin(std::string_view topic, int32_t partition, bool pause) {
  if (Partition* p = Find(topic, partition)) p->paused_by_plugin = pause;
}

SinkPartitions::Changes SinkPartitions::Pauses(bool everything) {
  Changes changes;
  for (auto& [key, p] : owned_) {
    const bool pause = everything || p.paused_by_plugin;
    if (pause == p.paused) continue;
    p.paused = pause;
    (pause ? changes.pause : changes.resume).push_back({key.first, key.second, -1});
  }
  return changes;
}

std::vector<mr_tp> ToAbi(std::span<const kafka::TopicPartition> partitions) {
  std::vector<mr_tp> out;
  out.reserve(partitions.size());
  for (const kafka::TopicPartition& p : partitions) {
    out.push_back({record::Str(p.topic), p.partition, 0, p.offset});
  }
  return out;
}

}  // namespace millrace::worker
