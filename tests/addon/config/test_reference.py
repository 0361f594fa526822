from __future__ import annotations

from addon.config.reference import all_keys


def test_every_key_is_listed_once_as_it_is_documented() -> None:
    keys = all_keys()
    assert len(keys) == len(set(keys))
    assert {"port", "providers.NAME.base_url", "router.longContext", "fallback", "timeouts.idle"} <= set(keys)
    assert "providers.NAME.model_info.NAME.price.cache_read" in keys
    assert "router.long_context" not in keys
