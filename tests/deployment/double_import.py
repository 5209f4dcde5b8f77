"""Imports on the double, by CloudFormation's documented rules."""

from dataclasses import replace

import double_rules as rules

from tidegen.planning.changes import Action, ChangeSetRequest, ResourceChange
from tidegen.planning.model import StackResource


class Imports:
    """The part of the double that imports existing resources, with the double's data."""

    def existing(self, type_name, identifier):
        return self.present.get((type_name, identifier))

    def create_import(self, request):
        self.calls.append(f"create_import {request.stack.split('/')[-2:][0]}")
        state = self._find(request.stack)
        text = request.body or self._object(request.url)
        before = rules.body_of(self.templates.get(state.stack_id, "")) if state else {}
        rules.check_import(before, rules.body_of(text), request)
        state = state or self.add(request.stack, "REVIEW_IN_PROGRESS")
        made = ChangeSetRequest(
            stack_name=state.name,
            name=request.name,
            kind="IMPORT",
            parameters=state.parameters,
            tags=state.tags,
            body=text,
        )
        self.requests[request.name] = made
        self.importing[request.name] = request.resources
        return request.name

    def _import_changes(self, change_set_id):
        """Return the changes, or the reason of a failure: CloudFormation reads the resources."""
        for item in self.importing[change_set_id]:
            key = (item.type, item.text)
            if key not in {*self.present, *self.names}:
                return (
                    f"Resource of type '{item.type}' with identifier '{item.text}' was not found."
                )
            for stack, held in self.nested.items():
                if any(r.type == item.type and r.physical_id == item.text for r in held):
                    return f"{item.text} already exists in stack {stack}"
        return tuple(
            ResourceChange(logical_id=item.logical_id, type=item.type, action=Action.ADD)
            for item in self.importing[change_set_id]
        )

    def _adopt(self, request, stack_id):
        self.templates[stack_id] = request.body
        state = self.stacks[request.stack_name]
        self.stacks[request.stack_name] = replace(state, changed=self._now())
        self.made.add(stack_id)
        taken = tuple(
            StackResource(
                logical_id=item.logical_id,
                physical_id=item.text,
                type=item.type,
                status="IMPORT_COMPLETE",
            )
            for item in self.importing[request.name]
        )
        self.nested[stack_id] = (*self.nested.get(stack_id, ()), *taken)
        self.names |= {(item.type, item.text) for item in self.importing[request.name]}
        self._go_through(request.stack_name, ["IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"])
