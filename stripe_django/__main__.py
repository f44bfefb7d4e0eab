import sys

from stripe_django.cli import main

if __name__ == "__main__":
    sys.exit(main())
