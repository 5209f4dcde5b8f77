#!/usr/bin/env bash
# The daily backup: an encrypted dump with its oplog, a checksum and a manifest, from one healthy
# secondary. A dump without a manifest is no backup: the manifest goes up last, and the age of the newest
# manifest is what the alarm watches.
#
# Every member runs this once an hour. While there is a backup of the day, nobody does anything; then the
# first healthy secondary does it, and the next hour tries again what this one missed. A claim keeps a
# second member from it while the set changes its mind about who comes first. `backup.sh now` neither
# looks at the age nor claims: somebody asked for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

#: With up to an hour until the next look and the time of the dump itself, well within a day.
DUE_HOURS=20
#: After that time a claim without a word is of a member that died.
CLAIM_HOURS=4

exec 9>"${LOCK:-/run/mongo-backup.lock}"
if ! flock --nonblock 9; then
  say "a backup runs here already"
  exit 0
fi

encrypt=(--server-side-encryption aws:kms --ssekms-key-id "$BACKUP_KEY")
claim="mongodb/$(date -u +%Y/%m/%d)/claim-$(date -u +%H)"

# An object that can be made once: put_once KEY
put_once() {
  aws s3api put-object --bucket "$BACKUPS_BUCKET" --key "$1" --if-none-match '*' \
    --checksum-algorithm SHA256 "${encrypt[@]}" --region "$REGION"
}

# Claims this hour's attempt, or leaves it to whoever has. A member is at it while its claim is young and
# no failure is written beside it.
claim() {
  local newest age answer
  newest=$(newest_key "contains(Key, '/claim-')")
  if [[ $newest =~ ^mongodb/(.*)/claim-([0-9]{2})$ ]]; then
    age=$(hours_since "${BASH_REMATCH[1]//\//-}T${BASH_REMATCH[2]}:00:00Z")
    if [ "${age%.*}" -lt "$CLAIM_HOURS" ]; then
      say "another member does it; see $newest"
      exit 0
    fi
  fi
  if ! answer=$(put_once "$claim" 2>&1); then
    case $answer in
      *PreconditionFailed* | *ConditionalRequestConflict*)
        say "another attempt was made in this hour; 'backup.sh now' asks for one all the same"
        exit 0
        ;;
      *) fail "cannot claim the backup: $answer" ;;
    esac
  fi
  trap release EXIT
}

# A failure is written beside the claim, so that the next hour tries again.
release() {
  local code=$?
  rm -rf "${work:-}"
  if [ "$code" != 0 ]; then
    say "this backup failed; the next hour tries again, on whichever secondary comes first then"
    put_once "$claim-failed" >/dev/null ||
      say "could not give the claim back: for $CLAIM_HOURS hours nobody tries but 'backup.sh now'"
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
  say "$chosen does it"
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
[ "$bytes" -gt 0 ] || fail "the dump is empty, see what mongodump says above; it counts for nothing"
[[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "the dump has no checksum; it counts for nothing"
{
  printf '{"host": "%s", "key": "%s", ' "$chosen" "$key/dump.archive.gz"
  printf '"bytes": %s, "sha256": "%s", "oplog": "%s", ' "$bytes" "$sum" "$oplog"
  printf '"started": "%s", "finished": "%s"}\n' "$started" "$(date -u +%FT%TZ)"
} | aws s3 cp - "$target/manifest.json" "${encrypted[@]}"
# the backup is good whatever becomes of its metrics: making it again would help nobody
metric BackupSuccess 1 Count || say "could not report the success"
metric BackupBytes "$bytes" Bytes || say "could not report the size"
