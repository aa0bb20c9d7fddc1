#include "load-tests/simulator/outdone.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace weir::simulator {
namespace {

constexpr double kAsGood = 1.03;

struct Mark {
  std::string_view limiter;
  double goodput, w99;
};

Mark mark_of(const WorldCell& cell) {
  return {cell.limiter, median(values_of(cell.seeds, "goodput_share")),
          median(values_of(cell.seeds, "w99"))};
}

using Worst = std::map<std::string_view, double>;

Worst worst_of_each(const BenchResult& result) {
  Worst worst;
  for (const WorldCell& cell : result.cells) {
    const double goodput = mark_of(cell).goodput;
    const auto [at, is_new] = worst.emplace(cell.limiter, goodput);
    if (!is_new) at->second = std::min(at->second, goodput);
  }
  return worst;
}

std::string shown(const std::optional<Mark>& mark, const Worst& worst) {
  if (!mark) return "";
  return fmt::format("{} {:.2f}, {:.1f} ({:.2f})", mark->limiter, mark->goodput, mark->w99,
                     worst.at(mark->limiter));
}

void keep_most(std::optional<Mark>& most, const Mark& mark) {
  if (!most || mark.goodput > most->goodput) most = mark;
}

// The cells of one world, the first limiter's before all others; empty when none does more.
std::string row(std::span<const WorldCell> cells, const Worst& worst) {
  const Mark own = mark_of(cells.front());
  std::optional<Mark> as_quick, slower;
  for (const WorldCell& cell : cells.subspan(1)) {
    const Mark mark = mark_of(cell);
    if (mark.goodput <= kAsGood * own.goodput) continue;
    keep_most(mark.w99 <= own.w99 ? as_quick : slower, mark);
  }
  if (!as_quick && !slower) return "";
  return fmt::format("| {} {} | {:.2f}, {:.1f} | {} | {} |\n", cells.front().scenario,
                     cells.front().world, own.goodput, own.w99, shown(as_quick, worst),
                     shown(slower, worst));
}

}  // namespace

std::string outdone(const BenchResult& result) {
  const std::span<const WorldCell> cells(result.cells);
  const Worst worst = worst_of_each(result);
  if (worst.size() < 2) return "";
  std::string text = fmt::format(
      "| more than 1.03 of its goodput | {}: goodput, w99 | most at no worse w99 (its worst world) "
      "| most at a worse w99 |\n|---|---|---|---|\n",
      cells.front().limiter);
  for (size_t from = 0; from < cells.size(); from += worst.size())
    text += row(cells.subspan(from, worst.size()), worst);
  return text;
}

}  // namespace weir::simulator
