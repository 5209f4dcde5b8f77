#!/usr/bin/env bash
# What the scripts share. Sourced, never run. A caller that is not a unit (Run Command, a person)
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
MONGODB_VERSION=8.0
DEVICE=${DEVICE:-/dev/sdf}
DATA_DIR=${DATA_DIR:-/var/lib/mongo}
#: Certificates of this member and of the set's authority.
TLS=${TLS:-${ETC:-/etc}/mongo.tls}
#: How often a loop tries, and the seconds between two tries.
ATTEMPTS=${ATTEMPTS:-120}
PAUSE=${PAUSE:-5}
export MEMBERS REPLICA_SET MONGODB_VERSION DEVICE DATA_DIR TLS

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

instance_id() {
  cat "${INSTANCE_ID_FILE:-/var/lib/cloud/data/instance-id}"
}

# The NVMe device behind the volume: Nitro ignores the name that was asked for.
data_device() {
  echo "${DEVICES:-/dev/disk/by-id}/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}"
}

secret() {
  aws secretsmanager get-secret-value --secret-id "$1" --region "$REGION" \
    --query SecretString --output text
}

member_host() {
  echo "mongo-$1.$PRIVATE_DOMAIN"
}

# Runs JavaScript without logging in: local_shell SCRIPT [HOST]
local_shell() {
  mongosh --quiet --norc --host "${2:-localhost}" --eval "$1"
}

# Runs JavaScript as the administrator on this member. The password goes in by the environment:
# arguments can be seen by every process.
admin_shell() {
  local password
  password=$(secret "$ADMIN_SECRET")
  MONGO_PASSWORD=$password local_shell \
    "db.getSiblingDB('admin').auth('admin', process.env.MONGO_PASSWORD); $1"
}

# A metric of this member, and the same without dimension for the alarms: metric NAME VALUE UNIT
metric() {
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$PROJECT/$ENVIRONMENT/mongo" \
    --metric-data "MetricName=$1,Value=$2,Unit=$3" \
    "MetricName=$1,Value=$2,Unit=$3,Dimensions=[{Name=Member,Value=$MEMBER}]"
}
