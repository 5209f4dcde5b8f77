#!/usr/bin/env bash
# Makes this instance its member of the replica set: own volume, own address, mongod, timers.
# Runs at every boot of a fresh instance; everything here may run twice.
# In: MEMBER, VOLUME_ID, INTERFACE_ID, PRIVATE_DOMAIN, ... as the loader exports them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

finish() {
  local code=$?
  cfn-signal --exit-code "$code" --stack "$STACK" --resource "Member${MEMBER}Group" \
    --region "$REGION" || true
  exit "$code"
}
trap finish EXIT

attach_volume() {
  local instance=$1 state
  state=$(aws ec2 describe-volumes --volume-ids "$VOLUME_ID" --region "$REGION" \
    --query 'Volumes[0].Attachments[0].InstanceId' --output text)
  if [ "$state" = "$instance" ]; then return; fi
  aws ec2 wait volume-available --volume-ids "$VOLUME_ID" --region "$REGION"
  aws ec2 attach-volume --volume-id "$VOLUME_ID" --instance-id "$instance" \
    --device "$DEVICE" --region "$REGION"
  aws ec2 wait volume-in-use --volume-ids "$VOLUME_ID" --region "$REGION"
}

attach_interface() {
  local instance=$1 holder
  holder=$(aws ec2 describe-network-interfaces --network-interface-ids "$INTERFACE_ID" \
    --region "$REGION" --query 'NetworkInterfaces[0].Attachment.InstanceId' --output text)
  if [ "$holder" = "$instance" ]; then return; fi
  aws ec2 wait network-interface-available --network-interface-ids "$INTERFACE_ID" \
    --region "$REGION"
  aws ec2 attach-network-interface --network-interface-id "$INTERFACE_ID" \
    --instance-id "$instance" --device-index 1 --region "$REGION"
}

# A filesystem that is there is data: it is mounted, never made anew.
mount_data() {
  local device
  device=$(data_device)
  if ! blkid "$device" >/dev/null 2>&1; then
    mkfs.xfs "$device"
  fi
  mkdir -p "$DATA_DIR"
  mountpoint -q "$DATA_DIR" || mount -o noatime "$device" "$DATA_DIR"
}

install_mongod() {
  command -v mongod >/dev/null && return
  aws s3 cp "s3://$ARTIFACTS_BUCKET/packages/mongodb/$MONGODB_VERSION/" /opt/packages/ \
    --recursive --region "$REGION"
  dnf install --assumeyes --disablerepo='*' /opt/packages/*.rpm
}

configure_mongod() {
  install -o mongod -g mongod -m 0400 /dev/null "$KEYFILE"
  secret "$KEYFILE_SECRET" >"$KEYFILE"
  sed -e "s|@DATA_DIR@|$DATA_DIR|" -e "s|@KEYFILE@|$KEYFILE|" -e "s|@HOST@|$(member_host "$MEMBER")|" \
    "$here/mongod.conf" >/etc/mongod.conf
  chown -R mongod:mongod "$DATA_DIR"
  systemctl enable --now mongod
}

install_timers() {
  env | grep -E "^($EXPORTED)=" >/etc/mongo.env
  chmod 0600 /etc/mongo.env
  cp "$here"/*.service "$here"/*.timer /etc/systemd/system/
  systemctl daemon-reload
  systemctl enable --now mongo-backup.timer mongo-metrics.timer
}

main() {
  local instance
  instance=$(instance_id)
  attach_volume "$instance"
  attach_interface "$instance"
  mount_data
  install_mongod
  configure_mongod
  "$here/initiate.sh"
  install_timers
}

main "$@"
