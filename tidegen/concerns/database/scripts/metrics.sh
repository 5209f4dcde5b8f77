#!/usr/bin/env bash
# Reports every five minutes: whether a primary exists, healthy members, lag, age of the newest backup,
# used part of the disk, and remaining days of the certificate. A value that cannot be measured is not
# reported; the critical alarms treat missing data as breaching.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

MISSING=

# Reports one metric, independent of the others: measure NAME UNIT COMMAND
measure() {
  local value code
  # a function that is called in a condition would continue after its own failures
  set +e
  value=$(
    set -e
    "$3"
  )
  code=$?
  set -e
  if [ "$code" != 0 ] || ! metric "$1" "$value" "$2"; then MISSING="$MISSING $1"; fi
}

# Needs no login, so that it is known while login is impossible.
has_primary() {
  local_shell 'print(db.hello().primary ? 1 : 0)'
}

members_healthy() {
  admin_shell "print(rs.status().members.filter(m => [1, 2].includes(m.state)).length)"
}

# Without a primary no lag can be called small.
lag() {
  admin_shell "
    const members = rs.status().members;
    const primary = members.find(m => m.state === 1);
    const self = members.find(m => m.self);
    if (!primary) throw new Error('the set has no primary');
    print(Math.max(0, (primary.optimeDate - self.optimeDate) / 1000))"
}

# Hours without a completed backup, however long each takes; of a new set, at most its lifetime.
unsaved_hours() {
  local age answer
  age=$(backup_age FINISHED)
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

# A set that is being initiated has no primary and no backup, which is normal. Members that are
# disconnected, or whose mongod is down, still report.
self=$(member_host "$MEMBER")
if known=$(set_of "$self") && [ -z "$known" ]; then
  say "this member is in no set yet; nothing to measure"
  exit 0
fi
measure HasPrimary Count has_primary
measure MembersHealthy Count members_healthy
measure ReplicationLag Seconds lag
measure BackupAgeHours None unsaved_hours
measure DiskUsed Percent disk_used
measure CertificateDays Count certificate_days
[ -z "$MISSING" ] ||
  fail "could not report$MISSING (reasons above); run 'systemctl status mongod' to see whether mongod runs"
