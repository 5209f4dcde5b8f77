#!/usr/bin/env bash
# Restores one backup over the running replica set: restore.sh KEY [CONFIRMATION]
# KEY is a backup's folder, like mongodb/2026/11/24/030000. A protected environment requires
# <environment>-<yyyymmdd> of today as the confirmation. Collections of the backup replace those
# of the same name. RESTORE_BUCKET gives another bucket than the set's own. Nothing is changed before
# the checksum of the whole dump has been verified. Backups pause from then until a restore has succeeded.
#
# Decompression is a process of its own, and several workers insert into each collection: both are one
# thread otherwise. Writes wait for the primary only; the last one, of the administrator's password, waits
# for the majority, and so for all before it.
#
# A dump with its oplog can be restored as a whole only (mongorestore refuses --oplogReplay with
# --nsExclude), including users and their passwords of that day. So the members' own user restores it,
# which is in no dump, and afterwards the users are set to what the secrets contain.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

WORKERS=8
key=${1:?usage: restore.sh KEY [CONFIRMATION]}
wanted="$ENVIRONMENT-$(date -u +%Y%m%d)"
# anything other than false is protected
if [ "${PROTECTED:-true}" != false ] && [ "${2:-}" != "$wanted" ]; then
  fail "$ENVIRONMENT is protected; give '$wanted' as the confirmation to restore over it"
fi
[[ $key =~ ^mongodb/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{6}$ ]] || fail "$key is not the folder of a backup"

folder="s3://${RESTORE_BUCKET:-$BACKUPS_BUCKET}/$key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
  aws s3 cp "$folder/$1" - --region "$REGION" --only-show-errors
}

wanted_sum=$(fetch manifest.json | sed -n 's/.*"sha256": "\([0-9a-f]\{64\}\)".*/\1/p')
[ -n "$wanted_sum" ] || fail "$folder has no manifest with a checksum, so it is no backup"
sum=$(fetch dump.archive.gz | sha256sum | cut -d' ' -f1)
[ "$sum" = "$wanted_sum" ] ||
  fail "$folder/dump.archive.gz does not match its manifest; nothing was changed, choose another backup"

password=$(members_key)
(umask 0077 && printf 'password: "%s"\n' "$password" >"$work/config")
begin_restore
# Through the primary, whichever member that is.
code=0
fetch dump.archive.gz |
  pigz --decompress --stdout |
  mongorestore --config "$work/config" --host "$(whole_set)" --username __system \
    --authenticationDatabase local --ssl --sslCAFile "$AUTHORITIES" \
    --numInsertionWorkersPerCollection "$WORKERS" --writeConcern '{w: 1}' \
    --drop --oplogReplay --archive || code=$?
# Even after a failure: the backup's users may be restored already.
script=$(cat "$here/restored.js")
MONGO_PASSWORD=$(secret "$ADMIN_SECRET")
export MONGO_PASSWORD
members_shell "$script" "$(whole_set)" ||
  fail "the users are those of the backup; see the runbook of the database, 'Nobody can log in'"
[ "$code" = 0 ] ||
  fail "mongorestore exited with $code: the set has parts of both; restore this backup again, or another one"
end_restore || fail "restored $key, but backups still pause: run '. /opt/mongo/lib.sh && end_restore'"
say "restored $key"
