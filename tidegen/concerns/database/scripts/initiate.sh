#!/usr/bin/env bash
# Brings this member into the replica set, and ends well only when it is a healthy part of it. A member
# that knows its set from its volume asks nobody: it comes back whether or not the others are there.
#
# The set is initiated once in the life of its stack. Members start one after the other, so
# the last one is the first that can see all three: it alone initiates, and only where none of them
# knows a set and nobody has claimed the initiation. The claim is a parameter that is written before
# anything else, by a call that fails where somebody was faster; it names the claimant's volume, so
# that a boot that ended half way takes up its own claim, and nobody else's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

answers() {
  local_shell 'db.hello().ok' "$1" >/dev/null 2>&1
}

# The volume that claimed the initiation, empty if none. Anything but "there is no such parameter"
# is an error, and never taken for a free way.
claimant() {
  local answer
  if answer=$(aws ssm get-parameter --name "$MARKER" --region "$REGION" \
    --query Parameter.Value --output text 2>&1); then
    echo "$answer"
  elif [[ $answer != *ParameterNotFound* ]]; then
    fail "cannot read $MARKER: $answer"
  fi
}

# The names of the sets that the members are in, each waited for: empty if nobody knows a set.
sets() {
  local number host
  for number in $(seq "$MEMBERS"); do
    host=$(member_host "$number")
    until_true "$host, without which nobody knows whether there is a set" answers "$host"
    set_of "$host"
  done
}

claim() {
  aws ssm put-parameter --name "$MARKER" --type String --value "$VOLUME_ID" \
    --no-overwrite --region "$REGION" >/dev/null
}

# Alone first, so that this member is primary and may make the administrator.
initiate() {
  local_shell "rs.initiate({_id: '$REPLICA_SET', members: [
    {_id: $MEMBER, host: '$(member_host "$MEMBER"):27017'}]})"
}

# Administrator and other members; looks at each step whether it was done before.
complete() {
  local others='' number
  for number in $(seq $((MEMBERS - 1))); do
    others="$others,{\"_id\": $number, \"host\": \"$(member_host "$number"):27017\"}"
  done
  OTHERS="[${others#,}]" login_shell "$(cat "$here/initiate.js")"
}

# The others tell a member with a blank volume within seconds that it is one of them.
is_member() {
  [ -n "$(set_of "$(member_host "$MEMBER")")" ]
}

is_healthy() {
  local state
  state=$(local_shell 'const h = db.hello(); print(Boolean(h.isWritablePrimary || h.secondary))')
  [ "$state" = true ]
}

# Makes the set, unless another member knows one: begin OWNER, the volume that claimed it, if any.
begin() {
  local others
  others=$(sets)
  if [ -n "$others" ]; then return; fi
  [ -n "$1" ] || claim
  initiate
}

main() {
  local known owner self
  self=$(member_host "$MEMBER")
  until_true "this member's mongod; see /var/log/mongodb/mongod.log" answers "$self"
  known=$(set_of "$self")
  if [ -z "$known" ]; then
    owner=$(claimant)
    if [ -z "$owner" ] && [ "$MEMBER" != "$MEMBERS" ]; then
      say "waits for member $MEMBERS to initiate the set"
      return
    fi
    if [ -z "$owner" ] || [ "$owner" = "$VOLUME_ID" ]; then begin "$owner"; fi
  fi
  until_true "the set to know this member; compare rs.conf() on the primary" is_member
  patiently "this member to catch up with the set; rs.status() on the primary says how far it is" \
    is_healthy
  if [ "$MEMBER" = "$MEMBERS" ]; then complete; fi
}

main "$@"
