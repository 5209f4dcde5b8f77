"""Stack policies: what they keep in place, written and read."""

import json

from tidegen.cloudformation.stateful import protected_ids, stack_policy


def test_a_policy_is_read_as_it_was_written():
    assert protected_ids(stack_policy(["B", "A"])) == {"A", "B"}
    assert protected_ids(stack_policy([])) == frozenset()
    assert protected_ids("") == frozenset()


def test_a_policy_written_by_hand_is_read():
    deny = {"Effect": "Deny", "Action": "Update:*", "Principal": "*"}
    one = {**deny, "Resource": "LogicalResourceId/One"}
    others = {**deny, "NotResource": "LogicalResourceId/Two"}
    assert protected_ids(json.dumps({"Statement": [one, others]})) == {"One"}
