#!/usr/bin/env bash
# Watches for the termination of this instance: hands the primary's role over, stops mongod, releases the
# volume, and lets Auto Scaling continue. Source of the state: AWS docs, "Retrieve the
# target lifecycle state through instance metadata".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

METADATA=http://169.254.169.254/latest
#: Name in the template.
HOOK=hand-over

is_ending() {
  local token
  token=$(curl -sSf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$METADATA/api/token") &&
    [ "$(curl -sSf -H "X-aws-ec2-metadata-token: $token" \
      "$METADATA/meta-data/autoscaling/target-lifecycle-state")" = Terminated ]
}

hand_over() {
  # a secondary refuses to step down, which is fine
  admin_shell 'if (db.hello().isWritablePrimary) { rs.stepDown(120, 60); }' ||
    say "could not step down; the others elect a primary automatically"
  systemctl stop mongod
  sync
  umount "$DATA_DIR"
}

finish() {
  local instance group
  instance=$(instance_id)
  group=$(aws autoscaling describe-auto-scaling-instances --instance-ids "$instance" \
    --region "$REGION" --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text)
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$group" \
    --lifecycle-hook-name "$HOOK" --instance-id "$instance" \
    --lifecycle-action-result CONTINUE --region "$REGION"
}

until is_ending; do sleep "$PAUSE"; done
hand_over || say "did not stop cleanly; the journal repairs the data"
finish
