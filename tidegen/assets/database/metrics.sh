#!/usr/bin/env bash
# Every five minutes: age of the newest backup, fullness of the disk, days that the certificate is
# still good for, members in health, and lag.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tidegen/assets/database/lib.sh
. "$here/lib.sh"

OLDEST_DAYS=3

# Hours since the newest manifest was begun: its key is its time. Older than OLDEST_DAYS counts as
# just that old.
backup_age() {
  local newest stamp
  newest=$(aws s3api list-objects-v2 --bucket "$BACKUPS_BUCKET" --prefix mongodb/ \
    --start-after "mongodb/$(date -u -d "$OLDEST_DAYS days ago" +%Y/%m/%d/)" --region "$REGION" \
    --query "Contents[?ends_with(Key, '/manifest.json')].Key | [-1]" --output text)
  if [[ ! $newest =~ ^mongodb/([0-9]{4})/([0-9]{2})/([0-9]{2})/([0-9]{2})([0-9]{2})([0-9]{2})/ ]]; then
    echo $((OLDEST_DAYS * 24))
    return
  fi
  stamp=$(printf '%s-%s-%sT%s:%s:%sZ' "${BASH_REMATCH[@]:1}")
  awk -v seconds=$(($(date -u +%s) - $(date -u -d "$stamp" +%s))) \
    'BEGIN {printf "%.2f\n", seconds / 3600}'
}

# Of the certificate in use, not of the file.
certificate_days() {
  local end
  end=$(served_certificate | openssl x509 -noout -enddate)
  echo $((($(date -u -d "${end#notAfter=}" +%s) - $(date -u +%s)) / 86400))
}

age=$(backup_age)
metric BackupAgeHours "$age" None
metric DiskUsed "$(df --output=pcent "$DATA_DIR" | tail -n 1 | tr -dc 0-9)" Percent
days=$(certificate_days)
metric CertificateDays "$days" Count
healthy=$(admin_shell "print(rs.status().members.filter(m => [1, 2].includes(m.state)).length)")
metric MembersHealthy "$healthy" Count
lag=$(admin_shell "
  const members = rs.status().members;
  const primary = members.find(m => m.state === 1);
  const self = members.find(m => m.self);
  print(primary ? Math.max(0, (primary.optimeDate - self.optimeDate) / 1000) : 0)")
metric ReplicationLag "$lag" Seconds
