// SPDX-License-Identifier: Apache-2.0
//
// One function per transform and predicate: makes an unconfigured instance. `part` is MR_PART_KEY or MR_PART_VALUE for
// those that come as $Key and $Value.
#pragma once

#include <memory>

#include "transforms/transform.h"

namespace millrace::transforms {

std::unique_ptr<TransformImpl> MakeCast(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeDropHeaders(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeExtractField(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeFilter(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeFlatten(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeHeaderFrom(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeHoistField(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeInsertField(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeInsertHeader(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeMaskField(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeRegexRouter(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeReplaceField(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeSetSchemaMetadata(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeTimestampConverter(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeTimestampRouter(const mr_host* host, int part);
std::unique_ptr<TransformImpl> MakeValueToKey(const mr_host* host, int part);

std::unique_ptr<PredicateImpl> MakeHasHeaderKey(const mr_host* host);
std::unique_ptr<PredicateImpl> MakeRecordIsTombstone(const mr_host* host);
std::unique_ptr<PredicateImpl> MakeTopicNameMatches(const mr_host* host);

}  // namespace millrace::transforms
