// SPDX-License-Identifier: Apache-2.0
// YAML to the flat form: nested maps flatten with dots, lists join with commas, scalars stay the text that was written.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "config/file_builder.h"

namespace millrace::config::internal {
namespace {

Position At(const YAML::Mark& mark) { return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1}; }

class Flattener {
 public:
  explicit Flattener(FileBuilder* out) : out_(out) {}

  void Document(const YAML::Node& root) {
    if (root.IsNull()) return;
    if (!root.IsMap()) {
      out_->Error(At(root.Mark()), "", "a configuration is a map of keys to values", "write key: value");
      return;
    }
    Map(root, "", 1);
    std::vector<std::string> top;
    bool config_is_map = false;
    for (const auto& entry : root) {
      if (!entry.first.IsScalar()) continue;
      top.push_back(entry.first.Scalar());
      config_is_map = config_is_map || (top.back() == "config" && entry.second.IsMap());
    }
    out_->Unwrap(top, config_is_map);
  }

 private:
  void Map(const YAML::Node& map, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) {
      out_->Error(At(map.Mark()), prefix, fmt::format("maps are nested more than {} deep", kMaxDepth),
                  "write the key with dots");
      return;
    }
    // Merged keys first, so that the map's own win; being told of a duplicate would only confuse.
    for (const auto& entry : map) {
      if (entry.first.IsScalar() && entry.first.Scalar() == "<<" && entry.first.Tag() != "!") {
        Merge(entry.second, prefix, depth);
      }
    }
    for (const auto& entry : map) {
      if (!out_->Count(At(map.Mark()))) return;
      if (!entry.first.IsScalar()) {
        out_->Error(At(entry.first.Mark()), prefix, "a key must be text", "write key: value");
        continue;
      }
      const std::string& name = entry.first.Scalar();
      if (name == "<<" && entry.first.Tag() != "!") continue;
      Entry(entry.second, prefix.empty() ? name : prefix + "." + name, At(entry.first.Mark()), depth);
    }
  }

  void Merge(const YAML::Node& from, const std::string& prefix, int depth) {
    if (from.IsMap()) {
      merging_++;
      Map(from, prefix, depth + 1);
      merging_--;
    } else if (from.IsSequence()) {
      // The first map of the list wins.
      for (size_t i = from.size(); i-- > 0;) {
        if (!out_->Count(At(from.Mark()))) return;
        if (from[i].IsMap()) Merge(from[i], prefix, depth + 1);
      }
    } else {
      out_->Error(At(from.Mark()), prefix, "<< merges a map or a list of maps", "name an anchor of a map");
    }
  }

  void Entry(const YAML::Node& value, const std::string& key, Position at, int depth) {
    switch (value.Type()) {
      case YAML::NodeType::Map: Map(value, key, depth + 1); break;
      case YAML::NodeType::Sequence: List(value, key, at); break;
      case YAML::NodeType::Scalar: Put(key, value.Scalar(), at); break;
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        out_->Error(at, key, "there is no value", "leave the key out, or write \"\" for an empty text");
        break;
    }
  }

  void List(const YAML::Node& list, const std::string& key, Position at) {
    std::string joined;
    bool first = true;
    for (const auto& element : list) {
      if (!out_->Count(at)) return;
      if (!element.IsScalar()) {
        out_->Error(At(element.Mark()), key, "a list holds plain values only", "write one text per element");
        continue;
      }
      if (element.Scalar().find(',') != std::string::npos) {
        out_->Warning(At(element.Mark()), key,
                      "this element has a comma: lists are joined with commas, so it counts as several",
                      "write one element per line");
      }
      if (!first) joined += ',';
      joined += element.Scalar();
      first = false;
    }
    Put(key, std::move(joined), at);
  }

  void Put(const std::string& key, std::string value, Position at) {
    if (merging_ > 0) {
      out_->PutDefault(key, std::move(value), at);
    } else {
      out_->Put(key, std::move(value), at);
    }
  }

  FileBuilder* out_;
  int merging_ = 0;
};

// Counts documents. (YAML::LoadAll does not end for some texts that are no YAML.)
class DocumentCounter : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    ++documents;
    last = mark;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  int documents = 0;
  YAML::Mark last;
};

}  // namespace

void ParseYaml(std::string_view text, FileBuilder* out) {
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    DocumentCounter counter;
    while (counter.documents < 2 && parser.HandleNextDocument(counter)) {
    }
    if (counter.documents > 1) {
      out->Error(At(counter.last), "", "the file has several documents", "put each configuration in its own file");
      return;
    }
    if (counter.documents == 1) Flattener(out).Document(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    out->Error(At(e.mark), "", "not valid YAML: " + e.msg, "correct the line; a text with : or # wants quotes");
  }
}

}  // namespace millrace::config::internal
