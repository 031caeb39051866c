"""Custom actions of the shipped bot: they look orders up, cancel them, send them elsewhere and take them back.

``orders``, ``returns``, ``address`` and ``goods`` hold rasa-sdk's actions; ``shop`` is the database behind them, made from
``seed`` on first use; ``order_numbers``, ``matching`` and ``wording`` read what customers write and word what they read.
"""
