// What conversions from the contract's messages are made of.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include "flinks_gateway/basics.h"

namespace flinks_gateway::internal {

/// The value of a message; of anything else itself. convert.cc has one for each type of message.
template <class Value, class Message>
Value decode(const Message& message) {
  return message;
}

/// Keeps to the range that protobuf gives to timestamps; whatever is beyond would overflow.
template <>
inline Timestamp decode(const google::protobuf::Timestamp& time) {
  const std::int64_t seconds = std::clamp<std::int64_t>(time.seconds(), -62'135'596'800, 253'402'300'799);
  return Timestamp(std::chrono::seconds(seconds) +
                   std::chrono::duration_cast<Timestamp::duration>(std::chrono::nanoseconds(time.nanos())));
}

template <class Value, class Messages>
std::vector<Value> decode_all(const Messages& messages) {
  std::vector<Value> values;
  for (const auto& message : messages) values.push_back(decode<Value>(message));
  return values;
}

template <class Value, class Message>
std::optional<Value> decode_if(bool present, const Message& message) {
  return present ? std::optional(decode<Value>(message)) : std::nullopt;
}

/// JSON. Nothing for numbers that JSON does not have, which no gateway sends.
template <class Value>
std::optional<Value> decode_if(bool present, const google::protobuf::Struct& message) {
  std::string json;
  const bool done = present && google::protobuf::util::MessageToJsonString(message, &json).ok();
  return done ? std::optional(std::move(json)) : std::nullopt;
}

}  // namespace flinks_gateway::internal
