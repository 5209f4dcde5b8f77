#!/usr/bin/env bash
# Adds this member to the replica set, and succeeds only when it is a healthy member. A member that knows
# its set from its volume asks no other member: it rejoins whether or not the others run.
#
# The set is initiated once in the life of its stack. Members start one after the other, so
# the last one is the first that can see all three: it alone initiates, and only where none of them
# knows a set and no member has claimed the initiation. The claim is a parameter that is written before
# anything else, by a call that fails if it exists; it contains the claimant's volume, so that an
# interrupted boot resumes its own claim, and no other member's.
#
# Volumes may also come from recovery points, of this environment or of a lost region. Their set continues as
# it was, with the passwords of its day. The last member sets the users to what the secrets contain, once:
# where the administrator cannot log in, and the claim names no volume that this member has.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

answers() {
  local_shell 'db.hello().ok' "$1" >/dev/null 2>&1
}

# The volume that claimed the initiation, empty if none. Any answer other than "no such parameter" is an
# error, and never taken for a missing claim.
claimant() {
  local answer
  if answer=$(aws ssm get-parameter --name "$MARKER" --region "$REGION" \
    --query Parameter.Value --output text 2>&1); then
    echo "$answer"
  elif [[ $answer != *ParameterNotFound* ]]; then
    fail "cannot read $MARKER: $answer"
  fi
}

# The names of the sets that the members are in; waits for each member. Empty if no member has a set.
sets() {
  local number host
  for number in $(seq "$MEMBERS"); do
    host=$(member_host "$number")
    until_true "$host, to know whether a set exists" answers "$host"
    set_of "$host"
  done
}

claim() {
  aws ssm put-parameter --name "$MARKER" --type String --value "$VOLUME_ID" \
    --no-overwrite --region "$REGION" >/dev/null
}

# Alone first, so that this member is primary and may create the administrator.
initiate() {
  local_shell "rs.initiate({_id: '$REPLICA_SET', members: [
    {_id: $MEMBER, host: '$(member_host "$MEMBER"):27017'}]})"
}

# Adds the administrator and the other members; skips each step that is done already.
complete() {
  local others='' number
  for number in $(seq $((MEMBERS - 1))); do
    others="$others,{\"_id\": $number, \"host\": \"$(member_host "$number"):27017\"}"
  done
  OTHERS="[${others#,}]" login_shell "$(cat "$here/initiate.js")"
}

# A member with a blank volume learns its set from the others within seconds.
is_member() {
  [ -n "$(set_of "$(member_host "$MEMBER")")" ]
}

is_healthy() {
  local state
  state=$(local_shell 'const h = db.hello(); print(Boolean(h.isWritablePrimary || h.secondary))')
  [ "$state" = true ]
}

# Initiates the set, unless another member has one: begin OWNER, the volume that claimed it, if any.
begin() {
  local others
  others=$(sets)
  if [ -n "$others" ]; then return; fi
  [ -n "$1" ] || claim
  initiate
}

has_primary() {
  [ "$(local_shell 'print(Boolean(db.hello().primary))')" = true ]
}

# Makes a restored set this stack's own: only the members' key, which no volume contains, is accepted.
adopt() {
  local script
  say "the volumes were restored: setting the users to what the secrets contain"
  until_true "the restored set to have a primary" has_primary
  script=$(cat "$here/restored.js")
  MONGO_PASSWORD=$(secret "$ADMIN_SECRET")
  export MONGO_PASSWORD
  members_shell "$script" "$(whole_set)"
  aws ssm put-parameter --name "$MARKER" --type String --value "$VOLUME_ID" \
    --overwrite --region "$REGION" >/dev/null
}

# Adopts the set that this member's volume knows, if it is a restored one. Only a refused password shows
# that: any other error is one.
adopt_restored() {
  local refusal owner
  refusal=$(login_shell "print(accepted ? '' : refusal)")
  if [[ $refusal != *'Authentication failed'* ]]; then return; fi
  owner=$(claimant)
  if [ "$owner" != "$VOLUME_ID" ]; then adopt; fi
}

main() {
  local known owner self
  self=$(member_host "$MEMBER")
  until_true "this member's mongod; see /var/log/mongodb/mongod.log" answers "$self"
  known=$(set_of "$self")
  if [ -z "$known" ]; then
    owner=$(claimant)
    if [ -z "$owner" ] && [ "$MEMBER" != "$MEMBERS" ]; then
      say "waiting for member $MEMBERS to initiate the set"
      return
    fi
    if [ -z "$owner" ] || [ "$owner" = "$VOLUME_ID" ]; then begin "$owner"; fi
  fi
  until_true "the set to know this member; compare rs.conf() on the primary" is_member
  patiently "this member to catch up with the set; rs.status() on the primary shows its progress" \
    is_healthy
  if [ "$MEMBER" = "$MEMBERS" ]; then
    if [ -n "$known" ]; then adopt_restored; fi
    complete
  fi
}

main "$@"
