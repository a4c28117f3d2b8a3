"""What a command says when it fails: one sentence, without the words or the number of anybody."""

from __future__ import annotations

FAILED = 1
WRONGLY_WRITTEN = 2

# Named by their class so that a command that needs none of these libraries does not load them.
_SPEAK_FOR_THEMSELVES = {"TextFileError", "SecretKeyError", "LadderError", "UnsafeConfiguration"}
_SENTENCES = {
    "RiskModelMissing": "le modèle de risque manque ou ne convient plus; « make train » le refait.",
    "ThresholdsRefused": "le fichier confidence.yml de la route ne donne pas tous ses seuils.",
    "LexiconError": "un fichier de mots ou de tournures du filtre de risque n'est pas utilisable.",
    "SQLAlchemyError": "la base de données ne répond pas comme prévu; « relais doctor » dit pourquoi.",
}


class CommandError(Exception):
    """The command cannot go on; `str(error)` is the sentence for the person who typed it."""

    def __init__(self, sentence: str, exit_code: int = FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def sentence_of(error: Exception) -> str:
    """One line for the terminal. Errors written by the project speak for themselves; others give their name only."""
    names = [kind.__name__ for kind in type(error).__mro__]
    if isinstance(error, CommandError) or not _SPEAK_FOR_THEMSELVES.isdisjoint(names):
        return " ".join(str(error).split())
    known = next((_SENTENCES[name] for name in names if name in _SENTENCES), None)
    if known:
        return known
    if isinstance(error, OSError) and error.strerror:
        return f"le système refuse ({error.strerror}) : {error.filename or 'sans nom de fichier'}."
    return f"erreur inattendue ({type(error).__name__})."
