"""`ccr scrub`: a recording without secrets, and without prose if asked; structure and sizes stay.

``files``     the file        ``flows``     each flow of it
``bodies``    JSON and streams of events    ``raw_json``  a JSON text rewritten string by string    ``texts``     a string
"""
