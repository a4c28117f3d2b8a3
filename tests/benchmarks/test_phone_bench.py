"""The parts of the telephone bench that need no server: its plan, its figures, and what it counts as an error."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import yaml

from benchmarks import rasa_with_channel
from benchmarks.callers import Measured
from benchmarks.figures import SPEECH, Kind, Timed, by_kind, compare, percentile, row_of
from benchmarks.phone import RESULTS, SECONDS, read_options
from benchmarks.plan import APART_SECONDS, RISKY_CALLS, THINKING_SECONDS, Act, plan_call, read_sentences
from benchmarks.report import document_of, table
from benchmarks.servers import bench_settings
from benchmarks.stopwatch import RASA_PATH, Stopwatch
from setup.places import ROOT

SENTENCES = read_sentences()
LISTENS = "<Response><Gather/></Response>"
QUEUES = "<Response><Say>Restez en ligne.</Say><Enqueue>file</Enqueue></Response>"
WORDS = {"SpeechResult": "Bonjour"}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([1.0, 2.0], 50, 1.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([float(n) for n in range(1, 101)], 99, 99.0),
        ([float(n) for n in range(1, 701)], 99, 693.0),
        ([float(n) for n in range(1, 101)], 100, 100.0),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == expected


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[float], percent: int) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def test_an_error_is_counted_and_its_time_is_not() -> None:
    row = row_of([Timed(Kind.WAIT, 0.040), Timed(Kind.WAIT, 0.001, "HTTP 500")])
    assert (row.count, row.errors, row.p50_ms) == (2, 1, 40.0)
    assert row_of([Timed(Kind.WAIT, 0.001, "HTTP 500")]).p50_ms is None


def test_only_the_same_turns_are_compared() -> None:
    ours = [
        Timed(Kind.SPEECH_ANSWERED, 0.030, turn=(1, 0)),
        Timed(Kind.SPEECH_HANDED_OVER, 0.010, turn=(1, 1)),
        Timed(Kind.SPEECH_ANSWERED, 9.0, turn=(2, 0)),
        Timed(Kind.WAIT, 0.001),
    ]
    rasa = [Timed(Kind.RASA, 0.060, turn=(1, 0)), Timed(Kind.RASA, 0.020, turn=(1, 1)), Timed(Kind.RASA, 0.1)]
    answered = compare(ours, rasa, {Kind.SPEECH_ANSWERED})
    assert (answered.ours.count, answered.rasa.count, answered.ratio) == (1, 1, 0.5)
    everything = compare(ours, rasa, SPEECH)
    assert (everything.ours.count, everything.ours.p50_ms, everything.rasa.p50_ms) == (2, 10.0, 20.0)
    assert compare(ours, rasa, {Kind.SPEECH_IN_QUEUE}).ratio is None


def test_the_same_seed_gives_the_same_calls() -> None:
    assert [plan_call(3, n, SENTENCES) for n in range(20)] == [plan_call(3, n, SENTENCES) for n in range(20)]
    assert plan_call(3, 0, SENTENCES) != plan_call(4, 0, SENTENCES)


def test_callers_think_for_4_to_8_seconds_and_rasa_hears_a_call_in_its_order() -> None:
    for number in range(200):
        said_at, heard_at = 0.0, []
        for turn in plan_call(1, number, SENTENCES):
            assert THINKING_SECONDS[0] <= turn.thinking <= THINKING_SECONDS[1]
            said_at += turn.thinking
            if turn.act is Act.SPEAK:
                assert turn.words
                assert abs(turn.apart) <= APART_SECONDS
                heard_at.append(said_at + turn.apart)
        assert heard_at == sorted(heard_at)


def test_calls_are_harmless_or_wait_in_the_queue_after_their_risk() -> None:
    risky_calls = 0
    for number in range(500):
        turns = plan_call(7, number, SENTENCES)
        at = [index for index, turn in enumerate(turns) if turn.words in SENTENCES.risky]
        if not at:
            assert all(turn.words in (*SENTENCES.harmless, "2") for turn in turns)
            continue
        risky_calls += 1
        waits = turns[at[0] + 1 :]
        assert len(at) == 1
        assert len(waits) >= 4
        assert all(turn.act is Act.STAY_SILENT or turn.words in SENTENCES.waiting for turn in waits)
    assert risky_calls / 500 == pytest.approx(RISKY_CALLS, abs=0.08)


async def timed(
    path: str, fields: dict[str, str], answer: httpx.Response | Exception, method: str = "POST"
) -> list[Timed]:
    """What the stopwatch notes of one request."""

    def server(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    book: list[Timed] = []
    watch = Stopwatch(httpx.MockTransport(server), book)
    watch.turn = (4, 2)
    async with httpx.AsyncClient(transport=watch) as http:
        if isinstance(answer, Exception):
            with pytest.raises(type(answer)):
                await http.request(method, f"http://relais.test{path}", data=fields)
        else:
            got = await http.request(method, f"http://relais.test{path}", data=fields)
            assert got.content == answer.content
    return book


@pytest.mark.parametrize(
    ("path", "fields", "document", "kind"),
    [
        ("/ivr/voice", {}, LISTENS, Kind.CALL),
        ("/ivr/turn?n=1", {"Digits": "2"}, LISTENS, Kind.KEY),
        ("/ivr/turn?n=1", WORDS, LISTENS, Kind.SPEECH_ANSWERED),
        ("/ivr/turn?n=1", WORDS, QUEUES, Kind.SPEECH_HANDED_OVER),
        ("/ivr/turn?n=1", {"SpeechResult": "", "Digits": ""}, LISTENS, Kind.OTHER),
        ("/ivr/wait", WORDS, LISTENS, Kind.SPEECH_IN_QUEUE),
        ("/ivr/wait", {}, LISTENS, Kind.WAIT),
        ("/ivr/after-queue", {"QueueResult": "leave"}, LISTENS, Kind.OTHER),
        (RASA_PATH, WORDS, "<Response/>", Kind.RASA),
    ],
)
async def test_requests_are_told_apart(path: str, fields: dict[str, str], document: str, kind: Kind) -> None:
    (one,) = await timed(path, fields, httpx.Response(200, text=document))
    assert (one.kind, one.problem) == (kind, None)
    assert one.turn == ((4, 2) if fields == WORDS else None)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(500, text=LISTENS), "HTTP 500"),
        (httpx.Response(204), "HTTP 204"),
        (httpx.Response(302, headers={"Location": "/"}), "HTTP 302"),
        (httpx.Response(200, text="<html/>"), "not TwiML"),
        (httpx.Response(200, text="bonjour"), "not TwiML"),
        (httpx.Response(200), "not TwiML"),
        (httpx.ReadTimeout("too long"), "ReadTimeout"),
        (httpx.ConnectError("nobody"), "ConnectError"),
    ],
)
async def test_what_is_not_a_good_document_is_an_error(answer: httpx.Response | Exception, problem: str) -> None:
    (one,) = await timed("/ivr/turn?n=1", WORDS, answer)
    assert one.problem == problem


async def test_the_notice_of_the_end_holds_no_document() -> None:
    (told,) = await timed("/ivr/status", {}, httpx.Response(204))
    (refused,) = await timed("/ivr/status", {}, httpx.Response(403))
    assert (told.kind, told.problem, refused.problem) == (Kind.END, None, "HTTP 403")


async def test_an_answer_after_15_seconds_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.stopwatch.SECONDS", -1.0)
    (one,) = await timed("/ivr/wait", {}, httpx.Response(200, text=LISTENS))
    assert one.problem == "late"


def test_the_report_counts_every_error_and_its_table_shows_them() -> None:
    measured = Measured(calls=3, most_at_once=2, broken_calls=["the line hung up"])
    measured.ours += [Timed(Kind.CALL, 0.01), Timed(Kind.SPEECH_ANSWERED, 0.02, turn=(0, 0))]
    measured.ours += [Timed(Kind.WAIT, 0.01, "HTTP 500")]
    measured.rasa += [Timed(Kind.RASA, 0.04, turn=(0, 0))]
    document = document_of(measured, {"calls": 2}, {"cores": 2}, {"risk": 1}, {"relais_gate_faults": 0})
    assert document["errors"] == 2
    assert document["same_speech"]["all_speech"]["ratio"] == 0.5
    assert document["ours_not_slower_at_the_median"] is True
    shown = table(document)
    assert "wait: HTTP 500 (1)" in shown
    assert "call: the line hung up (1)" in shown
    assert "erreurs : 2" in shown


def test_a_kind_without_requests_has_no_row() -> None:
    assert list(by_kind([Timed(Kind.WAIT, 0.01)])) == ["wait"]


def test_the_options_have_the_figures_that_are_asked() -> None:
    options = read_options([])
    assert (options.calls, options.seconds, options.results) == (50, SECONDS, RESULTS)
    with pytest.raises(SystemExit):
        read_options(["--calls", "0"])


def test_rasas_own_channel_is_opened_for_the_bench_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = bench_settings(tmp_path)
    for name in ("RELAIS_RASA_URL", "RELAIS_RASA_TOKEN"):
        monkeypatch.setenv(name, settings[name])
    words = rasa_with_channel.bench_arguments()
    credentials = ROOT / words[words.index("--credentials") + 1]
    assert "twilio_voice" in yaml.safe_load(credentials.read_text(encoding="utf-8"))
    assert "twilio_voice" not in yaml.safe_load((ROOT / "bot" / "credentials.yml").read_text(encoding="utf-8"))


def test_the_bench_has_its_own_database_and_ports(tmp_path: Path) -> None:
    settings = bench_settings(tmp_path)
    assert str(tmp_path) in settings["RELAIS_DATABASE_URL"]
    addresses = [settings[f"RELAIS_{name}_URL"] for name in ("API", "RASA", "ACTIONS")]
    assert len(set(addresses)) == 3
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)
