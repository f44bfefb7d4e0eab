"""Requests and responses, through the SDK's transport or over HTTP."""
