#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <set>

#include "config/key_table.h"
#include "config/load_config.h"
#include "config/value_kinds.h"

// The rules between keys.
namespace weir::config {
namespace {

class Rules {
 public:
  explicit Rules(Loaded& loaded) : loaded_(loaded), config_(loaded.config) {}

  void require_addresses() {
    if (config_.listen.empty() && sound({"listen"})) {
      add(loaded_.faults, {"listen"},
          "required but missing, expected an address to listen on, such as --listen :8080 or "
          "`listen: 0.0.0.0:8080` in the file");
    }
    const Endpoint& backend = config_.backend.address;
    if (backend.host.empty() && backend.path.empty() && sound({"backend.address"})) {
      add(loaded_.faults, {"backend.address"},
          "required but missing, expected the service's address, such as --backend "
          "127.0.0.1:9000 or `backend: 127.0.0.1:9000` in the file");
    }
  }

  // A default gives way to what was set, so that one key is enough to change one thing.
  void fit_defaults() {
    auto& limiter = config_.limiter;
    if (limiter.min_limit <= limiter.max_limit) {
      fit("limiter.initial", limiter.initial_limit, "limiter.min", limiter.min_limit,
          limiter.initial_limit < limiter.min_limit, "raised");
      fit("limiter.initial", limiter.initial_limit, "limiter.max", limiter.max_limit,
          limiter.initial_limit > limiter.max_limit, "lowered");
    }
    if (limiter.algorithm == limiters::Algorithm::kFixed &&
        limiter.min_limit <= limiter.max_limit) {
      int& fixed = limiter.fixed.limit;
      fit("limiter.fixed.limit", fixed, "limiter.min", limiter.min_limit, fixed < limiter.min_limit,
          "raised");
      fit("limiter.fixed.limit", fixed, "limiter.max", limiter.max_limit, fixed > limiter.max_limit,
          "lowered");
    }
    auto& client = config_.client;
    fit("client.max_target_size", client.max_target_size, "client.max_head_size",
        client.max_head_size, client.max_target_size > client.max_head_size, "lowered");
  }

  void check_order() {
    const auto& limiter = config_.limiter;
    const auto count = [](int number) { return std::to_string(number); };
    not_above("limiter.min", limiter.min_limit, "limiter.max", limiter.max_limit, count);
    if (limiter.min_limit <= limiter.max_limit) {
      not_above("limiter.initial", limiter.initial_limit, "limiter.max", limiter.max_limit, count);
      not_below("limiter.initial", limiter.initial_limit, "limiter.min", limiter.min_limit, count);
      if (limiter.algorithm == limiters::Algorithm::kFixed && given("limiter.fixed.limit")) {
        const int fixed = limiter.fixed.limit;
        not_above("limiter.fixed.limit", fixed, "limiter.max", limiter.max_limit, count);
        not_below("limiter.fixed.limit", fixed, "limiter.min", limiter.min_limit, count);
      }
    }
    const auto& retry_after = config_.shed.retry_after;
    not_above("shed.retry_after_min", retry_after.min, "shed.retry_after_max", retry_after.max,
              DurationKind::write);
    not_above("client.max_target_size", config_.client.max_target_size, "client.max_head_size",
              config_.client.max_head_size, SizeKind::write);
  }

  void check_priorities() {
    const auto& priorities = config_.priorities;
    if (priorities.empty() || !sound({"priorities"})) return;
    const bool partitioned = config_.partition_by.used() && sound({"partition_by"});
    const size_t most = partitioned ? limiters::kPartitionedPriorities : limiters::kPriorities;
    if (priorities.size() > most) {
      add(loaded_.faults, {"priorities"},
          std::to_string(priorities.size()) + " are too many, expected at most " +
              std::to_string(most) + (partitioned ? " with partition_by" : ""));
    }
    std::set<std::string_view> names;
    for (const auto& each : priorities)
      if (!names.insert(each.name).second) {
        add(loaded_.faults, {"priorities"},
            config::quoted(each.name) + " is there twice, expected another name");
      }
    const auto for_all = std::count_if(priorities.begin(), priorities.end(),
                                       [](const auto& each) { return each.claims_all(); });
    if (for_all != 1) {
      add(loaded_.faults, {"priorities"},
          std::to_string(for_all) +
              " have no condition, expected one: it gets what no other claims");
    }
  }

