#!/usr/bin/env bash
# Every C++ file reads as clang-format would write it. `tests/check_format.sh --fix` rewrites instead of complaining.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files '*.cc' '*.h')
if [ "${1:-}" = --fix ]; then
  clang-format -i "${files[@]}"
  exit 0
fi
if ! clang-format --dry-run -Werror "${files[@]}"; then
  echo "check_format: run tests/check_format.sh --fix" >&2
  exit 1
fi
echo "check_format: ${#files[@]} files are well formed"
