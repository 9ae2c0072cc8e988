// SPDX-License-Identifier: Apache-2.0
//
// SinkTask: consumer -> converters -> transforms -> put, and pre_commit -> commit; across rebalances, pauses, retries
// and failures in the order that Kafka Connect keeps. Records point into the fetched chunk, which lives as long as the
// batch; how many bytes a plugin may hold back so is bounded: beyond, nothing more is consumed.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/connector_config.h"
#include "kafka/consumer.h"
#include "plugins/instance.h"
#include "worker/converters.h"
#include "worker/error_policy.h"
#include "worker/error_reporter.h"
#include "worker/sink_batch.h"
#include "worker/sink_context.h"
#include "worker/sink_partitions.h"
#include "worker/task.h"
#include "worker/transform_chain.h"

namespace millrace::worker {

class SinkTask final : public Task, public kafka::Consumer::Listener, public SinkContext::Owner {
 public:
  SinkTask(std::shared_ptr<WorkerParts> parts, TaskSpec spec);
  void SetTarget(TargetState target) override;
  void RequestStop(int64_t deadline_ns) override;

 protected:
  Status Start() override;
  Status Loop() override;
  void Conclude() override;
  void StopPlugin() override;
  bool MayDestroy() override { return true; }
  void AwaitDestroy() override {}
  void Destroy() override;

 private:
  using Partitions = std::span<const kafka::TopicPartition>;

  Status MakeClients();
  Status MakeDeadLetters();
  Status Subscribe();
  void WakeConsumer();

  // One round of the loop: commits that are due, then one poll and one put.
  Status Iterate();
  void FollowTarget();
  Status PollAndPut();
  Status Convert(std::shared_ptr<const kafka::Chunk> chunk);
  Status Put();
  Status ApplySeeks();
  Status ApplyPauses();

  // kafka::Consumer::Listener
  void Assigned(Partitions partitions) override;
  void Revoked(Partitions partitions, bool lost) override;
  // SinkContext::Owner
  bool Owns(std::string_view topic, int32_t partition) const override { return partitions_.owns(topic, partition); }
  mr_status Errant(const mr_batch* batch, uint32_t record, Status error) override;
  void PauseByPlugin(std::string_view topic, int32_t partition, bool pause) override;

  // Asks the plugin what is durable and commits it. Closing: waits for the commit, and closes the partitions.
  Status CommitOffsets(Partitions which, bool closing);
  void TakeCommitResults();
  void RewindAll();
  // Forgets the records of these partitions that wait for another put.
  void DropInHand(Partitions partitions);
  void NoteRebalanceError(const Status& s);

  // What is given to put, until put took it.
  struct Run {
    std::string topic;
    int32_t partition;
    int64_t first, next;  // offsets: of the first record, and after the last
  };
  struct InHand {
    record::HostBatchRef batch;
    std::vector<Run> runs;  // what was consumed for it, also what was dropped on the way
    explicit operator bool() const { return static_cast<bool>(batch); }
  };
  struct AsyncCommit {
    uint64_t number;
    std::vector<kafka::TopicPartition> offsets;
  };

  std::optional<config::ConnectorConfig> connector_;
  std::optional<ErrorPolicy> policy_;
  std::optional<ErrorReporter> reporter_;
  std::unique_ptr<StageContext> stage_context_;
  std::unique_ptr<SinkContext> context_;
  std::optional<Converters> converters_;
  std::optional<TransformChain> transforms_;
  std::mutex consumer_mutex_;  // for Wakeup by others
  std::unique_ptr<kafka::Consumer> consumer_;
  size_t max_poll_records_ = 500;
  std::unique_ptr<plugins::SinkTask> plugin_;
  bool started_ = false;  // the plugin's start was called
  bool looped_ = false;   // and was fine
  bool closed_ = false;   // partitions are closed for good: rebalances are no news any more

  SinkPartitions partitions_;
  SinkBatches batches_;
  InHand in_hand_;
  record::HostBatchRef empty_;
  bool redelivering_ = false;
  bool paused_ = false;       // by its target state
  bool over_memory_ = false;  // the plugin holds too many bytes
  Status rebalance_error_, errant_error_;

  int64_t next_commit_ns_ = 0, commit_started_ns_ = 0, retry_at_ns_ = 0;
  bool commit_requested_ = false, committing_ = false;
  uint64_t commit_number_ = 0;
  std::deque<AsyncCommit> commits_;  // asked for, in order, not answered
};

}  // namespace millrace::worker
