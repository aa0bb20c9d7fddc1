#!/usr/bin/env bash
# Replays the Dockerfile's collecting step on $WEIR_BINARY: what it collects is enough to run it, and is nothing else.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${WEIR_BINARY:?names the binary to collect}"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$folder/root
fail() {
  echo "image_root_test: $1" >&2
  exit 1
}

./deploy/container/collect-root "$WEIR_BINARY" "$root"
[ -z "$(find "$root" -type l)" ] || fail "a link could point outside of the image"
others=$(find "$root" -type f ! -path '*/lib*/*' -printf '%P\n' | sort | tr '\n' ' ')
[ "$others" = "etc/group etc/nsswitch.conf etc/passwd etc/weir/weir.yaml usr/bin/weir " ] || fail "unexpected files: $others"

# The loader of the image finds every library inside of the image, without the host's cache.
loader=$(find "$root" -name 'ld-linux-*.so.*' -o -name 'ld-*.so.1' | head -n 1)
[ -n "$loader" ] || fail "no loader was collected"
folders=$(find "$root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
found=$("$loader" --inhibit-cache --library-path "$folders" --list "$root/usr/bin/weir")
outside=$(awk -v root="$root/" '/=>/ && index($3, root) != 1 { print $1 }' <<<"$found")
[ -z "$outside" ] || fail "not in the image: $outside"

if ./deploy/container/collect-root "$WEIR_BINARY" "$root" 2>"$folder/words"; then
  fail "collected into a directory that was in use"
fi
grep -q 'not empty' "$folder/words" || fail "no word on the directory in use: $(cat "$folder/words")"

# A sanitizer asks /proc for its own mappings, and the image has no /proc until it runs.
if grep -qE 'lib(a|t|ub)san' <<<"$found"; then
  echo "image_root_test: an instrumented binary; its root was checked but not entered"
elif [ "$(id -u)" -ne 0 ]; then
  echo "image_root_test: not root; the root was checked but not entered"
else
  run() { chroot --userspec=65532:65532 "$root" /usr/bin/weir "$@"; }
  chmod 0755 "$folder" "$root"
  run --version | grep -q '^weir ' || fail "--version did not say what it is"
  run validate -c /etc/weir/weir.yaml >/dev/null || fail "the image's configuration is not valid"
  echo "image_root_test: ran inside of its root, $(du -sh "$root" | cut -f1)"
fi
