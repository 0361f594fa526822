"""How a person reads a routed flow, in mitmweb, mitmproxy and mitmdump.

``addon``          what is added to mitmproxy: the views, and the lists that show a flow's line
``line``           the one line that a flow's comment and the log show, and the flow's marker
``turn``           which turn of its session a request is
``views``          the content views: `CCR`, and four that show a body as it was
``request``        the request's side of `CCR`; ``conversation`` is its longest part
``answer``         the answer's side of `CCR`
``unfold``         the parts of the request's side that are folded until they are asked for
``said``           what an answer to the client says, put together from its events
``sections``       the form that `CCR` has
``columns``        two texts side by side, with marks where they differ
``written``        JSON written out for people, also JSON that is broken
``texts``          texts made short: clipped, folded, wrapped
``web_list``       mitmweb's flow list
``web_page``       what mitmweb's page lacks: room for a flow's line, and colours in the views (``web_page.css``, ``web_page.js``)
``console_list``   the console's flow list
``redraw``         when what mitmweb and the console show of an open flow has to be made anew
"""
