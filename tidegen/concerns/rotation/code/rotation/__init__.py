"""The rotation function: Secrets Manager's four steps, for secrets whose values a machine makes.

Runs on Lambda with the standard library and the boto3 that the runtime brings. It is a package so
that its modules find each other there and in tests alike. No value is ever printed or raised.
"""
