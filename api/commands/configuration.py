"""The settings, or one sentence that names the ones to mend."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_settings import SettingsError

from api.commands.failures import CommandError
from foundation import settings as foundation_settings
from foundation.settings import Settings


def load_settings() -> Settings:
    """Raises CommandError, which names settings and never their values."""
    try:
        return foundation_settings.load_settings()
    except ValidationError as error:
        names = sorted({f"RELAIS_{str(problem['loc'][0]).upper()}" for problem in error.errors() if problem["loc"]})
        raise CommandError(f"réglage illisible : {', '.join(names) or 'voir .env'}.") from None
    except SettingsError:
        raise CommandError("réglage illisible : RELAIS_LINES et RELAIS_FALLBACK_NUMBERS sont du JSON.") from None
