// SPDX-License-Identifier: Apache-2.0
//
// Header texts from which types are inferred; whatever comes out is a sound value and can be printed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "converters/values_parser.h"
#include "converters/values_text.h"
#include "record/schema_table.h"
#include "record/utf8.h"
#include "record/value.h"

using namespace millrace;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static record::SchemaTable schemas;
  const std::string text = record::ReplaceMalformedUtf8({reinterpret_cast<const char*>(data), size});
  converters::ValuesParser parser([](const mr_schema& d) -> Result<record::SchemaRef> {
    Result<const mr_schema*> s = schemas.Intern(d);
    if (!s.ok()) return s.status();
    return record::SchemaRef(*s);
  });
  record::Arena arena;
  converters::ValuesParser::Parsed parsed;
  if (!parser.Parse(text, &arena, &parsed).ok()) return 0;
  if (!record::CheckValue(parsed.value, parsed.schema.get(), {.max_depth = 2000}).ok()) std::abort();
  std::string printed;
  converters::AppendValuesText(parsed.schema.get(), parsed.value, false, &printed);
  return 0;
}
