#!/usr/bin/env bash
# Restores one backup over the running replica set: restore.sh KEY [CONFIRMATION]
# KEY is a backup's folder, like mongodb/2026/11/24/030000. A protected environment asks for
# <environment>-<yyyymmdd> of today as the confirmation. Collections of the backup replace those
# of the same name. RESTORE_BUCKET names another bucket than the set's own. Nothing is touched before
# the whole dump has been compared with its checksum.
#
# A dump with its oplog can be restored as a whole only (mongorestore refuses --oplogReplay with
# --nsExclude), users and their passwords of that day included. So the members' own user does it,
# which is in no dump, and afterwards the users are what the secrets say.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

key=${1:?usage: restore.sh KEY [CONFIRMATION]}
wanted="$ENVIRONMENT-$(date -u +%Y%m%d)"
# anything but a clear false is protected
if [ "${PROTECTED:-true}" != false ] && [ "${2:-}" != "$wanted" ]; then
  fail "$ENVIRONMENT is protected; say '$wanted' to restore over it"
fi
[[ $key =~ ^mongodb/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{6}$ ]] || fail "$key is no backup's folder"

folder="s3://${RESTORE_BUCKET:-$BACKUPS_BUCKET}/$key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
  aws s3 cp "$folder/$1" - --region "$REGION" --only-show-errors
}

wanted_sum=$(fetch manifest.json | sed -n 's/.*"sha256": "\([0-9a-f]\{64\}\)".*/\1/p')
[ -n "$wanted_sum" ] || fail "$folder has no manifest with a checksum: it is no backup"
sum=$(fetch dump.archive.gz | sha256sum | cut -d' ' -f1)
[ "$sum" = "$wanted_sum" ] ||
  fail "$folder/dump.archive.gz is not what its manifest says; nothing was touched, take another"

password=$(members_key)
(umask 0077 && printf 'password: "%s"\n' "$password" >"$work/config")
# Through the primary, wherever that is.
code=0
fetch dump.archive.gz |
  mongorestore --config "$work/config" --host "$(whole_set)" --username __system \
    --authenticationDatabase local --ssl --sslCAFile "$AUTHORITIES" \
    --drop --oplogReplay --gzip --archive || code=$?
# However far it came: half of it may be the backup's users.
script=$(cat "$here/restored.js")
MONGO_PASSWORD=$(secret "$ADMIN_SECRET")
export MONGO_PASSWORD
members_shell "$script" "$(whole_set)" ||
  fail "the users are the backup's; see the runbook of the database, 'Nobody can log in'"
[ "$code" = 0 ] ||
  fail "mongorestore ended with $code: the set holds a part of both; restore again, or another backup"
say "restored $key"
