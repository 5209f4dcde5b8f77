"""The account's password policy, which a step only ever makes stricter."""

from tidegen.aws.facts.reader import Reader
from tidegen.deployment.settings import NotRead
from tidegen.planning.settings import PASSWORDS, SettingStep, Values

_Policy = dict[str, bool | int]
#: Fewer days are stricter; of all other numbers more is.
_AGE = "MaxPasswordAge"
#: IAM sets what is not named back to its default, so that these are named as they are.
_BESIDE = ("AllowUsersToChangePassword", "HardExpiry")


def read_passwords(reader: Reader, _: str) -> Values | NotRead:
    """The parts as wanted where they are at least as strict, else as they are."""
    policy = _policy(reader)
    return {
        part: wanted if _meets(part, policy[part]) else str(policy[part]).lower()
        for part, wanted in PASSWORDS.items()
        if part in policy
    }


def set_passwords(reader: Reader, step: SettingStep) -> None:
    """One call: the parts that fall short, and the rest as it is. Users change their own."""
    policy = _policy(reader)
    kept = {part: policy[part] for part in (*PASSWORDS, *_BESIDE) if part in policy}
    made = {part: _value(wanted) for part, wanted in step.after.items()}
    values = {"AllowUsersToChangePassword": True, **kept, **made}
    reader.call("iam", "update_account_password_policy", **values)


def _policy(reader: Reader) -> _Policy:
    found = reader.found("iam", "get_account_password_policy")
    return dict(found["PasswordPolicy"]) if found else {}


def _meets(part: str, found: bool | int) -> bool:
    wanted = _value(PASSWORDS[part])
    return 0 < found <= wanted if part == _AGE else found >= wanted


def _value(text: str) -> bool | int:
    return int(text) if text.isdigit() else text == "true"
