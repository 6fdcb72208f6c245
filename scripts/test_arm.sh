#!/bin/sh
# Checks the engine on 64-bit Arm: installs a cross compiler and an emulator where they are missing, then runs the test.
# Usage: scripts/test_arm.sh [PYTHON]      without PYTHON the tools are installed and nothing is run
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -m)" = aarch64 ]; then
  echo "this is an Arm machine: the ordinary tests check the engine on it"
  exit 0
fi

missing() {
  command -v aarch64-linux-gnu-g++ >/dev/null || echo g++-aarch64-linux-gnu
  command -v qemu-aarch64 >/dev/null || echo qemu-user
  command -v cmake >/dev/null || echo cmake
}

install() {
  as=""
  [ "$(id -u)" = 0 ] || as="sudo -n"
  command -v apt-get >/dev/null && $as true 2>/dev/null || return 1
  $as apt-get -q update && $as env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
} >&2

packages=$(missing)
# shellcheck disable=SC2086
if [ -n "$packages" ] && ! install $packages; then
  echo "error: the Arm test needs" $packages "and may not install them here: install them (Debian's names)" >&2
  exit 2
fi
[ $# -eq 0 ] || exec "$1" -m pytest -q tests/native/test_arm.py
