#!/usr/bin/env bash
# The demo that `make demo` runs inside `tidegen local run`: the real commands, nothing special.
set -euo pipefail

run() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

run tidegen render --check
run tidegen lint
run tidegen deploy --env account-nonproduction --yes --local
run tidegen deploy --env account-production-recovery --yes --local
run tidegen deploy --env account-production --yes --local
run tidegen deploy --env shared-nonproduction --yes --local
run tidegen deploy --env shared-production --yes --local
run tidegen deploy --env development --yes --local
run tidegen deploy --env production --yes --local
run tidegen deploy --env production --yes --local
run tidegen status --env production --local
run tidegen outputs --env production --local
run tidegen local types
