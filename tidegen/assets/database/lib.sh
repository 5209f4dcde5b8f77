#!/usr/bin/env bash
# What the scripts share. Sourced, never run.

DEVICE=${DEVICE:-/dev/sdf}
DATA_DIR=${DATA_DIR:-/var/lib/mongo}
KEYFILE=${KEYFILE:-/etc/mongo.keyfile}
MONGODB_VERSION=${MONGODB_VERSION:-8.0}
REPLICA_SET=${REPLICA_SET:-tidepool}
EXPORTED='PROJECT|ENVIRONMENT|PROTECTED|REGION|STACK|MEMBER|VOLUME_ID|PRIVATE_DOMAIN|BACKUPS_BUCKET'
EXPORTED="$EXPORTED|BACKUP_KEY|ADMIN_SECRET"
export DEVICE DATA_DIR KEYFILE MONGODB_VERSION REPLICA_SET EXPORTED

instance_id() {
  local token
  token=$(curl -sSf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' \
    http://169.254.169.254/latest/api/token)
  curl -sSf -H "X-aws-ec2-metadata-token: $token" \
    http://169.254.169.254/latest/meta-data/instance-id
}

# The NVMe device behind the volume: Nitro ignores the name that was asked for.
data_device() {
  echo "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}"
}

secret() {
  aws secretsmanager get-secret-value --secret-id "$1" --region "$REGION" \
    --query SecretString --output text
}

member_host() {
  echo "mongo-$1.$PRIVATE_DOMAIN"
}

# Runs JavaScript as the administrator. The password goes in by the environment, never by argument.
admin_shell() {
  local host=$1 script=$2
  MONGO_PASSWORD=$(secret "$ADMIN_SECRET") mongosh --quiet --host "$host" \
    --eval "db.getSiblingDB('admin').auth('admin', process.env.MONGO_PASSWORD); $script"
}

metric() {
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$PROJECT/$ENVIRONMENT/mongo" \
    --metric-name "$1" --value "$2" --unit "$3" --dimensions "Member=$MEMBER"
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$PROJECT/$ENVIRONMENT/mongo" \
    --metric-name "$1" --value "$2" --unit "$3"
}
