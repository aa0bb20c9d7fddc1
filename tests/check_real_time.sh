#!/usr/bin/env bash
# One file reads the clock, none asks the system for randomness but the one that seeds it. Everything else gets time and
# seeds as arguments, which is what lets the tests and the simulator own them.
set -euo pipefail
cd "$(dirname "$0")/.."
clocks='steady_clock::now|system_clock::now|high_resolution_clock|sleep_for|sleep_until|\busleep\(|\bnanosleep\(|\buv_now\(|\buv_hrtime\(|clock_gettime|gettimeofday|\btime\((NULL|nullptr|0)?\)'
chance='random_device|\brand\(|\bsrand\('
failed=0
if git grep -nE "$clocks" -- '*.cc' '*.h' ':!proxy/loop/real_clock.cc' ':!tests/end_to_end'; then
  echo "check_real_time: only proxy/loop/real_clock.cc and tests/end_to_end may read a clock" >&2
  failed=1
fi
if git grep -nE "$chance" -- '*.cc' '*.h' ':!proxy/loop/real_clock.cc'; then
  echo "check_real_time: only proxy/loop/real_clock.cc may draw a seed" >&2
  failed=1
fi
[ $failed -ne 0 ] || echo "check_real_time: one file reads the clock"
exit $failed
