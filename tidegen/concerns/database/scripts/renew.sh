#!/usr/bin/env bash
# Once a day: takes a renewed certificate into use, without a restart. Whether that is to be done is
# asked of mongod itself, so that a run that broke off is made good by the next. Where no run succeeds,
# the alarm comes with the days that are left (see metrics.sh).
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
  fail "mongod does not show the certificate that is installed;" \
    "see the runbook of the database, 'The certificate'"
say "mongod shows the new certificate"
