"""The kinds of personal data, as policies name them."""

from __future__ import annotations

CATEGORIES = {
    "names": "Names of people, and of the businesses of customers and connected accounts",
    "emails": "E-mail addresses",
    "phones": "Phone numbers",
    "addresses": "Postal addresses without the country",
    "ip_addresses": "IP addresses",
    "devices": "Browsers, devices, and what identifies them",
    "whereabouts": "Where a person was or went, more exactly than the country",
    "card_numbers": "Digits, fingerprints, expiry and network tokens of cards",
    "bank_numbers": "Numbers and names of bank accounts and of the banks that keep them",
    "wallet_accounts": "Accounts and addresses of wallets, such as a PayPal payer or a UPI address",
    "birth_dates": "Dates of birth",
    "government_ids": "Tax ids, and numbers of documents, drivers and vehicles",
    "personal_traits": "Gender, nationality, place of birth, ethnicity, and public office",
    "free_text": "Text and metadata in which anybody may have written anything",
    "web_addresses": "Web addresses that show a person's data, or that belong to a person",
}

# What nobody has looked at yet: a key of a newer version of Stripe's API.
UNREVIEWED = "unreviewed"
