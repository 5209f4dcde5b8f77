#!/usr/bin/env bash
# Every five minutes: whether there is a primary, members in health, lag, age of the newest backup,
# fullness of the disk, and days that the certificate is still good for. What cannot be measured is not
# reported; the alarms of what matters take silence for trouble.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

MISSING=

# Reports one metric, whatever became of the others: measure NAME UNIT COMMAND
measure() {
  local value code
  # a function that is called in a condition would go on after its own failures
  set +e
  value=$(
    set -e
    "$3"
  )
  code=$?
  set -e
  if [ "$code" != 0 ] || ! metric "$1" "$value" "$2"; then MISSING="$MISSING $1"; fi
}

# Anybody may ask, so that it is known while nobody can log in.
has_primary() {
  local_shell 'print(db.hello().primary ? 1 : 0)'
}

members_healthy() {
  admin_shell "print(rs.status().members.filter(m => [1, 2].includes(m.state)).length)"
}

# Behind no primary there is no lag that could be called small.
lag() {
  admin_shell "
    const members = rs.status().members;
    const primary = members.find(m => m.state === 1);
    const self = members.find(m => m.self);
    if (!primary) throw new Error('the set has no primary');
    print(Math.max(0, (primary.optimeDate - self.optimeDate) / 1000))"
}

# Hours of work that no backup holds: a set that was just made cannot have lost more than its life.
unsaved_hours() {
  local age answer
  age=$(backup_age)
  if [ "$age" = $((OLDEST_DAYS * 24)) ]; then
    if answer=$(aws ssm get-parameter --name "$MARKER" --region "$REGION" \
      --query Parameter.LastModifiedDate --output text 2>&1); then
      answer=$(hours_since "$answer")
      age=$(printf '%s\n' "$age" "$answer" | sort -n | head -n 1)
    elif [[ $answer != *ParameterNotFound* ]]; then
      fail "cannot read $MARKER: $answer"
    fi
  fi
  echo "$age"
}

disk_used() {
  df --output=pcent "$DATA_DIR" | tail -n 1 | tr -dc 0-9
}

# Of the certificate in use, not of the file.
certificate_days() {
  local end
  end=$(served_certificate | openssl x509 -noout -enddate)
  echo $((($(date -u -d "${end#notAfter=}" +%s) - $(date -u +%s)) / 86400))
}

# A set in the making has no primary and no backup, and that is no trouble. A member that is cut off, or
# whose mongod is down, is another thing: it goes on.
self=$(member_host "$MEMBER")
if known=$(set_of "$self") && [ -z "$known" ]; then
  say "this member is in no set yet: there is nothing to measure"
  exit 0
fi
measure HasPrimary Count has_primary
measure MembersHealthy Count members_healthy
measure ReplicationLag Seconds lag
measure BackupAgeHours None unsaved_hours
measure DiskUsed Percent disk_used
measure CertificateDays Count certificate_days
[ -z "$MISSING" ] ||
  fail "could not report$MISSING (reasons above); 'systemctl status mongod' says whether mongod runs"
