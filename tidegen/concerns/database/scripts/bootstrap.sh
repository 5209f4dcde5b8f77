#!/usr/bin/env bash
# Makes this instance its member of the replica set: own volume, own address, mongod, timers.
# Runs once per instance, from the loader in its user data; every step may run again.
# In: MEMBER, VOLUME_ID, INTERFACE_ID, PRIVATE_DOMAIN, ... as the loader exports them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

ETC=${ETC:-/etc}
#: Seconds until CloudWatch shows new metrics.
METRICS_DELAY=${METRICS_DELAY:-120}
SETTINGS='PROJECT|ENVIRONMENT|PROTECTED|REGION|STACK|MEMBER|VOLUME_ID|PRIVATE_DOMAIN|BACKUPS_BUCKET'
SETTINGS="$SETTINGS|BACKUP_KEY|ADMIN_SECRET|APPLICATION_SECRET|CERTIFICATE_SECRET|LOG_GROUP"
SETTINGS="$SETTINGS|DATA_DIR"

# Until mongod runs, another instance may succeed where this one failed; after that, none. mongod also runs
# where a person repeats the boot.
REPLACEABLE=yes
if systemctl is-active --quiet mongod; then REPLACEABLE=; fi

# CloudFormation waits for one signal, success or failure, and rolls back at once on the latter. Where it
# does not wait (an instance that replaces a dead one), it refuses the signal: then Auto Scaling gets this
# instance marked as unhealthy, and starts another one.
finish() {
  local code=$? status=SUCCESS
  [ "$code" = 0 ] || status=FAILURE
  if ! signal "$status"; then
    say "could not signal $status to CloudFormation; it may not wait for this member"
    if [ "$code" != 0 ] && [ -n "$REPLACEABLE" ]; then give_up; fi
  fi
  exit "$code"
}
trap finish EXIT

signal() {
  aws cloudformation signal-resource --stack-name "$STACK" --region "$REGION" \
    --logical-resource-id "Member${MEMBER}Group" --unique-id "$(instance_id)" --status "$1"
}

give_up() {
  say "requesting another instance; to inspect this one, suspend ReplaceUnhealthy of its group"
  aws autoscaling set-instance-health --instance-id "$(instance_id)" --health-status Unhealthy \
    --no-should-respect-grace-period --region "$REGION" ||
    say "could not mark this instance as unhealthy either; terminate it by hand to try again"
}

# The previous instance has the volume and the address until it has terminated: at once after a hand-over;
# after its hook's five minutes, and however long its host takes, where it hangs.
volume_is() {
  [ "$(aws ec2 describe-volumes --volume-ids "$VOLUME_ID" --region "$REGION" \
    --query 'Volumes[0].State' --output text)" = "$1" ]
}

attach_volume() {
  local instance=$1 holder
  holder=$(aws ec2 describe-volumes --volume-ids "$VOLUME_ID" --region "$REGION" \
    --query 'Volumes[0].Attachments[0].InstanceId' --output text)
  if [ "$holder" != "$instance" ]; then
    patiently "$holder to release $VOLUME_ID; if that instance hangs, terminate it by force" \
      volume_is available
    aws ec2 attach-volume --volume-id "$VOLUME_ID" --instance-id "$instance" \
      --device "$DEVICE" --region "$REGION"
  fi
  until_true "the device of $VOLUME_ID to appear" test -e "$(data_device)"
}

interface_is() {
  [ "$(aws ec2 describe-network-interfaces --network-interface-ids "$INTERFACE_ID" \
    --region "$REGION" --query 'NetworkInterfaces[0].Status' --output text)" = "$1" ]
}

attach_interface() {
  local instance=$1 holder
  holder=$(aws ec2 describe-network-interfaces --network-interface-ids "$INTERFACE_ID" \
    --region "$REGION" --query 'NetworkInterfaces[0].Attachment.InstanceId' --output text)
  if [ "$holder" != "$instance" ]; then
    patiently "$holder to release $INTERFACE_ID; if that instance hangs, terminate it by force" \
      interface_is available
    aws ec2 attach-network-interface --network-interface-id "$INTERFACE_ID" \
      --instance-id "$instance" --device-index 1 --region "$REGION"
  fi
  until_true "the member's own address on $INTERFACE_ID; see networkctl" has_own_address
}

# The address that the member's name has everywhere else.
own_address() {
  aws ec2 describe-network-interfaces --network-interface-ids "$INTERFACE_ID" \
    --region "$REGION" --query 'NetworkInterfaces[0].PrivateIpAddress' --output text
}

# mongod binds it, so that has to be up.
has_own_address() {
  local address
  address=$(own_address)
  ip -4 -oneline address show | grep -qF " $address/"
}

