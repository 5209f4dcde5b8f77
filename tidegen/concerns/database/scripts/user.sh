#!/usr/bin/env bash
# Keeps the users as their secrets say: follows the administrator's password when it has rotated,
# makes the services' user when its secret has been filled, and follows that one's password. The
# primary does it; the others end at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

primary=$(local_shell 'print(Boolean(db.hello().isWritablePrimary))')
if [ "$primary" != true ]; then exit 0; fi
APPLICATION=$(secret "$APPLICATION_SECRET")
export APPLICATION
admin_shell "$(cat "$here/user.js")"
