#!/usr/bin/env bash
# Functions that the scripts share. Sourced, never run. A caller that is not a unit (Run Command, a person)
# gets the member's settings from the file that the boot wrote.

# a failure inside $(...) is a failure, not an empty answer
shopt -s inherit_errexit

ENV_FILE=${ENV_FILE:-/etc/mongo.env}
if [ -z "${MEMBER:-}" ] && [ -r "$ENV_FILE" ]; then
  set -a
  # shellcheck source=/dev/null
  . "$ENV_FILE"
  set +a
fi

MEMBERS=3
REPLICA_SET=tidepool
DEVICE=${DEVICE:-/dev/sdf}
DATA_DIR=${DATA_DIR:-/var/lib/mongo}
#: This member's key and certificate, member.pem.
TLS=${TLS:-${ETC:-/etc}/mongo.tls}
#: Its content authenticates the members to each other.
KEYFILE=${KEYFILE:-${ETC:-/etc}/mongo.keyfile}
#: The authorities that the system trusts; Amazon's, which certify the members, are among them.
AUTHORITIES=${AUTHORITIES:-/etc/pki/tls/cert.pem}
#: Created when the set is initiated. By the stack's name, which is never used again: a stack that was
#: rolled back leaves it behind, which must not prevent the next stack from initiating its own set.
MARKER=/$PROJECT/$ENVIRONMENT/mongo/$STACK/initiated
#: Age in hours reported for all older backups; only this much of the bucket is listed.
OLDEST_DAYS=3
#: How often a loop tries, and the seconds between two tries.
ATTEMPTS=${ATTEMPTS:-120}
PAUSE=${PAUSE:-5}
#: Seconds that one step of a boot may take while CloudFormation waits for it (an hour, in all).
PATIENCE=${PATIENCE:-2400}
export MEMBERS REPLICA_SET DEVICE DATA_DIR TLS KEYFILE AUTHORITIES MARKER

say() {
  echo "${0##*/}: $*" >&2
}

fail() {
  say "$@"
  exit 1
}

# Waits until a command succeeds: until_true WHAT COMMAND [ARGUMENT...]
until_true() {
  local what=$1
  shift
  for _ in $(seq "$ATTEMPTS"); do
    if "$@"; then return; fi
    sleep "$PAUSE"
  done
  fail "gave up waiting for $what"
}

# Whether CloudFormation waits for a signal from this member, because it is creating or replacing it.
# Where it does not answer, it counts as waiting.
is_awaited() {
  local status
  status=$(aws cloudformation describe-stack-resource --stack-name "$STACK" --region "$REGION" \
    --logical-resource-id "Member${MEMBER}Group" \
    --query StackResourceDetail.ResourceStatus --output text) || return 0
  [[ $status == *_IN_PROGRESS ]]
}

# Waits until a command succeeds that may take hours: forever, but only for $PATIENCE where CloudFormation
# waits too: patiently WHAT COMMAND [ARGUMENT...]
patiently() {
  local what=$1 since=$SECONDS
  shift
  until "$@"; do
    if [ $((SECONDS - since)) -ge "$PATIENCE" ]; then
      if is_awaited; then fail "gave up waiting for $what: CloudFormation waits for an hour only"; fi
      say "still waiting for $what"
      since=$SECONDS
    fi
    sleep "$PAUSE"
  done
}

instance_id() {
  cat "${INSTANCE_ID_FILE:-/var/lib/cloud/data/instance-id}"
}

# The NVMe device of the volume: Nitro ignores the requested name.
data_device() {
  echo "${DEVICES:-/dev/disk/by-id}/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}"
}

# A secret's value: secret ID [STAGE]
secret() {
  aws secretsmanager get-secret-value --secret-id "$1" --version-stage "${2:-AWSCURRENT}" \
    --region "$REGION" --query SecretString --output text
}

# The value before the last rotation, empty if none.
secret_before() {
  local answer
  if answer=$(secret "$1" AWSPREVIOUS 2>&1); then
    echo "$answer"
  elif [[ $answer != *ResourceNotFoundException* ]]; then
    fail "cannot read the previous value of $1: $answer"
  fi
}

member_host() {
  echo "mongo-$1.$PRIVATE_DOMAIN"
}

# All members, from which tools and the shell find the primary.
whole_set() {
  local hosts
  hosts=$(for number in $(seq "$MEMBERS"); do printf '%s:27017,' "$(member_host "$number")"; done)
  echo "$REPLICA_SET/${hosts%,}"
}

# Runs JavaScript without logging in: local_shell SCRIPT [HOST]. By name, as the certificate does not
# contain "localhost"; this member's own name resolves to the loopback (see bootstrap.sh).
local_shell() {
  mongosh --quiet --norc --tls --tlsCAFile "$AUTHORITIES" --host "${2:-$(member_host "$MEMBER")}" \
    --eval "$1"
}

# The name of the set that a member is in, empty if in none. Needs no login.
set_of() {
  local_shell "print(db.hello().setName || '')" "$1"
}

# Runs JavaScript that has logged in as the administrator, or tried to (see login.js). Passwords are
# passed in the environment: every process can see arguments.
login_shell() {
  local password before script
  password=$(secret "$ADMIN_SECRET")
  before=$(secret_before "$ADMIN_SECRET")
  script=$(cat "$(dirname "${BASH_SOURCE[0]}")/login.js")
  MONGO_PASSWORD=$password MONGO_PASSWORD_BEFORE=$before local_shell "$script $1"
}

