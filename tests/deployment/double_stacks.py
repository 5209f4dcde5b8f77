"""The resources of the double's stacks, their updates, and where these fail."""

from dataclasses import replace

import double_rules as rules

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.changes import Action, ResourceChange
from tidegen.planning.model import StackResource


class Stacks:
    """The part of the double that reads templates, with the double's data."""

    def _object(self, url):
        """Return the object whose key ends a URL, or `Fn::Sub` of one."""
        text = url.get("Fn::Sub", "") if isinstance(url, dict) else url
        objects = (content for key, content in self.objects.items() if text.endswith(key))
        return next(objects, b"").decode()

    def _given(self, resource):
        """Return the template of a nested stack, and its parameters."""
        properties = resource.get("Properties", {})
        return self._object(properties.get("TemplateURL", "")), properties.get("Parameters", {})

    def _child(self, stack_id, logical_id):
        """Return the id of a nested stack; a missing one has its future id."""
        own = (r.physical_id for r in self.nested.get(stack_id, ()) if r.logical_id == logical_id)
        return next(own, None) or f"{stack_id.rpartition('/')[0]}-{logical_id}/1"

    def _differences(self, stack_id, text, parameters):
        state = self._find(stack_id)
        before = rules.body_of(self.templates.get(stack_id, ""))
        old = rules.filled(before.get("Resources", {}), state.parameters if state else {})
        new = rules.filled(rules.body_of(text).get("Resources", {}), parameters)
        return rules.differences(old, new)

    def _changes(self, stack_id, text, parameters):
        """Return the changes of a change set, with child change sets."""
        changes = []
        for name, resource, *change in self._differences(stack_id, text, parameters):
            action, replacement, properties = change
            children = None
            if resource["Type"] == STACK_TYPE:
                child = self._child(stack_id, name)
                gone = action is Action.REMOVE
                children = () if gone else self._changes(child, *self._given(resource))
                if action is Action.MODIFY and not properties and not children:
                    continue
            kind = resource["Type"]
            changes.append(
                ResourceChange(
                    logical_id=name,
                    type=kind,
                    action=action,
                    replacement=replacement,
                    properties=properties,
                    children=children,
                )
            )
        return tuple(changes)

    def _fails(self, stack_id, text, parameters, verb):
        """Return whether a change is denied, or a name in use; record the event."""
        for name, resource, action, *_ in self._differences(stack_id, text, parameters):
            kind = resource["Type"]
            if kind == STACK_TYPE and action is not Action.REMOVE:
                child = self._child(stack_id, name)
                if self._fails(child, *self._given(resource), verb):
                    self.record(stack_id, name, child, kind, f"{verb}_FAILED", "Embedded stack")
                    return True
            reason = rules.denied(self.policies.get(stack_id), name, action)
            reason = reason or self._taken(kind, resource, action)
            if reason:
                self.record(stack_id, name, "", kind, f"{verb}_FAILED", reason)
                return True
        return False

    def _taken(self, kind, resource, action):
        name = rules.physical_name(resource)
        if name and action in (Action.ADD, Action.REPLACE) and (kind, name) in self.names:
            return f"Resource of type '{kind}' with identifier '{name}' already exists."
        return None

    def _apply(self, stack_id, name, text, parameters):
        """Create the template's resources in the stack, and in the stacks below it."""
        template = rules.body_of(text)
        wanted = rules.filled(template.get("Resources", {}), parameters)
        self.templates[stack_id] = text
        values = {k: v.get("Value") for k, v in template.get("Outputs", {}).items()}
        literal = rules.filled(values, parameters)
        outputs = {k: v for k, v in literal.items() if isinstance(v, str)}
        self.stacks[name] = replace(
            self.stacks[name],
            outputs={**self.outputs, **outputs},
            parameters=parameters,
            changed=self._now(),
        )
        below = {n: self._nest(stack_id, name, n, r) for n, r in wanted.items()}
        if stack_id not in self.nested or stack_id in self.made:
            self.made.add(stack_id)
            self.nested[stack_id] = tuple(
                StackResource(
                    logical_id=n, physical_id=below[n], type=r["Type"], status="CREATE_COMPLETE"
                )
                for n, r in wanted.items()
            )

    def _nest(self, stack_id, parent, logical_id, resource):
        """Create a resource; return its physical id."""
        if resource["Type"] != STACK_TYPE:
            name = rules.physical_name(resource)
            self.names.add((resource["Type"], name))
            held = (r for r in self.nested.get(stack_id, ()) if r.logical_id == logical_id)
            kept = next((r.physical_id for r in held), None)  # a change keeps an unnamed one's id
            return name or kept or f"{parent}-{logical_id}"
        child = self._child(stack_id, logical_id)
        if self._find(child) is None:
            tags = self.stacks[parent].tags
            made = self.add(f"{parent}-{logical_id}", tags=tags, parent_id=stack_id)
            self.stacks[made.name] = replace(made, stack_id=child)
        self._apply(child, self._find(child).name, *self._given(resource))
        return child
