// SPDX-License-Identifier: Apache-2.0
#include "worker/transform_chain.h"

#include <algorithm>
#include <cstring>

#include "record/value.h"

namespace millrace::worker {
namespace {

constexpr std::string_view kBuiltIn = "built-in";

Result<std::unique_ptr<plugins::Predicate>> MakePredicate(const config::ConnectorConfig& connector,
                                                          const std::string& alias, plugins::ClassRegistry* classes,
                                                          plugins::InstanceContext* context) {
  const auto spec = std::find_if(connector.predicates.begin(), connector.predicates.end(),
                                 [&](const config::PredicateSpec& p) { return p.alias == alias; });
  if (spec == connector.predicates.end()) {
    return Status::Config("the predicate '" + alias + "' is used but not listed in 'predicates'");
  }
  Result<const mr_class*> type = classes->Load(MR_ROLE_PREDICATE, spec->class_name, spec->version);
  if (!type.ok()) return type.status();
  auto predicate = plugins::Predicate::Make(*type, context);
  if (!predicate.ok()) return predicate.status();
  MILLRACE_RETURN_IF_ERROR((*predicate)->Configure(spec->config));
  return predicate;
}

}  // namespace

Result<TransformChain> TransformChain::Make(const config::ConnectorConfig& connector, plugins::ClassRegistry* classes,
                                            plugins::InstanceContext* context) {
  TransformChain chain;
  for (const config::TransformSpec& spec : connector.transforms) {
    const std::string where = "setting up the transform '" + spec.alias + "'";
    Step step;
    step.alias = spec.alias;
    step.negate = spec.negate;
    Result<const mr_class*> type = classes->Load(MR_ROLE_TRANSFORM, spec.class_name, spec.version);
    if (!type.ok()) return type.status().Context(where);
    auto transform = plugins::Transform::Make(*type, context);
    if (!transform.ok()) return transform.status().Context(where);
    step.transform = *std::move(transform);
    if (Status s = step.transform->Configure(spec.config); !s.ok()) return s.Context(where);
    chain.foreign_ |= step.transform->bundle() != kBuiltIn;
    if (!spec.predicate.empty()) {
      auto predicate = MakePredicate(connector, spec.predicate, classes, context);
      if (!predicate.ok()) return predicate.status().Context(where);
      step.predicate = *std::move(predicate);
    }
    chain.steps_.push_back(std::move(step));
  }
  return chain;
}

Status TransformChain::ApplyStep(const Step& step, BatchRun* run) {
  const uint32_t n = run->size();
  uint8_t* mask = nullptr;      // which records this try is about; nullptr: all
  uint8_t* selected = nullptr;  // which the predicate selects
  const auto attempt = [&](const std::vector<uint32_t>* units, plugins::ErrorSink* errors) -> Status {
    if (units != nullptr) {
      if (mask == nullptr) mask = run->arena().AllocArray<uint8_t>(n);
      std::memset(mask, 0, n);
      for (const uint32_t i : *units) mask[i] = 1;
    }
    if (step.predicate == nullptr) {
      return step.transform->Apply(run->batch(), units != nullptr ? mask : nullptr, &run->arena(), errors);
    }
    if (selected == nullptr) selected = run->arena().AllocArray<uint8_t>(n);
    std::memset(selected, 0, n);
    plugins::ErrorSink unsure;  // records that the predicate failed for
    const Status tested = step.predicate->Test(*run->batch(), selected, &unsure);
    if (!tested.ok() && unsure.records().empty()) return tested;
    for (uint32_t i = 0; i < n; ++i) {
      selected[i] = (selected[i] != 0) != step.negate && (units == nullptr || mask[i] != 0);
    }
    for (const plugins::RecordError& e : unsure.records()) {
      if (e.record < n) selected[e.record] = 0;
    }
    const Status applied = step.transform->Apply(run->batch(), selected, &run->arena(), errors);
    if (tested.ok() || (!applied.ok() && errors->records().empty())) return applied;
    for (const plugins::RecordError& e : unsure.records()) {
      if (e.record < n && (units == nullptr || mask[e.record] != 0)) errors->AddRecord(e.record, e.status);
    }
    return errors->records().empty() ? Status() : applied.ok() ? tested : applied;
  };
  const mr_str& name = step.transform->type().name;
  return run->Run(Stage::kTransformation, record::View(name), n, nullptr, attempt);
}

Status TransformChain::Apply(BatchRun* run) {
  if (steps_.empty() || run->size() == 0) return {};
  run->Own();
  for (const Step& step : steps_) {
    if (run->size() == 0) break;
    MILLRACE_RETURN_IF_ERROR(ApplyStep(step, run));
  }
  return {};
}

}  // namespace millrace::worker
