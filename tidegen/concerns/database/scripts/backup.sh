#!/usr/bin/env bash
# The daily backup: an encrypted dump with its oplog, a checksum and a manifest, from one healthy
# secondary. A dump without a manifest is no backup: the manifest is uploaded last, and the alarm watches
# the age of the newest manifest.
#
# Every member runs this once an hour. While a backup of the day exists, nothing happens; otherwise the
# first healthy secondary makes one, and a failed attempt is repeated in the next hour. A claim prevents a
# second dump while the order of the members changes. `backup.sh now` neither checks the age nor claims:
# a person requested it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

#: With up to an hour until the next check and the time of the dump itself, well within a day.
DUE_HOURS=20
#: After that time a claim without a result belongs to a member that died.
CLAIM_HOURS=4

exec 9>"${LOCK:-/run/mongo-backup.lock}"
if ! flock --nonblock 9; then
  say "a backup is already running on this member"
  exit 0
fi

encrypt=(--server-side-encryption aws:kms --ssekms-key-id "$BACKUP_KEY")
claim="mongodb/$(date -u +%Y/%m/%d)/claim-$(date -u +%H)"

# Creates an object unless it exists: put_once KEY
put_once() {
  aws s3api put-object --bucket "$BACKUPS_BUCKET" --key "$1" --if-none-match '*' \
    --checksum-algorithm SHA256 "${encrypt[@]}" --region "$REGION"
}

# Claims this hour's attempt, or leaves it to the member that has. A member is backing up while its claim
# is young and has no failure marker.
claim() {
  local newest age answer
  newest=$(newest_key "contains(Key, '/claim-')")
  if [[ $newest =~ ^mongodb/(.*)/claim-([0-9]{2})$ ]]; then
    age=$(hours_since "${BASH_REMATCH[1]//\//-}T${BASH_REMATCH[2]}:00:00Z")
    if [ "${age%.*}" -lt "$CLAIM_HOURS" ]; then
      say "another member is making the backup; see $newest"
      exit 0
    fi
  fi
  if ! answer=$(put_once "$claim" 2>&1); then
    case $answer in
      *PreconditionFailed* | *ConditionalRequestConflict*)
        say "another attempt was made in this hour; run 'backup.sh now' for one anyway"
        exit 0
        ;;
      *) fail "cannot claim the backup: $answer" ;;
    esac
  fi
  trap release EXIT
}

# A marker of the failure next to the claim lets the next hour try again.
release() {
  local code=$?
  rm -rf "${work:-}"
  if [ "$code" != 0 ]; then
    say "this backup failed; the first healthy secondary tries again in the next hour"
    put_once "$claim-failed" >/dev/null ||
      say "could not release the claim: for $CLAIM_HOURS hours only 'backup.sh now' makes a backup"
  fi
  exit "$code"
}

if [ "${1:-}" != now ]; then
  age=$(backup_age)
  if [ "${age%.*}" -lt "$DUE_HOURS" ]; then exit 0; fi
fi
chosen=$(admin_shell "print(rs.status().members
  .filter(m => m.stateStr === 'SECONDARY' && m.health === 1).map(m => m.name).sort()[0] || '')")
[ -n "$chosen" ] || fail "no healthy secondary to take a backup from; see rs.status()"
if [ "$chosen" != "$(member_host "$MEMBER"):27017" ]; then
  say "$chosen makes the backup"
  exit 0
fi
trap 'rm -rf "${work:-}"' EXIT
[ "${1:-}" = now ] || claim

started=$(date -u +%FT%TZ)
# the folder's name is the time of the backup: metrics.sh reads its age from it
key="mongodb/$(date -u -d "$started" +%Y/%m/%d/%H%M%S)"
target="s3://$BACKUPS_BUCKET/$key"
work=$(mktemp -d)
password=$(admin_password)
(umask 0077 && printf 'password: "%s"\n' "$password" >"$work/config")
encrypted=(--sse aws:kms --sse-kms-key-id "$BACKUP_KEY" --region "$REGION" --only-show-errors)
oplog=$(admin_shell "print(rs.status().members.find(m => m.self).optimeDate.toISOString())")
# no dump is larger than the data; S3 needs the size, as it accepts 10,000 parts at most
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
[ "$bytes" -gt 0 ] || fail "the dump is empty and does not count as a backup; see mongodump's messages above"
[[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "the dump has no checksum and does not count as a backup"
{
  printf '{"host": "%s", "key": "%s", ' "$chosen" "$key/dump.archive.gz"
  printf '"bytes": %s, "sha256": "%s", "oplog": "%s", ' "$bytes" "$sum" "$oplog"
  printf '"started": "%s", "finished": "%s"}\n' "$started" "$(date -u +%FT%TZ)"
} | aws s3 cp - "$target/manifest.json" "${encrypted[@]}"
# the backup is good even if its metrics fail: repeating it would not help
metric BackupSuccess 1 Count || say "could not report the success"
metric BackupBytes "$bytes" Bytes || say "could not report the size"
