#!/usr/bin/env bash
# Installs this member's certificate if it has changed. A public authority issues it, Certificate Manager
# renews it, and the environment's rotation function puts it into a secret, because the members can
# reach neither. If anything fails here, the installed certificate remains.
# Out: member.pem (key, certificate, chain) in $TLS.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

ADVICE="see the runbook of the database, 'The certificate'"
#: JSON on standard input → a file for each of its required values, in the given folder.
UNPACK='
import json, pathlib, sys
held = json.load(sys.stdin)
for name in ("certificate", "chain", "key", "passphrase"):
    pathlib.Path(sys.argv[1], name).write_text(held[name])
'

umask 0077
mkdir -p "$TLS"
# mongod reads the file, and nobody lists the folder
chmod 0711 "$TLS"
# next to the file, so that moving it into place is one step; a killed run may have left such a folder
rm -rf "$TLS"/new.*
work=$(mktemp -d "$TLS/new.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Until its first rotation the secret has another value.
fetch() {
  secret "$CERTIFICATE_SECRET" | python3 -c "$UNPACK" "$work" 2>/dev/null
}

# Checks as a client will: chain to a trusted authority, name, dates, purpose; and that the key matches.
check() {
  local host
  host=$(member_host "$MEMBER")
  openssl verify -CAfile "$AUTHORITIES" -no-CApath -no-CAstore -untrusted "$work/chain" \
    -purpose sslserver -verify_hostname "$host" "$work/certificate" >/dev/null ||
    fail "the certificate in $CERTIFICATE_SECRET is not valid for $host; $ADVICE"
  [ "$(openssl x509 -in "$work/certificate" -noout -pubkey)" = \
    "$(openssl pkey -in "$work/plain" -pubout)" ] ||
    fail "the certificate and the key in $CERTIFICATE_SECRET do not match; rotate that secret again"
}

is_installed() {
  [ -e "$TLS/member.pem" ] &&
    [ "$(openssl x509 -in "$TLS/member.pem")" = "$(openssl x509 -in "$work/certificate")" ]
}

until_true "the rotation function to fill $CERTIFICATE_SECRET; $ADVICE" fetch
openssl pkey -in "$work/key" -passin "file:$work/passphrase" -out "$work/plain"
check
if is_installed; then exit 0; fi
cat "$work/plain" "$work/certificate" "$work/chain" >"$work/member.pem"
chmod 0400 "$work/member.pem"
chown mongod:mongod "$work/member.pem"
mv -f "$work/member.pem" "$TLS/member.pem"
say "installed the certificate: $(openssl x509 -in "$TLS/member.pem" -noout -enddate)"
