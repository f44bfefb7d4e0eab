"""The strictest policy a project may have: nothing inline, nothing from elsewhere."""

POLICY = "default-src 'self'"


def middleware(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return respond
