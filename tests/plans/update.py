"""Write a plan that came out into the story's file, leaving every other line as it is."""

from __future__ import annotations

import textwrap

from tests.plans.story import Story, plan_of


def update(story: Story, plan: str) -> None:
    text = story.file.read_text(encoding="utf-8")
    documents = text.split("\n---\n")
    index = next(i for i, document in enumerate(documents) if f"story: {story.data['story']}" in document)
    head, _, _ = documents[index].partition("\nplan: |\n")
    body = textwrap.indent("\n".join(plan_of(plan)), "  ")
    documents[index] = f"{head}\nplan: |\n{body}" + ("\n" if index == len(documents) - 1 else "")
    story.file.write_text("\n---\n".join(documents), encoding="utf-8")
    story.data["plan"] = plan
