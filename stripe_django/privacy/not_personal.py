"""Keys that were looked at and hold no personal data. All others are withheld until they are.

Those with codes and numbers alone stand in modules of their own.
"""

from __future__ import annotations

# Where a key of the inventory means something else.
EXCEPTIONS = """
    apps.secret:name application:name billing.credit_grant:name billing_portal.configuration:name
    climate.product:name climate.supplier:name coupon:name entitlements.feature:name headers.name
    issuing.personalization_design:name issuing.physical_bundle:name marketing_features.name
    matching.name payment_method_configuration:name plan:name product:name radar.value_list:name
    reporting.report_type:name sku:name tax_code:name terminal.configuration:name
    test_helpers.test_clock:name v2.core.event_destination:name
    billing.meter:display_name custom.display_name jurisdiction.display_name
    shipping_rate:display_name tax_rate:display_name tax_rate_details.display_name
    terminal.location:display_name
    invoice_rendering_template:nickname plan:nickname price:nickname
    credit_note:number invoice:number quote:number
    climate.product:description entitlements.feature:description product:description
    product:attributes sku:attributes tax_code:description tax_rate:description
    plan:statement_descriptor product:statement_descriptor
    billing.alert:title scheduled_query_run:title
    display_preference.value trace_id.value
    event:user_id invoice.prefix
    payment_link:url product:url related_object.url webhook_endpoint:url
"""

# Ids of objects, names of Stripe's own things, and settings of the merchant.
TEXTS = """
    account account_country account_holder_type account_tax_ids account_type acknowledged_at
    acquirer_bin acquirer_country acquirer_merchant_id acquiring_institution_id acs_transaction_id
    action additional additional_documentation additional_files address_country address_line1_check
    address_postal_code_check address_zip_check adjustment advice_code alert alias
    allowed_merchant_countries allowed_payment_method_types alternative_fields_due
    amount_tax_display api_version app app_id application application_cryptogram application_fee
    application_preferred_name authorization authorization_code authorization_response_code
    available available_at avalgo aws_account_id aws_event_source_arn azure_partner_topic_name
    azure_region azure_resource_group_name azure_subscription_id back background_color
    background_image_url balance_transaction balance_transactions bank_account_token
    bank_transaction_id blocked_merchant_countries brand brand_product button_color
    ca_certificate_file calculation canceled_at cancellation_policy card card_logo card_statement
    cardholder cardholder_verification_method carrier case_id cash_balance cash_receipt category
    category_code cb_exemption cb_score changes charge chargeback_loss_reason_code check_image
    checkout_session chips client_certificate_file client_token code columns commodity_code
    configuration configuration_overrides confirmation_number connect_src connected_account
    consumed_at content content_type context country coupon created credit_balance_transaction
    credit_grant credit_note credit_reversal creditor_id creditor_identifier currencies currency
    currency_conversion currently_due custom customer customer_account customer_account_id
    customer_balance_transaction customer_signature cvc_check cvc_token cvm_type data_type date
    debit_reversal decline_code dedicated_file_name default_account_tax_ids default_columns
    default_currency default_mandate default_payment_method default_price default_source
    default_tax_rates destination destination_payment destination_payment_method
    destination_payment_refund details_code device_sw_version discount discounts display_brand
    dispute document ds_transaction_id duplicate_charge_documentation duplicate_charge_id eci
    effective_at electronic_commerce_indicator enabled_events end_date end_time endpoints_granted
    endpoints_pending entitlement_feature entitlements entity entries error event_name
    event_payload_key events_from eventually_due evidence_customer_signature
    evidence_transaction_certificate exchange_rate excluded_payment_method_types execute_on
    expected_arrival_date expected_debit_date expires expires_at export_license_id
    export_purpose_code external_accounts failed_at failure_balance_transaction failure_code
    failure_reason feature features fee fee_batch feedback_option feedback_options field file files
    financial_account financial_address financial_connections_account fiscal_year_end flow
    font_family fraud_type from_account front funding funding_method funding_source_group
    generated_card generated_sepa_debit generated_sepa_debit_mandate headline holds_currencies icon
    id identifier imad image_src image_url images inactive_message inbound_transfer individual
    industry_product_code info_url inquiry integration_identifier interval invoice invoice_item
    invoice_line_item invoice_line_items invoice_prefix issuing_authorization issuing_card
    issuing_country issuing_dispute issuing_transaction items jurisdiction key label language
    last_verification_report latest_attempt latest_charge latest_invoice
    latest_outbound_setup_intent latest_payment_attempt_record latest_revision line_item_ids
    line_items lines linked_transaction links list_items local_name locale localization_key location
    lock_expires_at logo logo_url lookup_key mandate mcc merchant_currency meter method metric_tons
    minimum minimum_amount_currency minimum_transition_date missing_fields network
    network_advice_code network_decline_code network_id network_reason_code network_status
    network_transaction_id nonce_str object omad on_behalf_of order_id origin_payment_method
    original_fields_due original_line_item original_payout original_transaction
    originating_transaction outbound_payment outbound_transfer ownership package page_title param
    parent partner_id past_due pay_later_asset_urls_descriptive pay_later_asset_urls_standard
    pay_later_name pay_later_redirect_url pay_now_asset_urls_descriptive pay_now_asset_urls_standard
    pay_now_name pay_now_redirect_url pay_over_time_asset_urls_descriptive
    pay_over_time_asset_urls_standard pay_over_time_name pay_over_time_redirect_url payment
    payment_code payment_flow_file payment_intent payment_intent_id payment_link payment_method
    payment_method_categories payment_method_category payment_method_configuration
    payment_method_type payment_method_types payment_record payment_reference payments_pricing
    payout payout_intent payout_method payout_methods pending_setup_intent pending_verification
    percentage_decimal performance_location permissions_granted permissions_pending person
    personalization_design physical_bundle placeholder plan pos_entry_mode posted_at preferred
    preferred_language preferred_locale preferred_locales prepay_id presentment_currency
    previous_attributes previous_authentication price prices primary_color private_key_file
    processing_at processing_date product product_code product_name product_url products
    promotion_code provider purchase_country purchase_type quote radar_session rate read_method
    reader reason reason_code reason_for_filing receipt receipt_number received_credit
    received_credits received_debit received_debits recipient recipient_verification recovered_from
    reference_prefix reference_status reference_type refund refund_account_holder_address_country
    refund_account_holder_type refund_attributes_method refund_attributes_status refund_group
    refund_policy refunds registrar related_customer related_customer_account released_subscription
    replaced_by replacement_for report_type reporting_category request requestor_id requirement
    requires_action_at reserve_hold reserve_plan reserve_release resource retrieval_reference
    returned_at reversals reversed_by review risk_level rule schedule secondary_color selfie
    sender_address_country sent serial_number service_agreement service_class service_date
    service_documentation service_type service_user_number session settlement_currency setup_attempt
    setup_intent shipping_carrier shipping_date shipping_documentation shipping_rate sign
    single_use_mandate skip_button snapshot_api_version snapshot_event source source_charge
    source_currency source_flow source_flow_type source_refund source_transaction source_transfer
    source_transfer_reversal source_type sources spending_limits_currency splashscreen ssid
    start_date start_time status stripe_name stripe_report submit_button subscription
    subscription_item subscription_items subscription_reference subscription_schedule succeeded_at
    suffix suggested_decision_version supplier suppliers supported_bank_account_currencies
    supported_currencies supported_payment_currencies supported_payment_methods
    supported_transfer_countries supporting_files system_trace_audit_number target_date tax_code
    tax_id_registrar tax_ids tax_rate tax_rates template terminal_id terminal_verification_results
    test_clock text three_d_secure three_ds_server_transaction_id time timestamp timezone
    to_currency token token_requestor_id token_requestor_name token_risk_score tokenization_method
    topup trace_id transaction transaction_id transaction_link_id transaction_refresh
    transaction_status_information transactions transfer transfer_group transfer_reversal
    travel_agency trial_offer type uncategorized_file unit unit_label unit_of_measure updated
    url_expires_at us_bank_account usage user user_report validation_regex value_decimal value_list
    verification_flow verification_session version void_at wallet weekly_anchor
"""

