#!/usr/bin/env bash
# Every five minutes: the age of the last backup, members in health, lag, and fullness of the disk.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

last=$(aws ssm get-parameter --name "/$PROJECT/$ENVIRONMENT/mongo/last-backup" --region "$REGION" \
  --query Parameter.Value --output text 2>/dev/null || echo 0)
metric BackupAgeHours "$((($(date -u +%s) - last) / 3600))" None
metric MembersHealthy "$(admin_shell localhost \
  "print(rs.status().members.filter(m => m.health === 1).length)")" Count
metric ReplicationLag "$(admin_shell localhost "
  const members = rs.status().members;
  const primary = members.find(m => m.stateStr === 'PRIMARY');
  const self = members.find(m => m.self);
  print(primary ? Math.max(0, (primary.optimeDate - self.optimeDate) / 1000) : 0)")" Seconds
metric DiskUsed "$(df --output=pcent "$DATA_DIR" | tail -n 1 | tr -dc '0-9')" Percent
