"""Drift detection on the double: resources equal their templates, except those in `drifts`."""

import double_rules as rules

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.drift import Detection, DriftStatus, ResourceDrift


class Drifts:
    """The part of the double that compares, with the double's data."""

    def detect_drift(self, stack):
        state = self._find(stack)
        self.calls.append(f"detect_drift {state.name}")
        rules.check_detecting(state)
        self.detecting.setdefault(state.stack_id, 1)
        return state.stack_id

    def drift_detection(self, detection_id):
        """Return a detection in progress for as many polls as `detecting`."""
        self.calls.append("drift_detection")
        self.detecting[detection_id] -= 1
        return Detection(self.detecting[detection_id] > 0)

    def resource_drifts(self, stack):
        changed = {item.logical_id: item for item in self.drifts.get(self._id(stack), ())}
        return tuple(
            changed.get(r.logical_id)
            or ResourceDrift(
                logical_id=r.logical_id,
                type=r.type,
                physical_id=r.physical_id,
                status=DriftStatus.IN_SYNC,
            )
            for r in self.resources(stack)
            if r.type not in (STACK_TYPE, *rules.UNCHECKABLE)
        )
