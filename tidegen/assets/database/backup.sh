#!/usr/bin/env bash
# The daily backup: an encrypted dump with its oplog, a checksum and a manifest, from one healthy
# secondary. Runs on all members; all but the chosen one end at once. A dump without a manifest is
# no backup: the manifest goes up last, and the age of the newest manifest is what the alarm watches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

chosen=$(admin_shell "print(rs.status().members
  .filter(m => m.stateStr === 'SECONDARY' && m.health === 1).map(m => m.name).sort()[0] || '')")
[ -n "$chosen" ] || fail "no healthy secondary"
if [ "$chosen" != "$(member_host "$MEMBER"):27017" ]; then
  say "$chosen does it"
  exit 0
fi

started=$(date -u +%FT%TZ)
# the folder's name is the time of the backup: metrics.sh reads its age from it
key="mongodb/$(date -u -d "$started" +%Y/%m/%d/%H%M%S)"
target="s3://$BACKUPS_BUCKET/$key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(umask 0077 && printf 'password: "%s"\n' "$(admin_password)" >"$work/config")
encrypted=(--sse aws:kms --sse-kms-key-id "$BACKUP_KEY" --region "$REGION" --only-show-errors)
oplog=$(admin_shell "print(rs.status().members.find(m => m.self).optimeDate.toISOString())")
# no dump is larger than the data; S3 has to know, as it takes 10,000 parts at most
expected=$(df --output=used -B1 "$DATA_DIR" | tail -n 1 | tr -dc 0-9)

mkfifo "$work/sum" "$work/size"
sha256sum <"$work/sum" >"$work/sha256" &
wc -c <"$work/size" >"$work/bytes" &
mongodump --config "$work/config" --host "$(member_host "$MEMBER")" --ssl \
  --sslCAFile "$AUTHORITIES" --username admin --authenticationDatabase admin \
  --readPreference secondary --oplog --gzip --archive |
  tee "$work/sum" "$work/size" |
  aws s3 cp - "$target/dump.archive.gz" --expected-size "$expected" "${encrypted[@]}"
wait

bytes=$(tr -dc 0-9 <"$work/bytes")
sum=$(cut -d' ' -f1 "$work/sha256")
[ "$bytes" -gt 0 ] || fail "the dump is empty"
[[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "the dump has no checksum"
{
  printf '{"host": "%s", "key": "%s", ' "$chosen" "$key/dump.archive.gz"
  printf '"bytes": %s, "sha256": "%s", "oplog": "%s", ' "$bytes" "$sum" "$oplog"
  printf '"started": "%s", "finished": "%s"}\n' "$started" "$(date -u +%FT%TZ)"
} | aws s3 cp - "$target/manifest.json" "${encrypted[@]}"
# the backup is good whatever becomes of its metrics: making it again would help nobody
metric BackupSuccess 1 Count || say "could not report the success"
metric BackupBytes "$bytes" Bytes || say "could not report the size"
