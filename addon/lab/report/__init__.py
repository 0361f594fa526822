"""What the lab shows.

``report``     the data of all forms            ``output``     to the terminal or into ``files``
``table``, ``markdown``, ``json_form``, ``html`` (``page.css``, ``plots``, ``failed``)    the forms
``grid``, ``shown``, ``notes``                  cells, figures and remarks as words; ``clean`` takes secrets out
"""
