// Printing. In the place of a secret stands `secret`: its value is not even given.
#pragma once

#include <chrono>
#include <iomanip>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "flinks_gateway/basics.h"

namespace flinks_gateway::internal {

struct Secret {};
constexpr Secret secret;

inline std::ostream& show(std::ostream& out, Secret) { return out << "[redacted]"; }
inline std::ostream& show(std::ostream& out, const std::string& text) { return out << std::quoted(text); }
inline std::ostream& show(std::ostream& out, bool value) { return out << (value ? "true" : "false"); }
inline std::ostream& show(std::ostream& out, std::chrono::milliseconds time) { return out << time.count() << " ms"; }
inline std::ostream& show(std::ostream& out, Timestamp time) {
  return show(out, std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()));
}

template <class Value>
std::ostream& show(std::ostream& out, const Value& value) {
  return out << value;
}

template <class Value>
std::ostream& show(std::ostream& out, const std::optional<Value>& value) {
  return value ? show(out, *value) : out << "none";
}

template <class Value>
std::ostream& show(std::ostream& out, const std::pair<const std::string, Value>& entry) {
  return show(out << entry.first << ": ", entry.second);
}

template <class Values>
std::ostream& show_all(std::ostream& out, const Values& values, char begin, char end) {
  const char* separator = "";
  out << begin;
  for (const auto& value : values) show(out << std::exchange(separator, ", "), value);
  return out << end;
}

template <class Value>
std::ostream& show(std::ostream& out, const std::vector<Value>& values) {
  return show_all(out, values, '[', ']');
}

inline std::ostream& show(std::ostream& out, const std::map<std::string, std::string>& values) {
  return show_all(out, values, '{', '}');
}

inline std::ostream& show_fields(std::ostream& out, const char*) { return out << '}'; }

template <class Value, class... More>
std::ostream& show_fields(std::ostream& out, const char* separator, const char* name, const Value& value,
                          const More&... more) {
  show(out << separator << name << ": ", value);
  return show_fields(out, ", ", more...);
}

/// `Name{field: value, other: [redacted]}`: the fields' names and values by turns.
template <class... Fields>
std::ostream& print(std::ostream& out, const char* name, const Fields&... fields) {
  return show_fields(out << name << '{', "", fields...);
}

}  // namespace flinks_gateway::internal
