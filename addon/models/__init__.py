"""What models there are, what they hold and cost, whether a key works, and what a model can do when it is really asked.

``reach``     the HTTP client for live calls, and what can go wrong on the way in words for people
``getting``   one GET, and what its answer means where it is not what was asked for
``listing``   a provider's own list of models
``keys``      whether a key works, at no cost
``facts``     models with their context windows, prices and routes
``asking``    one request through the real translators, streamed or whole
``probe``     what is asked of a model to see what works
``samples``   the requests of the probes
``sources``   the configuration's models, listed live where that is possible
``table``     all of it as tables and as JSON
``search``    finding models by parts of their names
``config_file``  the file that these are of, and changing a route in it

Live calls are made from here, not through a running router: the same translation, one attempt, no fallback.
No message holds a key: what a provider says is redacted first.
"""
