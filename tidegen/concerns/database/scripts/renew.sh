#!/usr/bin/env bash
# Puts a renewed certificate into use once a day, without a restart. mongod itself shows whether that is
# needed, so that the next run repairs an interrupted one. If no run succeeds, the alarm on the remaining
# days fires (see metrics.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

is_served() {
  local served
  served=$(served_certificate)
  [ "$served" = "$(openssl x509 -in "$TLS/member.pem")" ]
}

"$here/certificate.sh"
if is_served; then exit 0; fi
admin_shell "db.rotateCertificates('renewed')"
is_served ||
  fail "mongod does not present the installed certificate;" \
    "see the runbook of the database, 'The certificate'"
say "mongod presents the new certificate"
