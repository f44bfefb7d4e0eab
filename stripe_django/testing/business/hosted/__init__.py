"""The pages that browsers open at the fake: Checkout and the billing portal."""
