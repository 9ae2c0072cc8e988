# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# packages_of SECTION... - the names listed in scripts/packages
packages_of() {
  local section
  for section; do
    awk -v want="[$section]" '/^# \[/{on=($2==want)} on && !/^#/ && NF{print $1}' "$root/scripts/packages"
  done | sort -u
}

# need SECTION... - installs what is missing of these sections, with sudo when not root
need() {
  local missing=() p
  for p in $(packages_of "$@"); do
    dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || die "these packages are missing and there is no apt-get to install them: ${missing[*]}"
  local sudo=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run as root, or install these packages yourself: ${missing[*]}"
    sudo=sudo
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
