// SPDX-License-Identifier: Apache-2.0
#include "storage/java_hash_map.h"

#include <fmt/format.h>

#include <cassert>
#include <cstdint>
#include <limits>
#include <vector>

namespace millrace::storage {
namespace {

// java.io.ObjectStreamConstants
constexpr uint16_t kMagic = 0xaced;
constexpr uint16_t kVersion = 5;
enum : uint8_t {
  kNull = 0x70,
  kReference = 0x71,
  kClassDescriptor = 0x72,
  kObject = 0x73,
  kArray = 0x75,
  kBlockData = 0x77,
  kEndBlockData = 0x78,
};
constexpr uint32_t kFirstHandle = 0x7e0000;
constexpr uint8_t kSerializable = 2;
constexpr uint8_t kSerializableWithWriteMethod = 3;

constexpr std::string_view kMapClass = "java.util.HashMap";
constexpr uint64_t kMapVersion = 0x0507dac1c31660d1;
constexpr std::string_view kArrayClass = "[B";
constexpr uint64_t kArrayVersion = 0xacf317f8060854e0;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<OffsetMap> Map() {
    MILLRACE_RETURN_IF_ERROR(Expect(2, kMagic, "the mark of Java serialisation"));
    MILLRACE_RETURN_IF_ERROR(Expect(2, kVersion, "version 5 of Java serialisation"));
    MILLRACE_RETURN_IF_ERROR(Expect(1, kObject, "an object"));
    size_t fields = 0;
    MILLRACE_RETURN_IF_ERROR(Descriptor(kMapClass, kMapVersion, kSerializableWithWriteMethod, &fields));
    handles_.push_back({Handle::kOther, {}});  // the map itself
    // loadFactor and threshold: readers compute their own
    if (left() < fields) return Torn("the fields of the map");
    at_ += fields;
    MILLRACE_RETURN_IF_ERROR(Expect(1, kBlockData, "the head of the map's entries"));
    MILLRACE_RETURN_IF_ERROR(Expect(1, 8, "a head of 8 bytes"));
    uint64_t buckets = 0, count = 0;
    MILLRACE_RETURN_IF_ERROR(Number(4, &buckets, "the number of buckets"));
    MILLRACE_RETURN_IF_ERROR(Number(4, &count, "the number of entries"));
    if (count > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
      return Wrong(4, fmt::format("the number of entries is negative ({})", static_cast<int32_t>(count)));
    }
    // The shortest entry is two nulls.
    if (count > left() / 2) return Torn(fmt::format("{} entries", count));
    OffsetMap map;
    for (uint64_t i = 0; i < count; ++i) {
      std::optional<std::string_view> key, value;
      const size_t begin = at_;
      MILLRACE_RETURN_IF_ERROR(Bytes(&key, "a key"));
      if (!key) {
        at_ = begin;
        return Wrong(0, "a key is null, which no worker writes");
      }
      MILLRACE_RETURN_IF_ERROR(Bytes(&value, "a value"));
      map.insert_or_assign(std::string(*key), value ? std::optional<std::string>(*value) : std::nullopt);
    }
    MILLRACE_RETURN_IF_ERROR(Expect(1, kEndBlockData, "the end of the map"));
    if (left() > 0) return Wrong(0, fmt::format("{} more bytes follow the end of the map", left()));
    return map;
  }

 private:
  struct Handle {
    enum Kind { kArrayDescriptor, kArray, kOther } kind;
    std::string_view array;
  };

  size_t left() const { return bytes_.size() - at_; }

  Status Torn(std::string_view what) const {
    return Status::Data(fmt::format("the file ends at byte {} inside of {}", bytes_.size(), what));
  }
  // What was read `back` bytes ago is wrong.
  Status Wrong(size_t back, std::string_view what) const {
    return Status::Data(fmt::format("at byte {}: {}", at_ - back, what));
  }

  Status Number(size_t n, uint64_t* value, std::string_view what) {
    if (left() < n) return Torn(what);
    *value = 0;
    for (size_t i = 0; i < n; ++i) *value = *value << 8 | static_cast<uint8_t>(bytes_[at_++]);
    return {};
  }

  Status Expect(size_t n, uint64_t expected, std::string_view what) {
    uint64_t value = 0;
    MILLRACE_RETURN_IF_ERROR(Number(n, &value, what));
    if (value == expected) return {};
    return Wrong(n, fmt::format("{} ({:0{}x}) was expected, not {:0{}x}", what, expected, 2 * n, value, 2 * n));
  }

  Status Utf(std::string_view* text, std::string_view what) {
    uint64_t n = 0;
    MILLRACE_RETURN_IF_ERROR(Number(2, &n, what));
    if (left() < n) return Torn(what);
    *text = bytes_.substr(at_, n);
    at_ += n;
    return {};
  }

  // A class descriptor of this class with primitive fields only, no annotation and no superclass. `fields`: how many
  // bytes its fields take in an object.
  Status Descriptor(std::string_view name, uint64_t version, uint8_t flags, size_t* fields) {
    MILLRACE_RETURN_IF_ERROR(Expect(1, kClassDescriptor, "a class descriptor"));
    std::string_view found;
    MILLRACE_RETURN_IF_ERROR(Utf(&found, "a class name"));
    if (found != name) return Wrong(found.size(), fmt::format("an object of class {} was expected", name));
    MILLRACE_RETURN_IF_ERROR(Expect(8, version, "the serial version of the class"));
    handles_.push_back({name == kArrayClass ? Handle::kArrayDescriptor : Handle::kOther, {}});
    MILLRACE_RETURN_IF_ERROR(Expect(1, flags, "the flags of the class"));
    uint64_t n = 0;
    MILLRACE_RETURN_IF_ERROR(Number(2, &n, "the number of fields"));
    *fields = 0;
    for (uint64_t i = 0; i < n; ++i) {
      uint64_t type = 0;
      std::string_view field;
      MILLRACE_RETURN_IF_ERROR(Number(1, &type, "the type of a field"));
      const size_t size = PrimitiveSize(static_cast<char>(type));
      if (size == 0) return Wrong(1, "a field of a primitive type was expected");
      MILLRACE_RETURN_IF_ERROR(Utf(&field, "the name of a field"));
      *fields += size;
    }
    MILLRACE_RETURN_IF_ERROR(Expect(1, kEndBlockData, "the end of the class descriptor"));
    return Expect(1, kNull, "no superclass");
  }

