"""Approval of a deploy: one plan of all roots, one question, and again for what it did not show."""

from collections.abc import Sequence

import click

from tidegen.cli.confirm import is_typed
from tidegen.cli.progress import Watcher
from tidegen.deployment.events import Preview
from tidegen.deployment.whole_plan import unseen
from tidegen.errors import Problem, RefusedError
from tidegen.planning.disagreement import Disagreement
from tidegen.planning.steps import Target
from tidegen.reporting.plan.text import approval_text
from tidegen.reporting.style import warned


class Confirmation:
    """Asks once for the whole plan, and again for each step that does what the plan did not show.

    The answer is the environment's name if it is protected, else yes. With `yes` nothing is asked;
    a step that would lose a resource unseen is then refused.
    """

    def __init__(self, target: Target, watch: Watcher, *, yes: bool, as_json: bool = False) -> None:
        self.target, self.watch, self.yes, self.as_json = target, watch, yes, as_json

    def ask(self) -> bool:
        """Return whether the user agrees to what was printed."""
        if self.yes:
            return True
        if self.target.protected:
            return is_typed(self.target.name, "deploy")
        return click.confirm(f"Deploy to {self.target.name}?", err=True)

    def __call__(self, preview: Preview) -> bool:
        """Return whether a step may be executed: at once if it is as it was shown."""
        differences = unseen(preview)
        if not differences:
            return True
        self.watch.hold()
        harm = [item for item in differences if item.harm]
        if self.yes and harm:
            raise RefusedError(*_problems(harm), _REFUSED.format(name=self.target.name))
        if not self.as_json:
            click.echo(approval_text([preview]))
        for item in differences:
            click.echo(f"{warned('not as shown:')} {item}", err=True)
        return self.ask()


_REFUSED = (
    "this step is not as the plan showed it and was not executed; run 'tidegen deploy --env {name}'"
    " without --yes to decide, or 'tidegen plan --env {name} --change-set' to see it"
)


def _problems(differences: Sequence[Disagreement]) -> list[Problem]:
    return [Problem(item.path, item.text) for item in differences]