# What older versions of the API, and objects without a model, have.
OTHERS = """
    account_balance aggregate_usage algorithm allowed_source_types app_channel
    application_fees_refunded_currency application_method authentication authorized_currency
    available_payout_speeds billable_item billing_cadence billing_profile bitcoin_amount
    bitcoin_amount_received business_logo business_primary_color cadence campaign_type caption
    card_bundle closed_at collection_status compartment_id config conflicting_field contract_line
    contract_number created_from created_via crypto_customer_id currencies_supported
    custom_pricing_unit customer_balance_applied default_bank_account default_card
    default_source_type delay_reason dimension directory_server_id directory_server_name
    estimated_availability evaluations_triggered event_type expected_settlement_date
    external_coupon_code fields_needed filled financing_offer financing_type forgiven
    fulfillment_type gift_card google_reference grouping_key grouping_type held_currency
    invoice_presentation_dimensions latest_version license_fee license_fee_id license_fee_version
    license_pricing_id license_pricing_type linked_credits linked_payment list live_version managed
    meter_id metric migrated_to network_business_profile network_profile
    network_settlement_identifier new_reference notification_event notification_method object_name
    opened_at order original original_decision_type other_transfers payment_currency pending_signals
    platform_payments pricing_line pricing_override pricing_plan pricing_plan_version publishable
    rate_card rate_card_id rate_card_version reason_product_not_tweetable registration_code
    renewal_behavior report report_name requested_capabilities requested_session requested_signals
    retry_strategy revision role rolled_back_from root_certificate_authorities section
    selected_shipping_method server_transaction_id service_interval servicing_status
    settlement_allocation_intent settlement_service settlement_speed settlement_type severity sku_id
    tax_percent three_d_secure_2_source three_ds_optimizations token_contract_address
    transfers_enabled tweetable_url uncaptured_funds unit_amount_excluding_tax upstream_id
    v1_event_id validation workflow
"""
