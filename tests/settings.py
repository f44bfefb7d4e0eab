import importlib.util
import os

DATABASE = os.environ.get("DATABASE", "sqlite")

if DATABASE == "mariadb" and importlib.util.find_spec("MySQLdb") is None:
    # PyMySQL needs no C headers to install; Django knows it by mysqlclient's name only.
    import pymysql

    pymysql.install_as_MySQLdb()

# Two checkouts that share a server need two names.
TEST_DATABASE = os.environ.get("TEST_DATABASE", "test_stripe_django")

DATABASES = {
    "default": {
        "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        "postgres": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ.get("PGHOST", "127.0.0.1"),
            "PORT": os.environ.get("PGPORT", "5432"),
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "NAME": os.environ.get("PGDATABASE", "postgres"),
            "OPTIONS": {"connect_timeout": 5},
            "TEST": {"NAME": TEST_DATABASE},
        },
        "mariadb": {
            "ENGINE": "django.db.backends.mysql",
            "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
            "PORT": os.environ.get("MYSQL_TCP_PORT", "3306"),
            "USER": os.environ.get("MYSQL_USER", "root"),
            "PASSWORD": os.environ.get("MYSQL_PWD", ""),
            "OPTIONS": {"charset": "utf8mb4", "connect_timeout": 5},
            # The collation most servers have: it ignores case, which ids must not.
            "TEST": {
                "NAME": TEST_DATABASE,
                "CHARSET": "utf8mb4",
                "COLLATION": "utf8mb4_general_ci",
            },
        },
    }[DATABASE]
}

SECRET_KEY = "only for the tests"
USE_TZ = True
ROOT_URLCONF = "tests.urls"
STATIC_URL = "static/"
STRIPE_DJANGO = {
    "API_KEY": "sk_test_not_a_real_key",
    "WEBHOOK_SECRETS": ["whsec_not_a_real_secret"],
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "stripe_django",
    "tests.linked",
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
