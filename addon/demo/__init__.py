"""`ccr demo`: a whole tool-using session through the router, with no key and no network.

``script``   what the demo's model says: decided by looking at the conversation
``chunks``   its answers in OpenAI's chat-completions protocol, whole and as a stream
``model``    the server that speaks them on loopback; also `python -m addon.demo.model --port N`
``router``   mitmdump or mitmweb with the addon, as a process of its own
``client``   the `claude` on PATH, headless, in a folder and home of its own
``driver``   the built-in client for machines without `claude`
``tools``    what the built-in client's tools do, within the demo's folder only
``show``     the requests as they finish, and the session's end, for people
``session``  the order of it all, and whether it succeeded

The model is a script. It shows that routing, translation and tool use work; it does not think.
"""
