"""The nouns of the product as frozen dataclasses: standard library only, no behaviour that needs a clock.

Every room imports these, and they import nothing. What each word means stands in docs/glossary.md.
"""