  static size_t PrimitiveSize(char type) {
    switch (type) {
      case 'B':
      case 'Z': return 1;
      case 'C':
      case 'S': return 2;
      case 'F':
      case 'I': return 4;
      case 'D':
      case 'J': return 8;
      default: return 0;
    }
  }

  // Reads a reference; its tag has been read.
  Status Reference(Handle::Kind kind, std::string_view what, std::string_view* array) {
    uint64_t handle = 0;
    MILLRACE_RETURN_IF_ERROR(Number(4, &handle, "a reference"));
    const uint64_t index = handle - kFirstHandle;
    if (handle < kFirstHandle || index >= handles_.size() || handles_[index].kind != kind) {
      return Wrong(4, fmt::format("reference {:08x} does not lead to {}", handle, what));
    }
    if (array != nullptr) *array = handles_[index].array;
    return {};
  }

  // A byte[] or null.
  Status Bytes(std::optional<std::string_view>* out, std::string_view what) {
    uint64_t tag = 0;
    MILLRACE_RETURN_IF_ERROR(Number(1, &tag, what));
    switch (tag) {
      case kNull: *out = std::nullopt; return {};
      case kReference: {
        std::string_view array;
        MILLRACE_RETURN_IF_ERROR(Reference(Handle::kArray, "a byte array", &array));
        *out = array;
        return {};
      }
      case kArray: break;
      default: return Wrong(1, fmt::format("{} is neither a byte array nor null but begins with {:02x}", what, tag));
    }
    if (left() > 0 && static_cast<uint8_t>(bytes_[at_]) == kReference) {
      ++at_;
      MILLRACE_RETURN_IF_ERROR(Reference(Handle::kArrayDescriptor, "the class of byte arrays", nullptr));
    } else {
      size_t fields = 0;
      MILLRACE_RETURN_IF_ERROR(Descriptor(kArrayClass, kArrayVersion, kSerializable, &fields));
      if (fields != 0) return Wrong(0, "the class of byte arrays has fields");
    }
    uint64_t n = 0;
    MILLRACE_RETURN_IF_ERROR(Number(4, &n, "the length of a byte array"));
    if (n > left()) return Torn(fmt::format("a byte array of {} bytes", n));
    *out = bytes_.substr(at_, n);
    at_ += n;
    handles_.push_back({Handle::kArray, **out});
    return {};
  }

  const std::string_view bytes_;
  size_t at_ = 0;
  std::vector<Handle> handles_;
};

class Writer {
 public:
  void Number(size_t n, uint64_t value) {
    for (size_t i = n; i-- > 0;) out_.push_back(static_cast<char>(value >> (8 * i)));
  }
  void Utf(std::string_view text) {
    Number(2, text.size());
    out_ += text;
  }
  void Descriptor(std::string_view name, uint64_t version, uint8_t flags) {
    Number(1, kClassDescriptor);
    Utf(name);
    Number(8, version);
    Number(1, flags);
  }
  void EndDescriptor() {
    Number(1, kEndBlockData);
    Number(1, kNull);
  }
  void Bytes(std::string_view bytes) {
    assert(bytes.size() <= static_cast<size_t>(std::numeric_limits<int32_t>::max()));
    Number(1, kArray);
    if (array_descriptor_) {
      Number(1, kReference);
      Number(4, kFirstHandle + 2);  // 0 is the class of the map, 1 the map
    } else {
      Descriptor(kArrayClass, kArrayVersion, kSerializable);
      Number(2, 0);
      EndDescriptor();
      array_descriptor_ = true;
    }
    Number(4, bytes.size());
    out_ += bytes;
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
  bool array_descriptor_ = false;  // has been written
};

}  // namespace

Result<OffsetMap> ParseJavaHashMap(std::string_view bytes) { return Reader(bytes).Map(); }

std::string FormatJavaHashMap(const OffsetMap& map) {
  // As a HashMap grows: doubled when more than three quarters full.
  uint32_t buckets = 16;
  while (map.size() > buckets / 4 * 3) buckets *= 2;
  Writer w;
  w.Number(2, kMagic);
  w.Number(2, kVersion);
  w.Number(1, kObject);
  w.Descriptor(kMapClass, kMapVersion, kSerializableWithWriteMethod);
  w.Number(2, 2);
  w.Number(1, 'F');
  w.Utf("loadFactor");
  w.Number(1, 'I');
  w.Utf("threshold");
  w.EndDescriptor();
  w.Number(4, 0x3f400000);  // 0.75
  w.Number(4, map.empty() ? 0 : buckets / 4 * 3);
  w.Number(1, kBlockData);
  w.Number(1, 8);
  w.Number(4, buckets);
  w.Number(4, map.size());
  for (const auto& [key, value] : map) {
    w.Bytes(key);
    if (value) {
      w.Bytes(*value);
    } else {
      w.Number(1, kNull);
    }
  }
  w.Number(1, kEndBlockData);
  return w.Take();
}

}  // namespace millrace::storage
