"""The rotation function: Secrets Manager's four steps, for secrets whose values can be generated.

Runs on Lambda with the standard library and the runtime's boto3. It is a package so that relative
imports work both there and in tests. No value is ever printed or raised.
"""
