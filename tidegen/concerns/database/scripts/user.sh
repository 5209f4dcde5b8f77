#!/usr/bin/env bash
# Sets the users to what their secrets contain: updates the administrator's password when it has rotated,
# creates the services' user when its secret has been filled, and updates that user's password. The
# primary does it; the others exit at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

primary=$(local_shell 'print(Boolean(db.hello().isWritablePrimary))')
if [ "$primary" != true ]; then exit 0; fi
APPLICATION=$(secret "$APPLICATION_SECRET")
export APPLICATION
admin_shell "$(cat "$here/user.js")"
