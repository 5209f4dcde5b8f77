"""The account's password policy, which a step only ever makes stricter."""

from tidegen.aws.facts.reader import Reader
from tidegen.deployment.settings import NotRead
from tidegen.planning.settings import PASSWORDS, SettingStep, Values

_Policy = dict[str, bool | int]
#: A lower number of days is stricter; of all other numbers, a higher one.
_AGE = "MaxPasswordAge"
#: IAM resets unnamed parts to their defaults, so these are named with their present values.
_UNCHANGED = ("AllowUsersToChangePassword", "HardExpiry")


def read_passwords(reader: Reader, _: str) -> Values | NotRead:
    """Return each part's wanted value if the present one is as strict, else the present one."""
    policy = _policy(reader)
    return {
        part: wanted if _meets(part, policy[part]) else str(policy[part]).lower()
        for part, wanted in PASSWORDS.items()
        if part in policy
    }


def set_passwords(reader: Reader, step: SettingStep) -> None:
    """Set the parts that are too weak, keep all others; users may change their own password."""
    policy = _policy(reader)
    kept = {part: policy[part] for part in (*PASSWORDS, *_UNCHANGED) if part in policy}
    stricter = {part: _value(wanted) for part, wanted in step.after.items()}
    values = {"AllowUsersToChangePassword": True, **kept, **stricter}
    reader.call("iam", "update_account_password_policy", **values)


def _policy(reader: Reader) -> _Policy:
    answer = reader.find("iam", "get_account_password_policy")
    return dict(answer["PasswordPolicy"]) if answer else {}


def _meets(part: str, present: bool | int) -> bool:
    wanted = _value(PASSWORDS[part])
    return 0 < present <= wanted if part == _AGE else present >= wanted


def _value(text: str) -> bool | int:
    return int(text) if text.isdigit() else text == "true"
