#!/usr/bin/env bash
# Keeps the services' user as their secret says: makes it when the secret has been filled, and
# follows a new password. The primary does it; the others end at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

primary=$(local_shell 'print(Boolean(db.hello().isWritablePrimary))')
if [ "$primary" != true ]; then exit 0; fi
APPLICATION=$(secret "$APPLICATION_SECRET")
export APPLICATION
admin_shell "$(cat "$here/user.js")"
