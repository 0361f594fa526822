"""`ccr.…` at the prompt of mitmproxy and mitmweb, and for programs that talk to mitmweb.

``prompt``    the commands themselves, a few lines each
``health``    who rests, and why
``routes``    the routes in force, with what was changed while the router runs
``why``       one flow: decision, attempts, notes
``tools``     one flow's tool calls, as sent and as given
``fitting``   lines for the console's box

Each of the others turns data into lines of text, and knows nothing of mitmproxy.
"""
