#!/usr/bin/env bash
# Installs Mesa's lavapipe, a Vulkan device on the CPU, with float16 in shaders: what the float16 tests run on where
# there is no GPU. Needs root and a Debian machine; does nothing where Mesa is new enough.
set -euo pipefail

wanted=24 # Mesa's major version; Debian 12's own 22.3 lacks shader-f16.

# Reads `apt-cache policy` from stdin and answers whether the version it names as $1 is new enough.
is_new_enough() {
  local version
  version=$(awk -v name="$1:" '$1 == name { print $2 }')
  version=${version#*:} # An epoch.
  [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= wanted))
}

policy() { LC_ALL=C apt-cache policy mesa-vulkan-drivers; }

# Prints the entry of apt's sources that the release itself comes from, for its backports. apt tells which one it is, so
# that mirrors, options and both file formats are taken as they are and no host is named here.
backports_entry() {
  local release=$1 targets source suite
  # shellcheck disable=SC2016 # apt fills these in.
  targets=$(apt-get indextargets --format '$(SOURCESENTRY) $(RELEASE)' \
    'Created-By: Packages' 'Origin: Debian' "Codename: $release" | sort -u)
  [[ -n $targets ]] || return 1
  read -r source suite <<<"$targets"
  local file=${source%:*} number=${source##*:}
  if [[ $file == *.sources ]]; then
    grep -v '^#' "$file" | awk -v RS= -v number="$number" 'NR == number' |
      awk -v suites="Suites: $release-backports" '
        /^[^ \t]/ { folded = 0 }
        tolower($1) == "suites:" { print suites; folded = 1 }
        !folded'
  else
    sed -n "${number}p" "$file" | sed "s|[[:space:]]${suite}[[:space:]]| $release-backports |"
  fi
}

if policy | is_new_enough Installed; then
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
if policy | is_new_enough Candidate; then
  apt-get install -y mesa-vulkan-drivers
  exit 0
fi

# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
if ! policy | grep -F "$release-backports" >/dev/null; then
  entry=$(backports_entry "$release") || {
    echo "apt has no source of Debian's $release to take its backports from." >&2
    exit 1
  }
  extension=list
  if [[ $entry == *Suites:* ]]; then extension=sources; fi
  printf '%s\n' "$entry" >"/etc/apt/sources.list.d/$release-backports.$extension"
  apt-get update
fi
apt-get install -y -t "$release-backports" mesa-vulkan-drivers
