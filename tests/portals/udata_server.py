"""The real udata application on 127.0.0.1, in the environment that make_servers.sh makes: udata_server.py PORT FOLDER [EXTENSION...].

MongoDB is in neither Debian nor PyPI: mongomock stands in for it, in memory. Everything else is udata's
own code with its own settings (so `.parquet` is refused unless named here). Writes FOLDER/ready.json,
with an organisation and a key of one of its members, once it answers.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import mongoengine
import mongomock
from udata.flask_mongoengine import connection
from udata.settings import Defaults

PORT, FOLDER, MORE = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]


def connect(settings):
    return mongoengine.connect(
        "udata", host="mongodb://localhost", alias=settings.get("alias", "default"),
        mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard",
    )  # fmt: skip


connection._connect = connect


class Settings:
    SECRET_KEY = SECURITY_PASSWORD_SALT = API_TOKEN_SECRET = "of-a-test-on-this-machine-only-----------"
    SERVER_NAME = f"127.0.0.1:{PORT}"
    PREFERRED_URL_SCHEME = "http"
    CACHE_TYPE = "flask_caching.backends.SimpleCache"
    CELERY_TASK_ALWAYS_EAGER = CELERY_ALWAYS_EAGER = True
    CELERY_BROKER_URL = "memory://"
    ELASTICSEARCH_URL = None
    FS_ROOT = str(FOLDER / "files")
    FS_PREFIX = "/s"
    DEFAULT_LANGUAGE = "fr"
    MAIL_SUPPRESS_SEND = True
    SEND_MAIL = DEBUG = False
    URLS_ALLOW_LOCAL = URLS_ALLOW_PRIVATE = True
    ALLOWED_RESOURCES_EXTENSIONS = (*Defaults.ALLOWED_RESOURCES_EXTENSIONS, *MORE)


from udata.app import create_app, standalone  # noqa: E402

app = create_app("udata.settings.Defaults", override=Settings)
standalone(app)
with app.app_context():
    from udata.core.api_token.models import ApiToken
    from udata.core.organization.models import Member
    from udata.core.spatial.models import GeoLevel, GeoZone
    from udata.models import License, Organization, User

    user = User.objects.create(
        first_name="Essai", last_name="Fictif", email="essai@hub.example", password="x", active=True, confirmed_at=datetime.now(UTC)
    )
    organisation = Organization(name="Hub fictif", description="Un hub fictif.", members=[Member(user=user, role="admin")]).save()
    for licence, title, url in (
        ("lov2", "Licence Ouverte / Open Licence version 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
        ("notspecified", "License Not Specified", None),
    ):
        License(id=licence, title=title, url=url, active=True).save()
    GeoLevel(id="fr:commune", name="commune", admin_level=100).save()
    GeoZone(id="fr:commune:68224", slug="mulhouse", name="Mulhouse", code="68224", level="fr:commune").save()
    key = ApiToken.generate(user, name="km0")
    (FOLDER / "ready.json").write_text(json.dumps({"organisation": str(organisation.id), "key": str(key[1] if isinstance(key, tuple) else key)}))

from werkzeug.serving import run_simple  # noqa: E402

run_simple("127.0.0.1", PORT, app, threaded=False)