  void check_addresses() {
    const auto& listen = config_.listen;
    for (size_t at = 0; at < listen.size(); ++at) {
      for (size_t earlier = 0; earlier < at; ++earlier) {
        apart({"listen"}, listen[at].address, {"listen"}, listen[earlier].address);
      }
      const auto& backend = config_.backend.address;
      const bool own = reaches(backend, listen[at].address);
      if (own && sound({"listen", "backend.address"})) {
        add(loaded_.faults, {"backend.address", "listen"},
            config::quoted(to_string(backend)) +
                " is where weir itself listens, expected the service");
      }
    }
    check_own_listener("status.address", config_.status.address);
    check_own_listener("admin.address", config_.admin.address);
    if (config_.status.address && config_.admin.address) {
      apart("admin.address", *config_.admin.address, "status.address", *config_.status.address);
    }
    if (config_.admin.address && !stays_on_host(*config_.admin.address)) {
      add(loaded_.faults, {"admin.address"},
          config::quoted(to_string(*config_.admin.address)) +
              " can be reached from other hosts, which may then change weir; expected loopback or "
              "a Unix socket");
    }
  }

  void warn() {
    const auto& wait = config_.queue.max_wait;
    if (wait && *wait > config_.backend.response_head_timeout) {
      add(loaded_.warnings, {"queue.max_wait", "backend.response_head_timeout"},
          DurationKind::write(*wait) + " is longer than backend.response_head_timeout (" +
              DurationKind::write(config_.backend.response_head_timeout) +
              "): clients wait longer for their turn than for the service");
    }
    if (config_.queue.max_waiting == 0 && config_.priorities.size() > 1) {
      add(loaded_.warnings, {"priorities", "queue.max_waiting"},
          "have no effect without a queue (queue.max_waiting is 0)");
    }
    if (config_.queue.max_waiting == 0 && config_.partition_by.used()) {
      add(loaded_.warnings, {"partition_by", "queue.max_waiting"},
          "has no effect without a queue (queue.max_waiting is 0)");
    }
    if (config_.limiter.algorithm == limiters::Algorithm::kFixed && given("limiter.initial") &&
        config_.limiter.initial_limit != Config().limiter.initial_limit) {
      add(loaded_.warnings, {"limiter.initial"},
          "has no effect with limiter.algorithm fixed, whose limit is limiter.fixed.limit");
    }
    warn_of_secrets();
    warn_of_unused_section("limiter.fixed.", limiters::Algorithm::kFixed);
    warn_of_unused_section("limiter.aimd.", limiters::Algorithm::kAimd);
    warn_of_unused_section("limiter.vegas.", limiters::Algorithm::kVegas);
    warn_of_unused_section("limiter.gradient.", limiters::Algorithm::kGradient);
    warn_of_unused_section("limiter.gradient2.", limiters::Algorithm::kGradient2);
  }

  void warn_of_secrets() {
    constexpr std::array<std::string_view, 4> kSecrets{"authorization", "proxy-authorization",
                                                       "cookie", "x-api-key"};
    std::string field = config_.partition_by.header;
    std::ranges::transform(field, field.begin(), [](unsigned char c) { return std::tolower(c); });
    if (std::ranges::find(kSecrets, field) == kSecrets.end()) return;
    add(loaded_.warnings, {"partition_by"},
        config::quoted(config_.partition_by.header) +
            " holds secrets, and its values are shown in the access log and /limits; expected a "
            "field that names the caller");
  }

 private:
  using Paths = std::initializer_list<std::string_view>;

  bool given(std::string_view path) const {
    const auto found = loaded_.provenance.find(path);
    return found != loaded_.provenance.end() && found->second.kind != Origin::Kind::kFitted;
  }

