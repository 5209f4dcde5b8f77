"""Names in Tidepool's chart that AWS permissions use: prefixes, sender, service accounts.

Source: github.com/tidepool-org/development, `charts/tidepool` 0.26.0 (commit 79eba6af, 2026-08-18),
values.yaml of the chart and of its subcharts.
"""

from collections.abc import Mapping

#: Store of the blob service (its key below `blob.deployment.env`) → prefix in the uploads bucket.
BLOB_PREFIXES: Mapping[str, str] = {"store": "blobs", "blobs": "blobs", "logs": "device_logs"}
#: Local part of the sender of mail to users, before the @ of the transactional domain.
SENDER = "noreply"
#: Services whose pods the chart runs as `<service>.serviceAccount.name`.
NAMED_ACCOUNTS = ("blob", "hydrophone", "mailer")
#: The chart gives prescription mail assets but no service account yet: its pods run as `default`,
#: and a role for `default` would apply to every pod. The role of this account is not used until the
#: chart names the account.
WAITING_ACCOUNTS = ("prescription",)
#: External Secrets Operator, as its own chart installs it: namespace and service account.
EXTERNAL_SECRETS = "external-secrets"
