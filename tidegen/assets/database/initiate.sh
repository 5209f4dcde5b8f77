#!/usr/bin/env bash
# Initiates the replica set exactly once in the life of the environment: by member 1, and only
# while the marker parameter is absent. The marker is written first: a second initiation could
# split the set, a missing one is repaired by hand.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"
marker="/$PROJECT/$ENVIRONMENT/mongo/initiated"

[ "$MEMBER" = 1 ] || exit 0
if aws ssm get-parameter --name "$marker" --region "$REGION" >/dev/null 2>&1; then exit 0; fi

# put-parameter without --overwrite fails where somebody was faster
aws ssm put-parameter --name "$marker" --type String --value "$(date -u +%FT%TZ)" --region "$REGION"
members=""
for number in 1 2 3; do
  members="$members{_id: $number, host: '$(member_host "$number"):27017'},"
done
for _ in $(seq 60); do
  if mongosh --quiet --eval 'db.hello()' >/dev/null 2>&1; then break; fi
  sleep 5
done
mongosh --quiet --eval "rs.initiate({_id: '$REPLICA_SET', members: [$members]})"
MONGO_PASSWORD=$(secret "$ADMIN_SECRET") mongosh --quiet --eval "
  while (!db.hello().isWritablePrimary) { sleep(1000); }
  db.getSiblingDB('admin').createUser(
    {user: 'admin', pwd: process.env.MONGO_PASSWORD, roles: ['root']})"
