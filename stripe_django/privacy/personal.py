"""The inventory: Stripe's keys that hold personal data, by category.

A key counts wherever it occurs. ``device.location`` counts where it ends the path,
``bank_account:last4`` in objects of that name alone. The most precise entry wins, of
``not_personal`` too: one with an object, then the longer one.
"""

from __future__ import annotations

PERSONAL = {
    "names": """
        name name_kana name_kanji first_name first_name_kana first_name_kanji last_name
        last_name_kana last_name_kanji full_name full_name_aliases given_name surname maiden_name
        individual_name business_name business_name_kana business_name_kanji registered_name
        doing_business_as display_name display_name_kana display_name_kanji nickname public_name
        account_holder_name account_name cardholder_name customer_name passenger_name payer_name
        sender_name verified_name provided_name matched_name merchant_name merchant_display_name
        refund_account_holder_name shipping_first_name shipping_last_name second_line sold_by
    """,
    "emails": """
        email contact_email created_by customer_email customer_email_address email_sent_to
        hashed_account_email_address instructions_email payer_email receipt_email support_email
        updated_by verified_email email.value
    """,
    "phones": """
        phone phone_number bank_phone_number contact_phone customer_phone support_phone
        verified_phone verified_phone_last4 phone.value
    """,
    "addresses": """
        address line1 line2 city state postal_code town province region raw_address
        address_city address_line1 address_line2 address_state address_zip billing_address
        billing_zip from_postal_code to_postal_code verified_address
        refund_account_holder_address_city refund_account_holder_address_line1
        refund_account_holder_address_line2 refund_account_holder_address_postal_code
        refund_account_holder_address_state sender_address_line1 shipping_address
        shipping_address_zip shipping_from_zip
    """,
    "ip_addresses": """
        ip ip_address client_ip customer_purchase_ip destination_ip_address ip_allowlist
    """,
    "devices": """
        accept_header browser customer_device_fingerprint customer_device_id device
        device_fingerprint iovation_blackbox machine_identifier platform pos_device_id user_agent
    """,
    "whereabouts": """
        latitude longitude device.location arrival_airport_code departure_airport_code
        flight_number
    """,
    "card_numbers": """
        last4 dynamic_last4 fingerprint iin exp_month exp_year bin card_reference_id cryptogram
        emv_auth_data primary_account_identifier token_reference_id
    """,
    "bank_numbers": """
        account_number account_number_last4 bank bank_address_city bank_address_line_1
        bank_address_line_2 bank_address_postal_code bank_code bank_name bic branch_code
        branch_name branch_number bsb_number clabe fedwire_routing_number iban iban_last4
        institution_name institution_number issuer mandate_reference refund_iban
        refund_routing_number routing_number routing_numbers sender_account_number sender_bank
        sender_branch sender_iban sender_sort_code sort_code swift_code transit_number
        nz_bank_account.suffix bank_account:last4 bank_account:fingerprint
        financial_connections.account:last4 ach_debit.last4 acss_debit.last4 au_becs_debit.last4
        bacs_debit.last4 nz_bank_account.last4 payto.last4 sepa_debit.last4 us_bank_account.last4
        ach_debit.fingerprint acss_debit.fingerprint au_becs_debit.fingerprint
        bacs_debit.fingerprint sepa_debit.fingerprint us_bank_account.fingerprint
    """,
    "wallet_accounts": """
        account_id billing_agreement_id bitcoin_uri buyer_address buyer_id cashtag
        inbound_address pay_id payer_id persistent_token refund_address transaction_hash uri
        username vpa wallet_address
    """,
    "birth_dates": """
        dob.day dob.month dob.year date_of_birth.day date_of_birth.month date_of_birth.year
        dob_day dob_month dob_year
    """,
    "government_ids": """
        alphanumeric_id business_vat_id driver_id eori_number id_number number registration_number
        tax_deduction_account_number tax_id tin unspecified_id user_id vat vehicle_number
        customer_tax_ids.value tax_ids.value tax_id:value
    """,
    "personal_traits": """
        ethnicity ethnicity_other gender legal_gender minority_owned_business_designation
        nationalities nationality political_exposure race race_other self_identified_gender sex
        unparsed_place_of_birth unparsed_sex
    """,
    "free_text": """
        metadata access_activity_log ares body calculated_statement_descriptor certificate
        cancellation_policy_disclosure cancellation_rebuttal client_reference_id comment
        custom_message customer_communication customer_data customer_reference default_value
        description descriptor details duplicate_charge_explanation error_message
        dispute_explanation evidence explanation
        external_id failure_message filename footer footer_body footer_title header header_body
        header_title idempotency_key interval_description invoices memo merchant_reference message
        order_reference payload plain_text prefix product_description reason_message
        recipient_best_description reference refund_policy_disclosure refund_refusal_explanation
        return_description rreq seller_message shipping_tracking_number sql statement_description
        statement_descriptor statement_descriptor_kana statement_descriptor_kanji
        statement_descriptor_prefix statement_descriptor_prefix_kana
        statement_descriptor_prefix_kanji statement_descriptor_suffix
        statement_descriptor_suffix_kana statement_descriptor_suffix_kanji
        payout_statement_descriptor transfer_statement_descriptor subject title tracking_number
        uncategorized_text user_facing_description value issuing.dispute:cancellation_reason
        predicate associated_objects
    """,
    "web_addresses": """
        url business_url cancel_url challenge_url claim_url custom_mandate_url data_string
        default_return_url doc_url domain_name failure_url fingerprinting_url
        hosted_instructions_url hosted_invoice_url hosted_regulatory_receipt_url
        hosted_verification_url hosted_voucher_url image_data_url image_url_png image_url_svg
        invoice_pdf mandate_url mobile_auth_url native_data native_url pdf privacy_policy_url
        qr_code_url receipt_url redirect_url refresh_url registry_url request_log_url return_url
        specified_commercial_transactions_act_url success_url support_url terms_of_service_url
        three_ds_method_url tracking_url use_stripe_sdk payment_intent:data setup_intent:data
    """,
}

# Hashes with keys of anybody's choice: what is done to them is done to all that they hold.
WHOLE = frozenset("associated_objects body metadata payload use_stripe_sdk".split())
