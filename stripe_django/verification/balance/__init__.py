"""The balance proof: all movements of money add up to the balance, and to each payout."""
