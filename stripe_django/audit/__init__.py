"""The models, compared with what the installed ``stripe`` package declares."""
