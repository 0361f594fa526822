"""One or several flows in one file, to be attached to a bug report.

``document``   a flow as plain data: its record, its four bodies, without secrets
``prose``      the same with every text replaced by filler as long, on request
``markdown``   the document for people
``files``      JSON or Markdown, by the file's ending
"""
