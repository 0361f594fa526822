"""Finding models by parts of their names."""

from __future__ import annotations

from collections.abc import Sequence

from addon.models.facts import ModelFacts


def search(models: Sequence[ModelFacts], words: str) -> list[ModelFacts]:
    """Those whose `provider,model` holds every word, whatever its case; exact names first, then models that chat."""
    wanted = words.lower().split()
    found = [facts for facts in models if all(word in facts.choice.lower() for word in wanted)]
    return sorted(found, key=lambda facts: (facts.model.lower() != words.lower(), not facts.chats))
