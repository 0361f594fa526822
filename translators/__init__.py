"""Pure protocol translation between Anthropic Messages and the providers' dialects: bytes in, bytes out.

Nothing in here knows mitmproxy, a clock, a log or the configuration. In reading order:

``contract``   what a dialect must offer (`Dialect`, `Reader`) and what it is given (`Request`, `Target`, `Reply`)
``events``     the vocabulary between a dialect's reader and the client's writer
``errors``     `Fault`: everything that can go wrong, with the status and type the client is told
``sse``        bytes to frames, incrementally, bounded
``exchange``   one exchange: bytes, frames, events, bytes; never raises
``quirks``     how providers and models differ on the wire, as a table
``providers``  who the known providers are
``notes``      notes in the making: what was changed or dropped, by which rule
``schema``     JSON Schema reductions for tools
``opaque``     provider state carried in fields that the client sends back
``tokens``     token estimates
``anthropic``  the client's side, and Anthropic-compatible providers
``openai_chat``  the chat-completions dialect

Glossary: a *provider* serves *models*; a *dialect* is the protocol a provider speaks; a *request* is what the client sent;
a *frame* is one server-sent event; a *tool call* is a `tool_use` block or its counterpart; a *note* says what a translation
changed or dropped and by which rule.
"""