# On this member its own name resolves to the loopback: no certificate contains "localhost", and the
# administrator can be created over the loopback only.
name_loopback() {
  local host
  host=$(member_host "$MEMBER")
  grep -qF " $host" "$ETC/hosts" || echo "127.0.0.1 $host" >>"$ETC/hosts"
}

# An existing file system is data: it is mounted, never recreated. mkfs runs only for "nothing found"
# (blkid's 2), and mkfs.xfs itself, without -f, refuses a device with any content.
mount_data() {
  local device found=0
  device=$(data_device)
  blkid -p "$device" || found=$?
  case $found in
    0) ;;
    2) mkfs.xfs "$device" ;;
    *) fail "cannot read the content of $device (blkid exited with $found); nothing was formatted" ;;
  esac
  mkdir -p "$DATA_DIR"
  grep -qF " $DATA_DIR " "$ETC/fstab" ||
    echo "$device $DATA_DIR xfs defaults,noatime,nofail 0 2" >>"$ETC/fstab"
  mountpoint -q "$DATA_DIR" || mount "$DATA_DIR"
}

# Checked now, as a failed deploy does less harm than a failed first backup. Nothing is called.
check_tools() {
  aws s3api put-object --if-none-match '*' --generate-cli-skeleton >/dev/null ||
    fail "the image's AWS CLI is too old for claims of backups; choose a newer database.image"
}

configure() {
  local address
  address=$(own_address)
  write_keyfile
  "$here/certificate.sh"
  name_loopback
  sed -e "s|@DATA_DIR@|$DATA_DIR|" -e "s|@KEYFILE@|$KEYFILE|" -e "s|@ADDRESS@|$address|" \
    -e "s|@TLS@|$TLS|" -e "s|@AUTHORITIES@|$AUTHORITIES|" -e "s|@REPLICA_SET@|$REPLICA_SET|" \
    "$here/mongod.conf" >"$ETC/mongod.conf"
  mkdir -p "$ETC/systemd/system/mongod.service.d" "$ETC/logrotate.d"
  sed -e "s|@DATA_DIR@|$DATA_DIR|" -e "s|@DEVICE@|$(data_device)|" "$here/mongod.override" \
    >"$ETC/systemd/system/mongod.service.d/override.conf"
  cp "$here/mongod.logrotate" "$ETC/logrotate.d/mongod"
  chown -R mongod:mongod "$DATA_DIR"
  write_settings
  cp "$here"/*.service "$here"/*.timer "$ETC/systemd/system/"
  systemctl daemon-reload
}

# Sets up the kernel for MongoDB, now and at every start of the instance.
tune() {
  mkdir -p "$ETC/sysctl.d" "$ETC/tmpfiles.d"
  cp "$here/mongo.sysctl" "$ETC/sysctl.d/90-mongo.conf"
  cp "$here/mongo.tmpfiles" "$ETC/tmpfiles.d/mongo.conf"
  sysctl --quiet --load="$ETC/sysctl.d/90-mongo.conf"
  systemd-tmpfiles --create "$ETC/tmpfiles.d/mongo.conf"
}

# Moved into place: a mongod that starts meanwhile reads the old file or the new, never half.
write_keyfile() {
  local file
  file=$(mktemp "$KEYFILE.XXXXXX")
  secret "$KEYFILE_SECRET" >"$file"
  chmod 0400 "$file"
  chown mongod:mongod "$file"
  mv "$file" "$KEYFILE"
}

write_settings() {
  (umask 0077 && env | grep -E "^($SETTINGS)=" >"$ETC/mongo.env")
}

ship_logs() {
  local configuration=$ETC/mongo-agent.json
  sed -e "s|@LOG_GROUP@|$LOG_GROUP|" -e "s|@MEMBER@|$MEMBER|" "$here/agent.json" >"$configuration"
  amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$configuration"
}

main() {
  local instance
  instance=$(instance_id)
  check_tools
  attach_volume "$instance"
  attach_interface "$instance"
  mount_data
  "$here/packages.sh"
  configure
  tune
  systemctl enable --now mongod
  # before the member joins the set, which may take hours: each of these handles that
  systemctl enable --now mongo-terminate.service \
    mongo-backup.timer mongo-metrics.timer mongo-renew.timer mongo-user.timer
  REPLACEABLE=
  ship_logs
  "$here/initiate.sh"
  systemctl start mongo-metrics.service || say "the first metrics failed; journalctl -u mongo-metrics"
  # CloudFormation creates the alarms next, which treat missing data as breaching
  if [ "$MEMBER" = "$MEMBERS" ]; then sleep "$METRICS_DELAY"; fi
}

main "$@"
