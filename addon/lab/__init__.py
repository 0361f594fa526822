"""The lab: recorded requests asked of other models, measured, compared.

``orders``     what `ccr replay` and `ccr compare` were told
``engine``     a mitmproxy of this process that asks them; ``asking``, ``budget``, ``progress``, ``results`` carry the orders out
``measure``    one answer: ``success`` (by ``schemas``, ``judge`` with its ``verdicts``, ``labels``) and ``agreement``
``figures``    of many answers, and of ``tasks``
``compared``   two recordings; ``pair``, ``difference`` one request's two answers
``report/``    what is shown of it, on a terminal and in files
"""
