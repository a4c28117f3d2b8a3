"""The linter on documents of ours: accepted as they are, refused with each small fault planted in them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from foundation.settings import Settings
from ivr import twiml, twiml_waiting
from ivr.legs import documents as legs
from ivr.menu import FULL_MENU
from ivr.menu_state import Destination, Listen
from ivr.simulated.twiml_allowed import VERBS, DocumentPlace
from ivr.simulated.twiml_linter import problems_of
from triage.interventions.types import Language, Line
from triage.voice_port import LegKind

FRENCH = Language.FRENCH
SAID = ("Restez en ligne.", "Une personne est appelée.")
CONTACT = "0123456789abcdef" * 2
LEG = "f0e1d2c3b4a59687" * 2


def documents(settings: Settings) -> dict[str, tuple[str, DocumentPlace]]:
    """One document of each shape, and who executes it."""
    queue = twiml.queue(settings, Line.INFO_SOCIAL, SAID, FRENCH, mute=False)
    first_number = settings.fallback_numbers["info_social"][0]
    calls = {
        "menu": twiml.listening(settings, Listen(FULL_MENU), 3, FRENCH, demo=True),
        "answer": twiml.listening(settings, Listen((), ("Une réponse.\nUne ressource.",)), 3, FRENCH, demo=False),
        "keys alone": twiml.listening(settings, Listen(("keys",), keys_only=True), 3, FRENCH, demo=False),
        "goodbye": twiml.goodbye(settings, Line.INFO_SOCIAL, FRENCH),
        "transfer": twiml.transfer(settings, Destination.GAP, 4, FRENCH),
        "queue": queue,
        "mute queue": twiml.queue(settings, Line.INFO_SOCIAL, (), FRENCH, mute=True),
        "overflow": twiml.overflow(settings, Line.INFO_SOCIAL, first_number, 1, SAID, FRENCH),
        "conversation": twiml.conversation(settings, CONTACT),
        "static": twiml.static_dial(settings, Line.INFO_SOCIAL, screened=True),
        "kept elsewhere": twiml.static_dial(settings, Line.PARTENAIRES, screened=False),
    }
    return (
        {name: (document, DocumentPlace.CALL) for name, document in calls.items()}
        | {
            "moved": (queue, DocumentPlace.MOVED),
            "waiting": (twiml_waiting.waiting(settings, SAID, FRENCH, music=True), DocumentPlace.QUEUE),
            "waiting to music": (twiml_waiting.waiting(settings, SAID, FRENCH, music=True), DocumentPlace.QUEUE),
            "leave": (twiml_waiting.leave_queue(), DocumentPlace.QUEUE),
            "screen": (twiml.screen(settings), DocumentPlace.SCREEN),
            "put through": (twiml.nothing_to_do(), DocumentPlace.SCREEN),
        }
        | _documents_of_conversation(settings)
    )


def _documents_of_conversation(settings: Settings) -> dict[str, tuple[str, DocumentPlace]]:
    return {
        "waiting with music": (twiml_waiting.waiting(settings, SAID, FRENCH, music=True), DocumentPlace.QUEUE),
        "callback": (twiml_waiting.callback_promised(settings, SAID, FRENCH), DocumentPlace.QUEUE),
        "ring": (legs.ring(settings, LegKind.INTERVENANT, LEG), DocumentPlace.LEG),
        "joins": (legs.into_conference(settings, CONTACT, LEG, SAID, ends=True), DocumentPlace.LEG),
        "guest joins": (legs.into_conference(settings, CONTACT, LEG, ends=False), DocumentPlace.LEG),
        "let go": (legs.over(), DocumentPlace.LEG),
        "held": (legs.held(settings, FRENCH, mute=False, music=True), DocumentPlace.HOLD),
        "held mute": (legs.held(settings, FRENCH, mute=True, music=True), DocumentPlace.HOLD),
        "key asked": (legs.key_asked(settings, mute=True), DocumentPlace.MOVED),
    }


@dataclass(frozen=True)
class Fault:
    """In this document, `old` becomes `new`; `reason` is what the linter must say, among its reasons."""

    id: str
    document: str
    old: str
    new: str
    reason: str


VOICE = 'voice="Polly.Gabrielle-Neural"'
TURN = "http://relais.test/ivr/turn?n=3"
WAIT_URL = 'waitUrl="http://relais.test/ivr/wait"'
AFTER = "http://relais.test/ivr/after-queue"
AGAIN = '<Redirect method="POST">http://relais.test/ivr/again</Redirect>'
REDIRECT = f'<Redirect method="POST">{TURN}</Redirect>'
END = "</Response>"
MUTE_TAIL = (
    '<Dial callerId="+18005550811" timeout="25"><Number>+18195550101</Number></Dial>'
    '<Dial callerId="+18005550811" timeout="25"><Number>+18195550102</Number></Dial>'
    f'<Redirect method="POST">{AFTER}?m=1</Redirect>'
)

PLANTED = [
    # The file itself
    Fault("blank-before-the-prolog", "menu", "<?xml", " <?xml", "before the XML prolog"),
    Fault("byte-order-mark", "menu", "<?xml", "\ufeff<?xml", "before the XML prolog"),
    Fault("no-prolog", "menu", '<?xml version="1.0" encoding="UTF-8"?>', "", "before the XML prolog"),
    Fault("another-encoding", "leave", "UTF-8", "ISO-8859-1", "in UTF-8"),
    Fault("not-closed", "queue", "</Response>", "", "not XML"),
    Fault("a-page-of-error", "menu", "Response>", "html>", "not"),
    Fault("a-comment", "menu", "<Gather", "<!-- Marie, en crise --><Gather", "a comment"),
    Fault("an-entity", "menu", "<Response>", '<!DOCTYPE r [<!ENTITY a "b">]><Response>', "a comment or a declaration"),
    Fault("over-64-kB", "queue", "Restez en ligne.", "Restez en ligne. " * 4000, "more than 64 kB"),
    Fault("over-4000-when-moved", "moved", "<Enqueue",
          f'<Say {VOICE} language="fr-CA">{"Restez en ligne. " * 100}</Say>' * 2 + "<Enqueue", "more than 4000"),
    # Verbs, nesting, texts
    Fault("a-verb-to-come", "queue", "<Enqueue", "<Record/><Enqueue", "Record: not a verb used here"),
    Fault("a-verb-misspelt", "menu", "<Gather", "<gather/><Gather", "gather: not a verb used here"),
    Fault("a-redirect-in-gather", "menu", "</Gather>", REDIRECT + "</Gather>", "Redirect in Gather"),
    Fault("ssml-in-say", "queue", "en ligne.", "en <break/>ligne.", "break: not a verb used here"),
    Fault("a-number-outside-dial", "transfer", "<Dial", "<Number>+18195550101</Number><Dial", "Number in Response"),
    Fault("words-between-verbs", "queue", "</Say>", "</Say>Restez.", "a text between two verbs"),
    Fault("a-number-as-text-of-dial", "transfer", "<Number>", "+18195550101<Number>", "Dial: a text"),
    # Attributes
    Fault("an-attribute-misspelt", "menu", "numDigits", "numDigit", "numDigit: not an attribute used here"),
    Fault("an-attribute-lost", "menu", 'finishOnKey="" ', "", "Gather without finishOnKey"),
    Fault("a-hash-that-ends", "menu", 'finishOnKey=""', 'finishOnKey="#"', "Gather finishOnKey: not a value"),
    Fault("words-masked", "menu", 'profanityFilter="false"', 'profanityFilter="true"', "Gather profanityFilter"),
    Fault("filter-by-default", "waiting", 'profanityFilter="false" ', "", "Gather without profanityFilter"),
    Fault("a-get", "menu", 'Redirect method="POST"', 'Redirect method="GET"', "Redirect method: not a value"),
    Fault("a-rest-without-end", "answer", 'length="1"', 'length="60"', "Pause length: not a whole number of seconds"),
    Fault("last-words-not-said", "goodbye", "<Response>", "<Response><Enqueue/>", "the line hangs up"),
    Fault("keys-only", "menu", 'input="dtmf speech"', 'input="dtmf"', "words are not listened to"),
    Fault("silence-not-told", "menu", 'EmptyResult="true"', 'EmptyResult="false"', "Gather: silence is not told"),
    Fault("heard-in-french-of-france", "waiting", 'language="fr-CA" method', 'language="fr-FR" method',
          "Gather language: not a value"),
    Fault("recorded", "conversation", "<Dial ", '<Dial record="record-from-answer" ', "Dial record: not an attribute"),
    Fault("a-conference-that-outlives", "conversation", 'endConferenceOnExit="true"', 'endConferenceOnExit="false"',
          "Conference endConferenceOnExit"),
    # Seconds
    Fault("speech-ends-by-itself", "menu", 'speechTimeout="3"', 'speechTimeout="auto"', "Gather speechTimeout"),
    Fault("no-time-to-press", "menu", ' timeout="6"', ' timeout="0"', "Gather timeout: not a whole number"),
    Fault("a-minute-of-silence", "waiting", ' timeout="', ' timeout="6', "Gather timeout: not a whole number"),
    Fault("half-a-second", "screen", ' timeout="8"', ' timeout="8.5"', "Gather timeout: not a whole number"),
    Fault("rings-for-ever", "overflow", 'timeout="25"', 'timeout="600"', "Dial timeout: not a whole number"),
    Fault("rings-as-twilio-likes", "static", ' timeout="25"', "", "Dial without timeout"),
    # What is said
    Fault("a-french-voice-in-english", "queue", VOICE, 'voice="Polly.Joanna-Neural"', "does not go with"),
    Fault("a-voice-of-france", "queue", "Polly.Gabrielle-Neural", "Polly.Lea-Neural", "Say voice: not a value"),
    Fault("twilios-own-voice", "queue", f" {VOICE}", "", "Say without voice"),
    Fault("digits-said", "queue", "Restez en ligne.", "Composez le 911.", "in digits"),
    Fault("a-fraction-said", "queue", "Restez en ligne.", "Attendez ½ heure.", "in digits"),
    Fault("nothing-said", "queue", "Restez en ligne.", " ", "Say: its text is empty"),
    Fault("too-long-to-say", "queue", "Restez en ligne.", "Restez en ligne. " * 200, "longer than what the voice says"),
    Fault("too-many-accents-to-say", "queue", "Restez en ligne.", "é" * 800, "longer than what the voice says"),
    # Addresses
    Fault("an-address-that-is-not-whole", "menu", f'action="{TURN}"', 'action="/ivr/turn?n=3"', "not a whole address"),
    Fault("an-empty-address", "menu", f'action="{TURN}"', 'action=""', "Gather action: not a whole address"),
    Fault("an-address-that-nothing-reads", "menu", f'="{TURN}"', '="http://[relais/ivr/turn?n=3"', "not a whole"),
    Fault("a-password-in-the-address", "menu", f'="{TURN}"', '="http://a:b@relais.test/ivr/turn?n=3"', "not a whole"),
    Fault("a-fragment", "menu", f'action="{TURN}"', f'action="{TURN}#rc=2"', "not a whole address"),
    Fault("an-address-elsewhere", "menu", f'="{TURN}"', '="http://relais.example/ivr/turn?n=3"', "address elsewhere"),
    Fault("music-from-elsewhere", "queue", WAIT_URL, 'waitUrl="http://s3.example/music.xml"', "address elsewhere"),
    Fault("another-path", "menu", f'action="{TURN}"', 'action="http://relais.test/ivr/voice"', "does not serve here"),
    Fault("a-number-in-a-query", "menu", f"{TURN}<", f"{TURN}&amp;From=%2B18195550150<", "a long number"),
    Fault("a-number-with-dashes", "overflow", "overflow?i=1<", "overflow?i=819-555-0150<", "a long number"),
    Fault("a-number-in-a-path", "queue", f'"{AFTER}"', f'"{AFTER}/18195550150"', "a long number"),
    Fault("words-in-a-query", "menu", f"{TURN}<", f"{TURN}&amp;said=je+veux+mourir<", "a query that is not used here"),
    Fault("words-as-a-turn", "menu", f"{TURN}<", "http://relais.test/ivr/turn?n=au+secours<", "words or data in n"),
    Fault("words-in-a-path", "queue", f">{AFTER}<", f">{AFTER}/je%20veux%20mourir<", "does not serve here"),
    Fault("two-turns", "menu", f"{TURN}<", f"{TURN}&amp;n=4<", "the same name twice"),
    # Nobody at the end
    Fault("no-verb-after-gather", "menu", REDIRECT, "", "no verb after Gather"),
    Fault("silence-told-to-another-turn", "menu", f"{TURN}<", "http://relais.test/ivr/turn?n=2<", "not told where"),
    Fault("an-end-with-words", "static", AGAIN, "", "ends with nobody"),
    Fault("an-end-with-a-dial", "transfer", '<Redirect method="POST">http://relais.test/ivr/turn?n=4</Redirect>', "",
          "ends with nobody"),
    Fault("the-line-hangs-up", "queue", END, f"<Hangup/>{END}", "the line hangs up"),
    Fault("a-verb-after-redirect", "menu", END, f"<Leave/>{END}", "after Redirect is never reached"),
    Fault("leave-outside-the-queue", "queue", "<Enqueue", "<Leave/><Enqueue", "Leave outside the queue"),
    # The queue
    Fault("twilios-own-music", "queue", f"{WAIT_URL} ", "", "Enqueue without waitUrl"),
    Fault("a-queue-without-action", "queue", f'action="{AFTER}" ', "", "Enqueue without action"),
    Fault("another-queue", "queue", ">relais_info_social<", ">relais_general<", "Enqueue: its text"),
    Fault("nobody-after-the-queue", "mute queue", MUTE_TAIL, "", "nobody after Enqueue"),
    Fault("a-number-shown-in-words", "queue", 'callerId="+18005550811"', 'callerId="Relais"', "Dial callerId"),
    Fault("two-queues", "queue", "</Enqueue>", "</Enqueue><Enqueue/>", "a second queue"),
    Fault("numbers-that-ask-first", "queue", "<Number>",
          '<Number url="http://relais.test/ivr/screen" method="POST">', "ask this service first"),
    Fault("a-wait-that-hangs-up", "waiting", END, f"<Hangup/>{END}", "Hangup is not for the queue"),
    Fault("a-wait-that-dials", "waiting", "<Gather", "<Dial/><Gather", "Dial is not for the queue"),
    Fault("a-wait-without-ear", "waiting", END, f'<Say {VOICE} language="fr-CA">Voilà.</Say>{END}',
          "nobody listens in the queue"),
    Fault("an-empty-wait", "leave", "<Leave />", "", "nobody listens in the queue"),
    Fault("a-wait-that-goes-to-the-menu", "waiting", "/ivr/wait", "/ivr/turn", "not the queue's own"),
    # After the silent code
    Fault("words-after-the-code", "mute queue", "<Enqueue",
          f'<Say {VOICE} language="fr-CA">Restez en ligne.</Say><Enqueue', "said after the silent code"),
    Fault("a-code-forgotten", "mute queue", f"{AFTER}?m=1<", f"{AFTER}<", "forgets the silent code"),
    # Who is dialled
    Fault("an-empty-number", "transfer", "+18195550106", "", "Number: its text is empty"),
    Fault("a-number-as-people-write-it", "overflow", "+18195550101", "819 555-0101", "Number: its text"),
    Fault("emergency-services", "transfer", "+18195550106", "911", "Number: its text"),
    Fault("a-conference-named-by-a-person", "conversation", CONTACT, "Marie Tremblay", "Conference: its text"),
    Fault("a-conference-named-by-a-number", "conversation", CONTACT, "+18195550150", "Conference: its text"),
    Fault("two-at-once", "transfer", "<Number>", "<Number>+18195550105</Number><Number>", "not one number"),
    Fault("a-conference-without-end", "conversation",
          'action="http://relais.test/ivr/after-conversation" ', "", "nothing is asked when the conference ends"),
    Fault("a-mailbox-put-through", "screen", "<Hangup />", "", "a mailbox would be put through"),
    Fault("nobody-can-accept", "put through", "<Response />", "<Response><Hangup/></Response>", "nobody can accept"),
    # The other legs of a conversation
    Fault("a-key-that-nobody-asks", "ring", "<Gather", "<Dial/><Gather", "put through without a key"),
    Fault("a-mailbox-in-the-conversation", "ring", "<Hangup />", "", "a leg that does not end"),
    Fault("a-leg-that-listens", "ring", 'input="dtmf"', 'input="dtmf speech"', "not listened to"),
    Fault("a-leg-answered-as-a-caller", "ring", "/ivr/leg?", "/ivr/turn?", "not the leg's own"),
    Fault("a-leg-named-by-a-number", "ring", f"l={LEG}", "l=8195550170", "a long number"),
    Fault("a-leg-named-by-a-person", "ring", f"l={LEG}", "l=marie", "words or data in l"),
    Fault("a-number-beside-a-leg", "ring", f"l={LEG}", f"l={LEG}&amp;n=81955", "a long number"),
    Fault("a-leg-in-the-queue", "joins", "<Dial", "<Enqueue/><Dial", "Enqueue is not for a leg"),
    Fault("a-leg-that-dials", "joins", "<Dial", "<Dial timeout='20'><Number>+18195550101</Number></Dial><Dial",
          "a leg that dials a number"),
    Fault("a-leg-that-goes-back-to-the-menu", "joins", "</Dial>",
          f"</Dial>{REDIRECT}", "Redirect is not for a leg"),
    Fault("a-leg-ends-as-a-caller", "joins", "/ivr/leg-over?", "/ivr/after-conversation?", "Dial: its action is not"),
    Fault("a-leg-beeps", "joins", 'beep="false"', 'beep="true"', "Conference beep"),
    Fault("a-guest-with-music", "guest joins", ' waitUrl=""', "", "Conference without waitUrl"),
    Fault("music-from-elsewhere-in-conference", "guest joins", 'waitUrl=""', 'waitUrl="http://s3.example/m.xml"',
          "Conference waitUrl"),
    Fault("told-elsewhere", "joins", "http://relais.test/ivr/conference", "http://relais.example/ivr/conference",
          "an address elsewhere"),
    Fault("told-of-who-speaks", "joins", "start end join leave", "speaker", "Conference statusCallbackEvent"),
    Fault("told-of-nothing", "joins", ' statusCallbackEvent="start end join leave"', "", "without its events"),
    Fault("the-conversation-outlives-the-caller", "conversation", 'endConferenceOnExit="true"',
          'endConferenceOnExit="false"', "outlives them"),
    Fault("the-caller-ends-as-a-leg", "conversation", "/ivr/after-conversation\"", "/ivr/leg-over\"",
          "Dial: its action is not"),
    # On hold
    Fault("a-hold-that-listens", "held", "<Play", "<Gather/><Play", "Gather is not for who is on hold"),
    Fault("a-hold-that-ends", "held", END, f"<Hangup/>{END}", "Hangup is not for who is on hold"),
    Fault("a-hold-without-rest", "held mute", '<Pause length="30" />', "", "a hold without a rest"),
    Fault("a-hold-of-an-hour", "held mute", '"30"', '"3600"', "Pause length: not a whole number"),
    Fault("a-long-rest-in-the-menu", "queue", "<Enqueue", '<Pause length="20"/><Enqueue', "a long silence"),
    Fault("somebody-elses-song", "held", "http://relais.test/ivr/audio/wait.wav", "http://s3.example/ivr/audio/wait.wav",
          "Play: an address elsewhere"),
    Fault("a-song-that-is-not-ours", "waiting with music", "audio/wait.wav", "audio/marie.wav", "Play: an address"),
    Fault("a-song-after-the-code", "mute queue", "<Enqueue",
          "<Play>http://relais.test/ivr/audio/wait.wav</Play><Enqueue", "said after the silent code"),
    # A key is asked of somebody who cannot speak
    Fault("words-while-a-key-is-asked", "key asked", 'timeout="12" />',
          f'timeout="12"><Say {VOICE} language="fr-CA">Une touche.</Say></Gather>', "heard while a key is asked"),
    Fault("a-key-that-is-not-told", "key asked", 'actionOnEmptyResult="true"', 'actionOnEmptyResult="false"',
          "its silence is told"),
    Fault("a-key-then-nobody", "key asked", '<Redirect method="POST">http://relais.test/ivr/key?m=1</Redirect>', "",
          "no verb after Gather"),
    # The two documents that hang up
    Fault("a-goodbye-without-words", "goodbye", "<Say", "<Enqueue/><Say", "the line hangs up"),
    Fault("a-promise-that-asks", "callback", "<Hangup />", "<Gather/><Hangup/>", "Hangup is not for the queue"),
    Fault("an-outside-phone-listened-to", "screen", 'input="dtmf"', 'input="dtmf speech"', "not listened to"),
]  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.id)
def test_a_planted_fault_is_refused(settings: Settings, fault: Fault) -> None:
    document, place = documents(settings)[fault.document]
    assert fault.old in document, "the fault is no longer planted anywhere"
    problems = problems_of(document.replace(fault.old, fault.new), place, public_url=settings.public_url)
    assert any(fault.reason in problem for problem in problems), problems


def test_the_documents_are_accepted_as_they_are(settings: Settings) -> None:
    for name, (document, place) in documents(settings).items():
        assert problems_of(document, place, public_url=settings.public_url) == [], name


@pytest.mark.parametrize(
    ("path", "refused"), [("turn?n=4", False), ("voice", True), ("after-queue", True), ("overflow?i=1", True)]
)
def test_the_last_words_answer_what_the_caller_said(settings: Settings, path: str, refused: bool) -> None:
    document, place = documents(settings)["goodbye"]
    problems = problems_of(document, place, public_url=settings.public_url, asked=f"{settings.public_url}/ivr/{path}")
    assert problems == (["the line hangs up on somebody who said nothing"] if refused else [])


def test_a_document_given_by_the_rest_side_never_hangs_up(settings: Settings) -> None:
    document, _ = documents(settings)["goodbye"]
    assert "the line hangs up" in problems_of(document, DocumentPlace.MOVED, public_url=settings.public_url)


def test_every_verb_that_is_allowed_is_used(settings: Settings) -> None:
    used = "".join(document for document, _ in documents(settings).values())
    assert [verb for verb in VERBS if f"<{verb}" not in used] == []


def test_a_reason_repeats_nothing_of_the_document(settings: Settings) -> None:
    document, place = documents(settings)["menu"]
    planted = f"{TURN}&amp;said=je+veux+mourir&amp;From=%2B18195550150<"
    problems = " ".join(problems_of(document.replace(f"{TURN}<", planted), place))
    assert problems
    assert "mourir" not in problems
    assert "555" not in problems


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<?xml version='1.0' encoding='no-such'?><Response/>"])
def test_what_is_not_a_document_at_all_is_refused(content: bytes) -> None:
    assert "not XML" in problems_of(content)


def test_another_encoding_hides_no_declaration() -> None:
    hidden = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><Response/>".encode("utf-16")
    assert "a comment or a declaration" in problems_of(hidden)


def test_an_empty_document_is_nobody_for_a_caller() -> None:
    assert problems_of(twiml.nothing_to_do()) == ["the document ends with nobody"]
