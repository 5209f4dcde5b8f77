#!/usr/bin/env bash
# The daily backup: an encrypted dump with its oplog, a checksum and a manifest, from one healthy
# secondary. A dump without a manifest is no backup: the manifest is uploaded last, and the alarm watches
# the age of the newest manifest.
#
# Every member runs this once an hour. While a backup of the day exists, nothing happens; otherwise the
# first healthy secondary makes one, and a failed attempt is repeated in the next hour. A claim prevents a
# second dump while the order of the members changes. `backup.sh now` neither checks the age nor claims:
# a person requested it. During a restore nothing is backed up, and a dump in which one began is no backup:
# it has parts of both.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

#: With up to an hour until the next check and the time of the dump itself, well within a day.
DUE_HOURS=20
#: After that time, or twice as long as the newest backup took, a claim without a result belongs to a
#: member that died.
CLAIM_HOURS=4

exec 9>"${LOCK:-/run/mongo-backup.lock}"
if ! flock --nonblock 9; then
  say "a backup is already running on this member"
  exit 0
fi

claim="mongodb/$(date -u +%Y/%m/%d)/claim-$(date -u +%H)"

# Claims this hour's attempt, or leaves it to the member that has. A member is backing up while its claim
# is young and has no failure marker.
claim() {
  local last age answer hours
  hours=$(awk -v took="$(backup_hours)" -v least="$CLAIM_HOURS" \
    'BEGIN {hours = int(2 * took) + 1; print (hours > least) ? hours : least}')
  last=$(newest Key "contains(Key, '/claim-')")
  if [[ $last =~ ^mongodb/(.*)/claim-([0-9]{2})$ ]]; then
    age=$(hours_since "${BASH_REMATCH[1]//\//-}T${BASH_REMATCH[2]}:00:00Z")
    if [ "${age%.*}" -lt "$hours" ]; then
      say "another member is making the backup; see $last"
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
      say "could not release the claim: for at least $CLAIM_HOURS hours only 'backup.sh now' makes a backup"
  fi
  exit "$code"
}

restores=$(restore_marks)
restoring=$(unfinished_restore "$restores")
if [ -n "$restoring" ]; then
  [ "${1:-}" != now ] || fail "$restoring has not ended; repeat that restore first"
  say "backups pause: $restoring has not ended"
  exit 0
fi
if [ "${1:-}" != now ]; then
  age=$(backup_age STARTED)
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

mkfifo "$work/data" "$work/sum" "$work/size"
wc -c <"$work/data" >"$work/dumped" &
sha256sum <"$work/sum" >"$work/sha256" &
wc -c <"$work/size" >"$work/bytes" &
mongodump --config "$work/config" --host "$(member_host "$MEMBER")" --ssl \
  --sslCAFile "$AUTHORITIES" --username admin --authenticationDatabase admin \
  --readPreference secondary --oplog --archive |
  tee "$work/data" |
  nice -n 10 pigz |
  tee "$work/sum" "$work/size" |
  aws s3 cp - "$target/dump.archive.gz" --expected-size "$expected" "${encrypted[@]}"
wait

bytes=$(tr -dc 0-9 <"$work/bytes")
sum=$(cut -d' ' -f1 "$work/sha256")
# of nothing pigz makes a file
[ "$(tr -dc 0-9 <"$work/dumped")" -gt 0 ] || fail "the dump is empty and does not count as a backup; see mongodump's messages above"
[[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "the dump has no checksum and does not count as a backup"
# by the marks and not by their times: the clock of the member that restores may be another
since=$(restore_marks)
restored=$(comm -13 <(echo "$restores") <(echo "$since"))
if [ -n "$restored" ]; then
  fail "${restored%%$'\n'*} began during the dump, which therefore does not count as a backup"
fi
{
  printf '{"host": "%s", "key": "%s", ' "$chosen" "$key/dump.archive.gz"
  printf '"bytes": %s, "sha256": "%s", "oplog": "%s", ' "$bytes" "$sum" "$oplog"
  printf '"started": "%s", "finished": "%s"}\n' "$started" "$(date -u +%FT%TZ)"
} | aws s3 cp - "$target/manifest.json" "${encrypted[@]}"
# the backup is good even if its metrics fail: repeating it would not help
metric BackupSuccess 1 Count || say "could not report the success"
metric BackupBytes "$bytes" Bytes || say "could not report the size"
