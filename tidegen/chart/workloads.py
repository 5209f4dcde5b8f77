"""What Tidepool's chart takes from AWS: prefixes, sender, service accounts, namespaces.

Source: github.com/tidepool-org/development, `charts/tidepool` 0.26.0 (commit 79eba6af, 2026-08-18),
values.yaml of the chart and of its subcharts.
"""

from collections.abc import Mapping

#: Store of the blob service (its key below `blob.deployment.env`) → prefix in the uploads bucket.
BLOB_PREFIXES: Mapping[str, str] = {"store": "blobs", "blobs": "blobs", "logs": "device_logs"}
#: What mail to users is sent as, before the @ of the transactional domain.
SENDER = "noreply"
#: Services whose pods the chart runs as `<service>.serviceAccount.name`.
NAMED_ACCOUNTS = ("blob", "hydrophone", "mailer")
#: The chart gives prescription mail assets but no service account yet: its pods run as `default`,
#: and a role for `default` would be every pod's. This one waits for the chart to name it.
WAITING_ACCOUNTS = ("prescription",)
#: External Secrets Operator, as its own chart installs it: namespace and service account.
EXTERNAL_SECRETS = "external-secrets"
