#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/fault.h"
#include "config/substitution.h"

// Reads the configuration, says everything that is wrong with it in one go and remembers where each
// value came from; it does not know the host it will run on, so it touches no network.
namespace weir::config {

struct Origin {
  enum class Kind : uint8_t {
    kGiven,
    kFitted,  // a default that gave way to what was given; `source` says to what
    kFaulty   // given, but not to be read: the default stands in, and rules between keys are silent
  };
  Kind kind = Kind::kGiven;
  std::string source;  // the file, or "flag --workers"
  int line = 0;        // 0: not a file
  int column = 0;
};

// Key path -> where its value came from. What is not in it is the default. Lists have one entry for
// the whole.
using Provenance = std::map<std::string, Origin, std::less<>>;

struct Loaded {
  Config config;
  Provenance provenance;
  std::vector<Fault> faults;    // in the order of the file; empty: `config` can be used
  std::vector<Fault> warnings;  // unsafe, but allowed
};

// Never throws. `file_name` is only for the messages. Substitutes ${VAR}, ${VAR:-default} and $$ in
// values. What is missing is no fault yet, see check_complete().
Loaded load_config(std::string_view text, std::string_view file_name,
                   const Environment& environment);

// The same from a file, "-" meaning standard input. A file that cannot be read or has more than
// 1 MiB is a fault.
Loaded load_config_file(const std::string& path, const Environment& environment);

// Overrides one value, as a flag does: set(loaded.config, loaded.provenance, "workers", "4", "flag
// --workers"). A list is replaced by the first call with an origin and grows by further calls with
// the same one; "[]" empties it. `key_path` may name a section that has an address. The fault, if
// any, has `origin` as its file; the value stays as it was then.
[[nodiscard]] std::optional<Fault> set(Config& config, Provenance& provenance,
                                       std::string_view key_path, std::string_view value,
                                       std::string_view origin);

// The rules between keys, once all sources are applied: adds a fault for what is required and
// missing and for what contradicts itself, and warnings for what is unsafe.
void check_complete(Loaded& loaded);

// The effective configuration as YAML that loads again to the same values; each with a comment that
// says where it came from.
std::string print_config(const Config& config, const Provenance& provenance);

}  // namespace weir::config
