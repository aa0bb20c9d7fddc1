#pragma once

#include <string_view>
#include <vector>

#include "config/key_table.h"

// Builds the rows of the key table from a kind of value and a way to the member; it knows no key.
namespace weir::config {

using Keys = std::vector<Key>;

// `member` gives the value in a Config, const or not.
template <typename Kind, typename Member>
Key value(std::string_view path, Kind kind, Member member, std::string_view doc) {
  Key key{.path = path, .expected = kind.expected(), .doc = doc};
  key.read = [=](Config& config, std::string_view text) { return kind.read(text, member(config)); };
  key.write = [=](const Config& config) { return std::vector{kind.write(member(config))}; };
  return key;
}

// `list` gives the vector in a Config, `member` the value in one of its items, const or not.
template <typename Kind, typename List, typename Member>
Key list(std::string_view path, Kind kind, std::string_view item_member, List list, Member member,
         std::string_view doc) {
  Key key{.path = path,
          .shape = Shape::kList,
          .expected = kind.expected(),
          .doc = doc,
          .item_member = item_member};
  key.clear = [=](Config& config) { list(config).clear(); };
  key.read = [=](Config& config, std::string_view text) {
    auto& items = list(config);
    items.emplace_back();
    Complaint complaint = kind.read(text, member(items.back()));
    if (complaint) items.pop_back();
    return complaint;
  };
  key.write = [=](const Config& config) {
    std::vector<std::string> texts;
    for (const auto& item : list(config)) texts.push_back(kind.write(member(item)));
    return texts;
  };
  return key;
}

// The rows of limiter, queue and shed.
void add_limiter_keys(Keys& keys);
void add_shedding_keys(Keys& keys);

}  // namespace weir::config
