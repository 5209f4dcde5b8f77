"""Tidepool's Helm chart: the secrets, workloads and values that it asks of an environment."""
