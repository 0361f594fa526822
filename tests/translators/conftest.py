from __future__ import annotations

from hypothesis import settings

# A busy machine is no fault of the code: tests that are about time measure it themselves.
settings.register_profile("translators", deadline=None)
settings.load_profile("translators")
