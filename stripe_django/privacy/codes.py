"""Keys with one of several codes that Stripe defines, none of which identifies a person."""

from __future__ import annotations

CODES = """
    account_subcategories acss_debit_payments active_features address_source affirm_payments
    afterpay_clearpay_payments alert_type allow_redirects allow_redisplay allow_redisplay_filters
    allowed_card_presences allowed_categories allowed_countries allowed_types allowed_updates
    alma_payments amazon_pay_payments amount_includes_iof amount_type app_distribution
    applied_configurations ares_trans_status au_becs_debit_payments authentication_flow
    authorization_method automatic_tax available_payout_methods awaiting_action_from
    aws_event_source_status azure_partner_topic_status bacs_debit_payments balance balance_type
    bancontact_payments bank_account_type bank_transfer_payments behavior billie_payments
    billing_address_collection billing_cycle_anchor billing_reason billing_scheme bizum_payments
    blik_payments blik_recurring_payments blocked_card_presences blocked_categories boleto_payments
    border_style brands_blocked business_type cancellation_reason capability capture_method
    card_issuing card_number_source card_payments card_presence carrier_text
    cartes_bancaires_payments case_type cashapp_payments categories cause chain channel claimed_by
    client closed_reason collection_method confirmation_method crypto_payments customer_creation
    customer_presence customer_tax_exempt dashboard default_allowed_updates default_for deleted
    device_type directory_server disabled_reason display dispute_categories dispute_type dob
    duration end_behavior enhanced_eligibility_types entity_type eps_payments event_payload
    event_time_window exempt exemption_indicator expiry_check feed_type feedback fees_collector
    fields fields_to_review flow_directions flow_type formula fpx_payments frozen_fields
    funding_type funding_types_blocked future_requirements gb_bank_transfer_payments
    giropay_payments goods_type grabpay_payments hosted_payment_method_save http_method
    id_number_type ideal_payments identifier_type inactive_reason inbound_flows
    india_international_payments ineligible_reason initiated_by intended_submission_method
    invoicing_behavior item_type jcb_payments jp_bank_transfer_payments jurisdiction_level
    kakao_pay_payments klarna_payments konbini_payments kr_card_payments legacy_payments level
    link_payments link_type locales location_source lock_duration lock_status loss_reason
    losses_collector match_result matched_business_type mb_way_payments merchandise_or_services
    message_category microdeposit_type missing_payment_method mobilepay_payments mode
    money_movement_type multibanco_payments mx_bank_transfer_payments naver_pay_payments
    network_code nz_bank_account_becs_debit_payments opened_reason options origin_context
    outbound_flows outcome ownership_exemption_reason oxxo_payments p24_payments page_size
    pay_by_bank_payments payco_payments payer payment_behavior
    payment_method_allow_redisplay_filters payment_method_collection payment_method_redisplay
    payment_method_remove payment_method_save payment_method_save_allow_redisplay_override
    payment_method_save_usage payment_schedule payment_status payment_type payments paynow_payments
    paypay_payments payto_payments pending_features pending_reason permissions pix_payments
    place_of_supply_scheme position preference preferred_networks prefetch price_type product_type
    promotions promptpay_payments proration_behavior proration_discounts protocol_version
    provided_business_type purpose rate_type reason_codes reasons recommended_action
    reconciliation_mode reconciliation_status recurrence redirect_on_completion registration_type
    regulated_status removal_pathway replacement_reason replacements reported_by
    request_extended_authorization request_incremental_authorization request_multicapture
    request_overcapture request_three_d_secure requested_address_types requested_priority
    requestor_challenge_indicator require_payment_method_support required required_actions
    requirement_collection requirements_collector resolution restricted_features restricted_reason
    restriction result result_reason return_reason return_status revocation_reason
    revolut_pay_payments round rreq_trans_status samsung_pay_payments satispay_payments
    save_default_payment_method scalapay_payments sepa_bank_transfer_payments sepa_debit_payments
    sequra_payments service setting setup_credential_usage setup_future_usage sofort_payments
    sourcing stored_credential_usage structure style subcategory submission submission_method
    submit_type subscriptions suggested_decision sunbit_payments supported supported_networks
    supported_payment_method_types supported_types swish_payments tax_behavior tax_exempt
    tax_reporting_us_1099_k tax_reporting_us_1099_misc tax_type taxability_override
    taxability_reason terms_of_service tiers_mode token_currency transaction_purpose
    transaction_type transfers treasury trial_update_behavior twint_payments ui_mode
    undeliverable_reason update_shipping_details upi_payments us_bank_account_ach_payments
    us_bank_transfer_payments usage_intent usage_type verification_method verification_type
    wallet_provider weekly_payout_days wero_payments zip_payments
"""
