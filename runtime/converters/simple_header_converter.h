// SPDX-License-Identifier: Apache-2.0
//
// org.apache.kafka.connect.storage.SimpleHeaderConverter: headers as texts (values_text) from which types are inferred
// (values_parser).
#pragma once

#include "converters/support.h"

namespace millrace::converters {

class SimpleHeaderConverter : public ConverterImpl {
 public:
  using ConverterImpl::ConverterImpl;
  Status Configure(const Settings&, int) override { return {}; }
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;
  void ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) override;
};

}  // namespace millrace::converters
