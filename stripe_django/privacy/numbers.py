"""Keys with amounts, counts, times and flags, none of which identifies a person."""

from __future__ import annotations

NUMBERS = """
    accepted_at account_trust_score accounts actionable active active_from aggregated_value
    allow_promotion_codes allow_relinking amount amount_authorized amount_capturable amount_captured
    amount_charged amount_decimal amount_discount amount_due amount_eligible amount_fees amount_gte
    amount_off amount_overpaid amount_paid amount_paid_off_stripe amount_percent amount_received
    amount_refunded amount_releasable amount_remaining amount_requested amount_returned
    amount_reversed amount_shipping amount_subtotal amount_tax amount_total application_fee_amount
    application_fee_percent applied approval_requested approval_required approved archived
    arrival_date as_of atm_fee attach_to_self attempt_count attempted attempts_remaining
    authenticated authorizer auto_advance automatic automatically_finalizes_at available_on
    avs_failure bank_account billed_until cancel_at cancel_at_period_end cancelable
    cancellation_policy_provided capture_before capture_payments captured card_management
    card_spend_dispute_management cardholder_management cash cashback_amount charge_attempt_at
    charges_enabled check_in_at closed color_depth completed_at completes_at computed_timestamp
    confirmed_at count created_at current current_deadline current_period_end current_period_start
    customer_approval_required cvc_failure data_available_end data_available_start data_load_time
    day day_of_month days_after_charge days_until_due deactivated_at deadline
    debit_negative_balances default_for_currency delay_days delay_days_override delayed_at
    deletes_after delinquent delivered_at delivery_year departure_at destination_duration
    destination_on_behalf_of_charge_management details_submitted device_trust_score director
    directors directors_provided disable_stripe_user_authentication disabled_at discount_amount
    discountable dispute_management disputed divide_by due_by due_date duration_in_months
    edit_payout_schedule effective_date effective_percentage eligible email_sent_at
    enable_customer_cancellation enabled end end_hour ended_at ending_balance error_count
    estimated_worker_count eta evaluated_at executive executives executives_provided
    exemption_indicator_applied expected_at expected_availability_date expected_deactivation_date
    expected_delivery_year expected_expiry_date expired expires_after expires_after_days
    expires_after_seconds expires_on external_account_collection fee_acknowledged finalized_at
    first_time_transaction fixed_amounts flat_amount flat_amount_decimal fpx frozen_time fx_rate
    gross_amount_decimal gte has_evidence height hour id_number_provided
    id_number_secondary_provided inbound_pending inclusive incremental_authorization_supported
    instant_payouts interval_count interval_end interval_start invoice_credit_balance
    is_account_default is_amount_controllable is_charge_refundable is_controller is_default
    is_platform_default is_releasable is_revision iterations java_enabled javascript_enabled
    last_attempted_at last_seen_at legal_guardian length limit livemode local_amount_decimal
    marked_uncollectible_at max_length max_redemptions maximum maximum_amount_capturable
    maximum_length merchant_amount metric_tons_available min_length minimum_amount
    minimum_balance_by_currency minimum_length minute minutes month monthly_anchor
    monthly_payout_days moto national_amount_decimal net net_amount network_risk_score
    network_updated_at next_invoice_sequence next_payment_attempt next_pending_invoice_item_invoice
    next_refresh_available_at next_sequence nights occurred_at odometer open optional
    out_of_band_amount outbound_pending overcapture_supported overridable owner owners
    owners_provided paid paid_at password_provided pause_at payment_count
    payment_method_redisplay_limit payments_per_period payouts_enabled pending_webhooks percent
    percent_off percent_ownership percentage percentages period_end period_start post_payment_amount
    post_payment_credit_notes_amount pre_payment_amount pre_payment_credit_notes_amount present
    presentment_amount preset priority product_substituted_at proration quantity quantity_decimal
    rates received_at redeem_by refreshed_at refund_application_fee refund_management refundable
    refunded release_after released_at representative request_incremental_authorization_support
    requested requested_at require_cvc_recollection require_id_number require_live_capture
    require_matching_selfie require_signature require_verification reset_billing_cycle_anchor
    restricted result_available_until resume_at resumes_at returned reverse_transfer reversed
    risk_score row scheduled_release score screen_height screen_width second send_money shippable
    shipped_at shipping_amount shipping_delay size skip_tipping skipped smart_disputes_management
    smart_tip_threshold spend_control_management ssn_last_4_provided standard_payouts start
    start_hour started_at starting_balance stopover_allowed stored_at submission_count
    subscription_proration_date subtotal subtotal_excluding_tax success_count target_frozen_time tax
    tax_amount tax_amount_exclusive tax_amount_inclusive tax_date tax_id_provided taxable_amount
    template_version times_redeemed timezone_offset total total_excluding_tax total_tax_amount
    transacted_at transfer_balance transfer_up_to_amount transitioned_at trial trial_end
    trial_from_plan trial_period_days trial_start unit_amount unit_amount_decimal unit_cost
    unit_cost_decimal up_to updated_at usage_gte used using_merchant_default valid vat_id_provided
    verified_by_fraud_challenge voided_at webhooks_delivered_at weight width year
"""
