"""What models cost and how much they hold.

``catalogue``  the bundled price data of `genai-prices`, loaded once beside the event loop
``prices``     US dollars of one answer
``windows``    context windows and output limits

What the configuration says comes first. What neither it nor the data knows is None: a guess would look like a bill.
"""
