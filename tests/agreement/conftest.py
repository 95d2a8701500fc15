"""Properties are searched without a time limit for one example: a busy machine is no fault of the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("agreement", deadline=None)
settings.load_profile("agreement")