# Runs JavaScript as the administrator on this member, which may have no users while it catches up.
admin_shell() {
  local advice="see the runbook of the database, 'Nobody can log in'"
  login_shell "if (!accepted) {
    throw new Error(\`the administrator cannot log in: \${refusal}; unless this member catches up, $advice\`);
  }
  $1"
}

# The key of the members' own user; during a change of keys there are two, of which the first.
members_key() {
  if grep -q '^- ' "$KEYFILE"; then
    sed -n '1s/^- *//p' "$KEYFILE"
  else
    tr -d '[:space:]' <"$KEYFILE"
  fi
}

# Runs JavaScript as the members' own user, which no password of the set can lock out:
# members_shell SCRIPT [HOST]
members_shell() {
  local key
  key=$(members_key)
  MEMBERS_KEY=$key local_shell \
    "db.getSiblingDB('local').auth('__system', process.env.MEMBERS_KEY); $1" "${2:-}"
}

# The password that the set accepts at the moment.
admin_password() {
  admin_shell 'print(accepted)'
}

# The certificate that this member's mongod presents.
served_certificate() {
  local host
  host=$(member_host "$MEMBER")
  openssl s_client -connect "$host:27017" -servername "$host" </dev/null 2>/dev/null | openssl x509
}

# A metric of this member, and the same without dimension for the alarms: metric NAME VALUE UNIT
metric() {
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$PROJECT/$ENVIRONMENT/mongo" \
    --metric-data "MetricName=$1,Value=$2,Unit=$3" \
    "MetricName=$1,Value=$2,Unit=$3,Dimensions=[{Name=Member,Value=$MEMBER}]"
}

# Hours from a time until another, or until now: hours_since TIME [END]
hours_since() {
  local end start
  end=$(if [ -n "${2:-}" ]; then date -d "$2" +%s; else date +%s; fi)
  start=$(date -d "$1" +%s)
  awk -v seconds=$((end - start)) 'BEGIN {printf "%.2f\n", seconds / 3600}'
}

# What a query finds in the recent objects next to the backups, or "None": recent QUERY
recent() {
  local since
  since=$(($(date +%s) - OLDEST_DAYS * 86400))
  aws s3api list-objects-v2 --bucket "$BACKUPS_BUCKET" --prefix mongodb/ \
    --start-after "mongodb/$(date -u -d "@$since" +%Y/%m/%d/)" --region "$REGION" \
    --query "$1" --output text
}

# A field of the last recent object for which a condition holds, or "None": newest FIELD CONDITION
newest() {
  recent "Contents[?$2] | [-1].$1"
}

# Sets STARTED and FINISHED of the newest backup, empty if there is none. Its key is the time when it
# started; its manifest, the last object, was written when it was complete.
find_backup() {
  local answer key day='([0-9]{4})/([0-9]{2})/([0-9]{2})'
  answer=$(newest '[Key,LastModified]' "ends_with(Key, '/manifest.json')")
  read -r key FINISHED <<<"$answer"
  if [[ $key =~ ^mongodb/$day/([0-9]{2})([0-9]{2})([0-9]{2})/ ]]; then
    STARTED=$(printf '%s-%s-%sT%s:%s:%sZ' "${BASH_REMATCH[@]:1}")
  else
    STARTED='' FINISHED=''
  fi
}

# Hours since a time of the newest backup: backup_age STARTED|FINISHED
backup_age() {
  find_backup
  if [ -n "${!1}" ]; then hours_since "${!1}"; else echo $((OLDEST_DAYS * 24)); fi
}

# Hours that the newest backup took, 0 if there is none.
backup_hours() {
  find_backup
  if [ -n "$STARTED" ]; then hours_since "$STARTED" "$FINISHED"; else echo 0; fi
}

# Creates an object next to the backups, unless it exists: put_once KEY
put_once() {
  aws s3api put-object --bucket "$BACKUPS_BUCKET" --key "$1" --if-none-match '*' \
    --checksum-algorithm SHA256 --server-side-encryption aws:kms --ssekms-key-id "$BACKUP_KEY" \
    --region "$REGION"
}

# A restore leaves one object next to the backups when it begins and another when it ends: every member
# can list them. A name sorts by its time.
restore_mark() {
  date -u -d "$1" +mongodb/%Y/%m/%d/restore-%H%M%S
}

# The marks of all recent restores, a line each.
restore_marks() {
  local marks
  marks=$(recent "Contents[?contains(Key, '/restore-')].Key")
  [ "$marks" = None ] || tr -s '[:space:]' '\n' <<<"$marks" | LC_ALL=C sort
}

# The restore that has begun and not ended, empty if none: unfinished_restore [MARKS]. While it lasts, the
# set has parts of both.
unfinished_restore() {
  local marks
  marks=${1-$(restore_marks)}
  case $marks in
    *-ended) ;;
    *) tail -n 1 <<<"$marks" ;;
  esac
}

begin_restore() {
  put_once "$(restore_mark now)" >/dev/null ||
    fail "cannot tell the other members to pause their backups; nothing was changed"
}

end_restore() {
  local mark
  mark=$(unfinished_restore)
  [ -z "$mark" ] || put_once "$mark-ended" >/dev/null
}
