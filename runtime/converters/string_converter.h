// SPDX-License-Identifier: Apache-2.0
//
// org.apache.kafka.connect.storage.StringConverter: the text of any value in a character set. In UTF-8 texts pass
// through in both directions by pointer.
#pragma once

#include "converters/charset.h"
#include "converters/support.h"

namespace millrace::converters {

class StringConverter : public ConverterImpl {
 public:
  using ConverterImpl::ConverterImpl;
  Status Configure(const Settings& settings, int part) override;
  void FromConnect(const mr_batch& batch, int part, record::Arena* arena, mr_str* bytes, Reporter* report) override;
  void ToConnect(mr_batch* batch, int part, const mr_str* bytes, record::Arena* arena, Reporter* report) override;

 private:
  Charset charset_ = Charset::kUtf8;
  record::SchemaRef schema_;  // an optional string
};

}  // namespace millrace::converters
