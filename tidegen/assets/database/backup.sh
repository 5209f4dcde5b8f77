#!/usr/bin/env bash
# The daily backup: an encrypted dump with oplog, a checksum and a manifest, from one healthy
# secondary. Runs on all members; all but the chosen one end at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

chosen=$(admin_shell localhost "print(rs.status().members
  .filter(m => m.stateStr === 'SECONDARY' && m.health === 1).map(m => m.name).sort()[0])")
if [ "$chosen" != "$(member_host "$MEMBER"):27017" ]; then
  echo "backup: $chosen does it"
  exit 0
fi

key="mongodb/$(date -u +%Y/%m/%d/%H%M%S)"
config=$(mktemp)
sums=$(mktemp)
trap 'rm -f "$config" "$sums"' EXIT
printf 'password: %s\n' "$(secret "$ADMIN_SECRET")" >"$config"
encrypted=(--sse aws:kms --sse-kms-key-id "$BACKUP_KEY" --region "$REGION")

mongodump --config "$config" --host localhost --username admin --authenticationDatabase admin \
  --oplog --gzip --archive |
  tee >(sha256sum | cut -d' ' -f1 >"$sums") |
  aws s3 cp - "s3://$BACKUPS_BUCKET/$key/dump.archive.gz" "${encrypted[@]}"

# the process substitution may end after the pipe
for _ in $(seq 30); do [ -s "$sums" ] && break; sleep 1; done
[ -s "$sums" ] || { echo "backup: no checksum" >&2; exit 1; }
printf '{"host": "%s", "key": "%s", "sha256": "%s", "finished": "%s"}\n' \
  "$chosen" "$key/dump.archive.gz" "$(cat "$sums")" "$(date -u +%FT%TZ)" |
  aws s3 cp - "s3://$BACKUPS_BUCKET/$key/manifest.json" "${encrypted[@]}"
aws ssm put-parameter --name "/$PROJECT/$ENVIRONMENT/mongo/last-backup" --type String --overwrite \
  --value "$(date -u +%s)" --region "$REGION"
metric BackupSuccess 1 Count
