#include "load-tests/simulator/oracle_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "load-tests/simulator/describe.h"

namespace weir::simulator {
namespace {

using Json = nlohmann::json;

// FNV-1a: the same name on every machine.
uint64_t hash_of(const std::string& text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

Json to_json(const Oracle& oracle) {
  Json phases = Json::array();
  for (const Phase& phase : oracle.phases)
    phases.push_back({{"from", phase.from_seconds},
                      {"until", phase.until_seconds},
                      {"limit", phase.limit},
                      {"needed", phase.needed},
                      {"limiting", phase.limiting},
                      {"goodput_per_second", phase.goodput_per_second}});
  return {{"goodput_per_second", oracle.goodput_per_second}, {"phases", phases}};
}

Oracle from_json(const Json& json) {
  Oracle oracle{json.at("goodput_per_second"), {}};
  for (const Json& phase : json.at("phases"))
    oracle.phases.push_back({phase.at("from"), phase.at("until"), phase.at("limit"),
                             phase.at("needed"), phase.at("limiting"),
                             phase.at("goodput_per_second")});
  return oracle;
}

std::optional<Oracle> kept(const std::string& path, const std::string& question) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  try {
    const Json json = Json::parse(file);
    if (json.at("question") != question) return std::nullopt;
    return from_json(json.at("found"));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

// Whole or not at all, whoever else writes the same.
void keep(const std::string& path, const std::string& question, const Oracle& oracle) {
  const std::string unfinished = fmt::format("{}.{}.{}", path, getpid(), fmt::ptr(&oracle));
  std::ofstream file(unfinished, std::ios::binary);
  file << Json{{"question", question}, {"found", to_json(oracle)}}.dump(1) << "\n";
  file.close();
  std::error_code error;
  if (file.good()) std::filesystem::rename(unfinished, path, error);
  if (!file.good() || error) std::filesystem::remove(unfinished, error);
}

}  // namespace

std::optional<Fault> OracleStore::fault_of(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK | X_OK) != 0) error = {errno, std::generic_category()};
  if (!error) return std::nullopt;
  return folder + ": " + error.message() + ", expected a folder that can be made and written to";
}

Oracle OracleStore::find(const World& world, int seeds, int steps, OracleEffort effort) const {
  if (world.recorded) return find_oracle(world, seeds, steps, effort);
  const std::string with =
      effort.seeds < seeds ? fmt::format(", searched with {}", effort.seeds) : "";
  const std::string question = fmt::format("{} seeds{}, {} steps, {} rounds\n{}", seeds, with,
                                           steps, effort.rounds, describe(world));
  const std::string path = fmt::format("{}/{:016x}.json", folder_, hash_of(question));
  if (auto found = kept(path, question)) return *std::move(found);
  Oracle found = find_oracle(world, seeds, steps, effort);
  keep(path, question, found);
  return found;
}

}  // namespace weir::simulator
