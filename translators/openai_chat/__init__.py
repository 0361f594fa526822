"""OpenAI's chat completions, and the many servers that speak them nearly.

``types``     the wire's shapes, with what vendors add to them
``request``   a Messages request to a chat-completions request
``stream``    chunks to events
``response``  a whole answer to events
``calls``     which tool call a piece belongs to, and what is new in it
``reasoning`` thinking, in a field of its own or between tags at the head of the content
``finish``    the words for why an answer ended, and its usage
``errors``    error answers
``dialect``   the parts put together as `OPENAI_CHAT`
"""
