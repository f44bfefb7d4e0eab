"""Ids of Stripe's objects, recognised by what they begin with: they are no personal data."""

from __future__ import annotations

import re

# What the ids of Stripe's objects begin with, those of former versions of its API too.
PREFIXES = frozenset(
    """
    acap acct acctlink aliacc alrt appsecret apwc ba bpc bps btcrcv btctxn btok ca card cbtxn
    ccsbtxn ch climorder climsku climsup clock cn cnli cptxn credgr credrev cs ctoken cus cuss
    debrev di dp du ed ent ephkey evt fa fca fcaown fcaowns fcauth fcinba fcsess fctxn fctxnref
    feat fee fil file fr frr fwdreq iar iauth ibt ic ich ics idp ii il in inpay inrtem intok ipcd
    ipi ise issfr iv ivt li link loc mandate mbur mtr mtrusg obp obt or orret par person pi plan
    plink pm pmc pmd po pr price prod prodft promo prv pst py pyr qt rc rd re req rp rsl rsli
    seti setatt shr si sis sku sli sqr src srcmn srctxn ssr su sub sub_sched sub_sched_rev tax
    tax_li taxcalc taxloc taxreg tdsrc tmc tml tmr tok tr trr trt trxn trxne tu txcd txi txn txr
    uli vr vs we
    """.split()
)
RANDOM = re.compile(r"(?:test_|live_)?(?=[A-Za-z]*[0-9])[A-Za-z0-9]{14,}")


def prefix_of(text: str) -> str:
    """Which of these prefixes a text begins with; empty for none. The longest one counts."""
    parts = text.split("_")
    for end in range(len(parts) - 1, 0, -1):
        if (found := "_".join(parts[:end])) in PREFIXES:
            return found
    return ""


def is_object_id(text: str) -> bool:
    """Whether it has the form of an id that Stripe makes: a prefix, and random characters."""
    prefix = prefix_of(text)
    return bool(prefix) and RANDOM.fullmatch(text[len(prefix) + 1 :]) is not None