  template <typename T>
  void fit(std::string_view key, T& value, std::string_view bound_key, const T& bound, bool beyond,
           std::string_view how) {
    if (!beyond || given(key)) return;
    value = bound;
    std::string source = "default, " + std::string(how) + " to " + std::string(bound_key);
    loaded_.provenance.insert_or_assign(std::string(key),
                                        Origin{Origin::Kind::kFitted, std::move(source), 0, 0});
  }

  // False when one of them was given but could not be read: its default would only confuse.
  bool sound(Paths paths) const {
    return std::none_of(paths.begin(), paths.end(), [this](std::string_view path) {
      const auto found = loaded_.provenance.find(path);
      return found != loaded_.provenance.end() && found->second.kind == Origin::Kind::kFaulty;
    });
  }

  // About the first of the keys, at the place of the first that was given.
  void add(std::vector<Fault>& list, Paths keys, std::string text) {
    Fault fault;
    for (const std::string_view key : keys) {
      const auto found = loaded_.provenance.find(key);
      if (found == loaded_.provenance.end()) continue;
      fault.file = found->second.source;
      fault.line = found->second.line;
      fault.column = found->second.column;
      break;
    }
    fault.key = *keys.begin();
    fault.text = std::move(text);
    list.push_back(std::move(fault));
  }

  template <typename T, typename Write>
  void not_above(std::string_view key, const T& value, std::string_view bound_key, const T& bound,
                 Write write) {
    if (value <= bound || !sound({key, bound_key})) return;
    add(loaded_.faults, {key, bound_key},
        write(value) + " is above " + std::string(bound_key) + ", expected at most " +
            write(bound));
  }
  template <typename T, typename Write>
  void not_below(std::string_view key, const T& value, std::string_view bound_key, const T& bound,
                 Write write) {
    if (value >= bound || !sound({key, bound_key})) return;
    add(loaded_.faults, {key, bound_key},
        write(value) + " is below " + std::string(bound_key) + ", expected at least " +
            write(bound));
  }

  void check_own_listener(std::string_view key, const std::optional<Endpoint>& address) {
    if (!address) return;
    for (const ListenConfig& listen : config_.listen) {
      apart(key, *address, "listen", listen.address);
    }
    if (sound({key, "backend.address"}) && *address == config_.backend.address) {
      add(loaded_.faults, {"backend.address", key},
          config::quoted(to_string(*address)) + " is also " + std::string(key) +
              ", expected the service");
    }
  }

  void apart(std::string_view key, const Endpoint& address, std::string_view other_key,
             const Endpoint& other) {
    if (!overlap(address, other) || !sound({key, other_key})) return;
    add(loaded_.faults, {key, other_key},
        config::quoted(to_string(address)) +
            (key == other_key ? " is listed twice" : " is also " + std::string(other_key)) +
            (address == other ? "" : " (" + to_string(other) + ")") + ", expected another address");
  }

  // As far as the texts tell; another host may well serve on the same port.
  static bool reaches(const Endpoint& backend, const Endpoint& listen) {
    if (backend == listen) return true;
    if (!stays_on_host(backend)) return false;
    const bool by_name = backend.host == "localhost" && listen.path.empty() &&
                         listen.port == backend.port && stays_on_host(listen);
    return by_name || overlap(listen, backend);
  }

  void warn_of_unused_section(std::string_view prefix, limiters::Algorithm algorithm) {
    if (config_.limiter.algorithm == algorithm || !sound({"limiter.algorithm"})) return;
    for (auto at = loaded_.provenance.lower_bound(prefix);
         at != loaded_.provenance.end() && at->first.starts_with(prefix); ++at) {
      const Key* key = find_key(at->first);
      if (key == nullptr || key->write(config_) == key->write(Config())) continue;
      add(loaded_.warnings, {at->first}, "has no effect with another limiter.algorithm");
    }
  }

  Loaded& loaded_;
  Config& config_;
};

}  // namespace

void check_complete(Loaded& loaded) {
  Rules rules(loaded);
  rules.require_addresses();
  rules.fit_defaults();
  rules.check_order();
  rules.check_priorities();
  rules.check_addresses();
  rules.warn();
}

}  // namespace weir::config
