"""A short run of the memory soak: what is kept is bounded in mitmweb, and mitmdump keeps nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.memory import soak
from tests.support.configs import two_providers
from tests.support.mitmweb import Mitmweb
from tests.support.provider import chunks
from tests.support.router import Router
from tests.support.upstream import Says, upstream

STREAM = {"content-type": "text/event-stream"}
REQUESTS, KILOBYTES = 150, 300
# Kept without a bound, the second half of the requests would take 70 MB.
MOST_GROWTH = 35


@pytest.mark.parametrize(("kind", "bound"), [(Mitmweb, ("--set", "ccr_keep_mb=16")), (Router, ())], ids=["mitmweb", "mitmdump"])
async def test_the_second_half_of_many_large_requests_takes_no_more_memory(
    tmp_path: Path, kind: type[Router], bound: tuple[str, ...]
) -> None:
    async with upstream(lambda _: Says(b"".join(chunks()), STREAM)) as far:
        config = two_providers(far.url + "/v1")
        megabytes = await soak(kind(config, tmp_path, options=bound), REQUESTS, KILOBYTES)
    half = len(megabytes) // 2
    assert max(megabytes[half:]) - megabytes[half] < MOST_GROWTH, megabytes
