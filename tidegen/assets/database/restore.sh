#!/usr/bin/env bash
# Restores one backup over the running replica set: restore.sh KEY [CONFIRMATION]
# KEY is a backup's folder, like mongodb/2026/11/24/030000. A protected environment asks for
# <environment>-<yyyymmdd> of today as the confirmation. Collections of the backup replace those
# of the same name, but for users and roles, which stay this set's own. RESTORE_BUCKET names another
# bucket than the set's own. Nothing is touched before the whole dump has been compared with its
# checksum.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
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
[ "$sum" = "$wanted_sum" ] || fail "$folder/dump.archive.gz is not what its manifest says"

(umask 0077 && printf 'password: "%s"\n' "$(admin_password)" >"$work/config")
# Through the primary, wherever that is. Users stay what they are: their passwords are this
# environment's secrets of today, not what they were, or another environment's.
hosts=$(for number in $(seq "$MEMBERS"); do printf '%s:27017,' "$(member_host "$number")"; done)
fetch dump.archive.gz |
  mongorestore --config "$work/config" --host "$REPLICA_SET/${hosts%,}" --username admin \
    --authenticationDatabase admin --ssl --sslCAFile "$AUTHORITIES" \
    --nsExclude 'admin.system.*' --drop --oplogReplay --gzip --archive
say "restored $key"
