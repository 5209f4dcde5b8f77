#!/usr/bin/env bash
# This member's certificate, by which traffic between members, and from services that ask for it,
# is encrypted. The set has an authority of its own: member 1, which starts first, makes it when the
# environment is new; its key stays in Secrets Manager, its certificate is a public parameter.
# Out: member.pem (key and certificate) and authority.pem, in the folder that is the argument.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

folder=${1:?usage: certificate.sh FOLDER}
NEW_KEY=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc)
# An instance is replaced, and so certified anew, with every image: long before.
AUTHORITY_DAYS=7300
MEMBER_DAYS=3650

umask 0077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_authority() {
  openssl req -x509 "${NEW_KEY[@]}" -days "$AUTHORITY_DAYS" \
    -subj "/O=$PROJECT/CN=$ENVIRONMENT database" \
    -keyout "$work/key.pem" -out "$work/certificate.pem"
  cat "$work/key.pem" "$work/certificate.pem" >"$work/authority.pem"
  aws ssm put-parameter --name "/$PROJECT/$ENVIRONMENT/mongo/authority" --type String --overwrite \
    --value "$(cat "$work/certificate.pem")" --region "$REGION" >/dev/null
  # last: a boot that ends before this one makes another authority, which nobody has used yet
  aws secretsmanager put-secret-value --secret-id "$AUTHORITY_SECRET" \
    --secret-string "file://$work/authority.pem" --region "$REGION" >/dev/null
}

certify() {
  local host
  host=$(member_host "$MEMBER")
  openssl req -new "${NEW_KEY[@]}" -subj "/O=$PROJECT/CN=$host" \
    -keyout "$work/member-key.pem" -out "$work/request.pem"
  printf 'subjectAltName=DNS:%s,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n' "$host" \
    >"$work/extensions"
  openssl x509 -req -in "$work/request.pem" -days "$MEMBER_DAYS" -extfile "$work/extensions" \
    -CA "$work/authority.pem" -CAkey "$work/authority.pem" -out "$work/member-certificate.pem"
}

secret "$AUTHORITY_SECRET" >"$work/authority.pem"
if ! openssl x509 -noout -in "$work/authority.pem" 2>/dev/null; then
  [ "$MEMBER" = 1 ] || fail "there is no authority yet: member 1 makes it, and starts first"
  make_authority
fi
certify
openssl x509 -in "$work/authority.pem" -out "$folder/authority.pem"
cat "$work/member-key.pem" "$work/member-certificate.pem" >"$folder/member.pem"
