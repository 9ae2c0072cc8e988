// SPDX-License-Identifier: Apache-2.0
//
// SourceTask: poll -> check -> transforms -> converters -> producer -> acknowledgements -> offsets.
//
// Bytes go from the plugin's batch (or the arena of the converter's output) to the Kafka client by pointer, so a batch
// is held until its last ticket is done; then the plugin hears of it (acked) and gets it back. How many bytes are held
// so is bounded; beyond, nothing is polled. Offsets: offset_tracker.h; who writes them and when: offset_flusher.h.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/connector_config.h"
#include "plugins/instance.h"
#include "record/host_batch.h"
#include "worker/converters.h"
#include "worker/error_policy.h"
#include "worker/error_reporter.h"
#include "worker/offset_tracker.h"
#include "worker/source_batch.h"
#include "worker/source_context.h"
#include "worker/task.h"
#include "worker/topic_creator.h"
#include "worker/transform_chain.h"

namespace millrace::worker {

class SourceTask final : public Task {
 public:
  SourceTask(std::shared_ptr<WorkerParts> parts, TaskSpec spec);
  ~SourceTask() override;
  void Abandon() override;

 protected:
  Status Start() override;
  Status Loop() override;
  void Conclude() override;
  void StopPlugin() override;
  bool MayDestroy() override { return live_.empty(); }
  void AwaitDestroy() override;
  void Destroy() override;

 private:
  class FlushMember;  // what the flusher asks

  Status MakeClients();
  Status Poll();
  // What a batch goes through. It is the task's or given back afterwards.
  Status Process(std::unique_ptr<SourceBatch> batch);
  // Both add what was sent to *sent, also when they fail.
  Status SendBatch(SourceBatch* batch, BatchRun* run, const Converters::Serialised& bytes, uint32_t* sent);
  // Records of one topic: those that `order` names, nullptr: the first n.
  Status SendTopic(SourceBatch* batch, BatchRun* run, const Converters::Serialised& bytes, const uint32_t* order,
                   uint32_t n, uint32_t* sent);
  Status SendChunk(const std::string& topic, std::span<const kafka::OutRecord> records, uint32_t* sent);
  // Takes care of batches whose tickets are done. An error: a record failed that may not.
  Status Reap();
  Status ReapBatch(SourceBatch* batch);
  Status DeliveryFailure(const SourceBatch& batch, uint32_t record) const;
  void TellAcked(const SourceBatch& batch);
  void GiveBack(SourceBatch* batch);
  // Takes a batch whose tickets are done out of everything.
  void Finish(SourceBatch* batch);
  void CommitIfDue();
  std::unique_ptr<SourceBatch> TakeBatch();

  std::optional<config::ConnectorConfig> connector_;
  std::optional<ErrorPolicy> policy_;
  std::optional<ErrorReporter> reporter_;
  std::unique_ptr<StageContext> stage_context_;
  std::unique_ptr<SourceContext> context_;
  std::optional<Converters> converters_;
  std::optional<TransformChain> transforms_;
  std::optional<TopicCreator> topics_;
  std::shared_ptr<kafka::Producer> producer_;
  int64_t max_held_ = 0;  // bytes
  std::unique_ptr<plugins::SourceTask> plugin_;
  const mr_class* type_ = nullptr;
  bool started_ = false;  // the plugin's start was called
  bool looped_ = false;   // and was fine

  const std::shared_ptr<FlushMember> member_;
  const std::shared_ptr<DoneQueue> done_;
  std::vector<SourceBatch*> just_done_;
  std::shared_ptr<record::HostBatchPool> pool_;
  std::vector<std::unique_ptr<SourceBatch>> live_;  // sent, not done
  std::vector<std::unique_ptr<SourceBatch>> idle_;
  int64_t held_ = 0;  // bytes of live_
  std::vector<uint32_t> ack_records_;
  std::vector<int64_t> ack_offsets_;
};

}  // namespace millrace::worker
