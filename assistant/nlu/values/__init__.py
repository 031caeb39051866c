"""Values that texts speak of, resolved in process: times, durations, numbers, money, measures, addresses, order numbers.

The JSON of a value is Duckling's, which custom actions of Rasa projects read. English words are understood; what is written in
figures and signs (dates, clock times, amounts, addresses) is understood in any language.
"""
