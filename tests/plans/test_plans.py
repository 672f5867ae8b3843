"""Manifests and what stands in, the plan's text out; see README.md beside this."""

import os

import pytest

from tests.plans.story import Story, plan_of, stories
from tests.plans.update import update


@pytest.mark.parametrize("story", stories(), ids=str)
def test_plan(story: Story) -> None:
    """The plan of the story is the one that stands in its file."""
    plan = story.plan()
    if os.environ.get("UPDATE_PLANS"):
        update(story, plan)
    assert plan_of(plan) == plan_of(story.data["plan"])
