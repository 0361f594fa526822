"""One client request, several upstream attempts: the part of mitmproxy that this project replaces.

``plan``       what an HTTP stream must know about one routed flow, and the registry of live ones
``deadlines``  how long each phase of an attempt may take
``health``     which candidates rest after failures; ``keys`` the same of one provider's keys; ``fleet`` both for all providers
``policy``     what follows a failed attempt; ``candidates`` the same for one request
``stream``     the `HttpStream` that can drive its upstream request again, in layers: ``boundary`` (mitmproxy's HTTP layer),
               ``giving`` (the client's side), ``driving`` (one attempt after the other), ``reading`` (a provider's answer)
``sockets``    how many requests of one client may be under way at one provider, and that none of their sockets outlives it
``ending``     what those who wait are told as the router ends
``http1``      what mitmproxy's HTTP/1 lacks
``guard``      the check that mitmproxy still has the names `stream` builds on, and the installation

mitmproxy decides once, in its `request` hook, where a flow goes, and shows the client whatever comes back. `CcrStream` keeps the
client's side waiting until an attempt has said something worth showing; until then a failed attempt is followed by the next.
"""
