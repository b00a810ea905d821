# Sourced by the scripts beside it: where things are, and how to say what is going on. Nothing is built or installed here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where cargo puts what it builds, as an absolute path: the suites run in other folders.
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
# One profile for everything a test needs, so that the dependencies are compiled once. GRIDWALK_PROFILE=release tests what is shipped.
profile="${GRIDWALK_PROFILE:-dev}"
case "$profile" in
  dev) bin="$target/debug" ;;
  *) bin="$target/$profile" ;;
esac

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }
