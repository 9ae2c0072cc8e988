// SPDX-License-Identifier: Apache-2.0
//
// millrace offsets: a standalone offset file, seen and changed by hand. The worker that uses it must be stopped.
#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <optional>
#include <string>

#include "host/commands.h"
#include "host/exit_codes.h"
#include "record/arena.h"
#include "record/json_text.h"
#include "storage/file_offset_store.h"

namespace millrace::host {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kUsage =
    "usage: millrace offsets show   FILE [--connector NAME]\n"
    "       millrace offsets export FILE [--connector NAME]\n"
    "       millrace offsets set    FILE --connector NAME --partition JSON --offset JSON\n"
    "       millrace offsets reset  FILE --connector NAME [--partition JSON]\n"
    "\n"
    "FILE is what the worker's offset.storage.file.filename names (Kafka Connect's own format). Stop the worker\n"
    "before you change it. `export` prints one JSON object a line. A reset offset stays in the file as null, as Kafka\n"
    "Connect leaves it: the connector starts from the beginning of that partition.\n"
    "\n"
    "example: millrace offsets set /var/lib/connect.offsets --connector logs \\\n"
    "           --partition '{\"filename\":\"/var/log/app.log\"}' --offset '{\"position\":0}'\n"
    "\n";

struct Entry {
  std::string key, connector, partition;
  std::optional<std::string> offset;
};

// The entries of the file, those of one connector when it is not empty.
Result<std::vector<Entry>> Entries(const storage::FileOffsetStore& store, const std::string& connector) {
  std::vector<Entry> entries;
  for (const auto& [key, value] : store.All()) {
    record::Arena arena;
    const Result<record::OffsetKey> parsed = record::OffsetKeyFromJson(key, &arena);
    if (!parsed.ok()) return parsed.status().Context("reading the key " + key);
    if (!connector.empty() && parsed->connector != connector) continue;
    const Result<std::string> partition = record::OffsetToJson(parsed->partition);
    if (!partition.ok()) return partition.status().Context("reading the key " + key);
    entries.push_back({key, parsed->connector, *partition, value});
  }
  return entries;
}

int Fail(const Status& status) {
  std::cerr << "millrace offsets: " << status.message() << '\n';
  return status.code() == Code::kBadRequest ? kExitBadInput : kExitFailed;
}

// `text` in the form in which offsets are stored, or why it is none.
Result<std::string> Canonical(const std::string& text, const std::string& option) {
  record::Arena arena;
  const Result<mr_value> value = record::OffsetFromJson(text, &arena);
  if (!value.ok() || (value->kind != MR_MAP && value->kind != MR_NULL)) {
    return Status::BadRequest(option + " " + text +
                              ": not a JSON object of text, numbers and booleans; write it like '{\"position\":0}'");
  }
  return record::OffsetToJson(*value);
}

Result<std::string> Key(const std::string& connector, const std::string& partition_json) {
  record::Arena arena;
  const Result<mr_value> partition = record::OffsetFromJson(partition_json, &arena);
  if (!partition.ok()) return partition.status();
  return record::OffsetKeyToJson(connector, *partition);
}

int Show(const std::vector<Entry>& entries) {
  size_t width = 9;
  for (const Entry& e : entries) width = std::max(width, e.connector.size());
  std::cout << "CONNECTOR" << std::string(width - 9 + 2, ' ') << "PARTITION -> OFFSET\n";
  for (const Entry& e : entries) {
    std::cout << e.connector << std::string(width - e.connector.size() + 2, ' ') << e.partition << " -> "
              << e.offset.value_or("null") << '\n';
  }
  return kExitOk;
}

int Export(const std::vector<Entry>& entries) {
  for (const Entry& e : entries) {
    // The key already is JSON text: its first member is the quoted connector name.
    const std::string name = e.key.substr(1, e.key.size() - e.partition.size() - 3);
    std::cout << "{\"connector\":" << name << ",\"partition\":" << e.partition
              << ",\"offset\":" << e.offset.value_or("null") << "}\n";
  }
  return kExitOk;
}

int Run(const std::string& action, const po::variables_map& given) {
  const auto text = [&](const char* name) { return given.count(name) ? given[name].as<std::string>() : std::string(); };
  const std::string connector = text("connector");
  storage::FileOffsetStore store(text("file"));
  if (const Status s = store.Start(); !s.ok()) return Fail(s);
  const Result<std::vector<Entry>> entries = Entries(store, connector);
  if (!entries.ok()) return Fail(entries.status());
  if (action == "show") return Show(*entries);
  if (action == "export") return Export(*entries);

  if (connector.empty()) return Fail(Status::BadRequest(action + " needs --connector NAME"));
  storage::OffsetMap changes;
  if (given.count("partition")) {
    const Result<std::string> partition = Canonical(text("partition"), "--partition");
    if (!partition.ok()) return Fail(partition.status());
    const Result<std::string> key = Key(connector, *partition);
    if (!key.ok()) return Fail(key.status());
    changes[*key] = std::nullopt;
    if (action == "reset" && !store.All().contains(*key)) {
      return Fail(Status::NotFound("connector " + connector + " has no offset for the partition " + *partition +
                                   "; `millrace offsets show` lists what there is"));
    }
    if (action == "set") {
      if (!given.count("offset")) return Fail(Status::BadRequest("set needs --offset JSON"));
      const Result<std::string> offset = Canonical(text("offset"), "--offset");
      if (!offset.ok()) return Fail(offset.status());
      changes[*key] = *offset == "null" ? std::optional<std::string>() : *offset;
    }
  } else {
    if (action == "set") return Fail(Status::BadRequest("set needs --partition JSON"));
    for (const Entry& e : *entries) changes[e.key] = std::nullopt;
    if (changes.empty()) return Fail(Status::NotFound("there are no offsets of a connector " + connector));
  }
  if (const Status s = store.Put(changes); !s.ok()) return Fail(s);
  const size_t n = changes.size();
  std::cout << n << (n == 1 ? " offset " : " offsets ") << (action == "set" ? "set" : "reset") << '\n';
  return kExitOk;
}

}  // namespace

int OffsetsCommand(const Arguments& args) {
  po::options_description options("options");
  options.add_options()("help,h", "this text")("action", po::value<std::string>())("file", po::value<std::string>())(
      "connector", po::value<std::string>())("partition", po::value<std::string>())("offset", po::value<std::string>());
  po::positional_options_description words;
  words.add("action", 1).add("file", 1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(args).options(options).positional(words).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    std::cerr << "millrace offsets: " << e.what() << "\n\n" << kUsage;
    return kExitBadInput;
  }
  if (given.count("help")) {
    std::cout << kUsage;
    return kExitOk;
  }
  const std::string action = given.count("action") ? given["action"].as<std::string>() : "";
  if ((action != "show" && action != "export" && action != "set" && action != "reset") || !given.count("file")) {
    std::cerr << kUsage;
    return kExitBadInput;
  }
  return Run(action, given);
}

}  // namespace millrace::host
