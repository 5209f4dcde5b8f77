#!/usr/bin/env bash
# Restores one backup into the running replica set: restore.sh KEY [CONFIRMATION]
# A protected environment asks for <environment>-<yyyymmdd> of today as the confirmation.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

key=${1:?usage: restore.sh KEY [CONFIRMATION]}
wanted="$ENVIRONMENT-$(date -u +%Y%m%d)"
if [ "${PROTECTED:-true}" = true ] && [ "${2:-}" != "$wanted" ]; then
  echo "restore: $ENVIRONMENT is protected; say '$wanted' to restore over it" >&2
  exit 1
fi

folder=$(mktemp -d "$DATA_DIR/restore.XXXXXX")
trap 'rm -rf "$folder"' EXIT
aws s3 cp "s3://$BACKUPS_BUCKET/$key/manifest.json" "$folder/" --region "$REGION"
aws s3 cp "s3://$BACKUPS_BUCKET/$key/dump.archive.gz" "$folder/" --region "$REGION"
sum=$(sed -n 's/.*"sha256": "\([0-9a-f]*\)".*/\1/p' "$folder/manifest.json")
echo "$sum  $folder/dump.archive.gz" | sha256sum --check --strict
printf 'password: %s\n' "$(secret "$ADMIN_SECRET")" >"$folder/config"
members="$(member_host 1):27017,$(member_host 2):27017,$(member_host 3):27017"
mongorestore --config "$folder/config" --host "$REPLICA_SET/$members" --username admin \
  --authenticationDatabase admin --oplogReplay --gzip --archive="$folder/dump.archive.gz"
