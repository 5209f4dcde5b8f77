"""Outputs as lines that a shell reads back unchanged."""

import subprocess

from tidegen.reporting.outputs import dotenv_text


def test_each_output_is_a_variable_sorted_by_scope():
    text = dotenv_text(
        {"access": {"ReadRoleArn": "b"}, "environment": {"VpcId": "c", "Api2Url": "a"}}
    )
    assert text.splitlines() == [
        "ACCESS_READ_ROLE_ARN=b",
        "ENVIRONMENT_API2_URL=a",
        "ENVIRONMENT_VPC_ID=c",
    ]


def test_a_shell_reads_back_the_values():
    value = 'it\'s $HOME; `x` "y", z'
    script = f'{dotenv_text({"environment": {"Odd": value}})}\nprintf %s "$ENVIRONMENT_ODD"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == value
