"""What the frames hear, and what they leave alone. The phrasings are not those of the data files."""

from __future__ import annotations

import pytest

from triage.risk_gate.frames import FrameReader
from triage.signals import RiskKind, RiskLevel

HEARD = [
    (RiskKind.SUICIDE, "ça fait des semaines que je pense à me suicider"),
    (RiskKind.SUICIDE, "chu tanné de vivre pis personne le voit"),
    (RiskKind.SUICIDE, "j'ai pu le goût de continuer"),
    (RiskKind.SUICIDE, "Aucune raison de vivre depuis qu'il est parti."),
    (RiskKind.SUICIDE, "ma coloc dit qu'elle veut en finir"),
    (RiskKind.SUICIDE, "ils vont être mieux sans moi, c'est clair"),
    (RiskKind.SUICIDE, "j'arrête pas de penser à mourir"),
    (RiskKind.SUICIDE, "quelle est la dose létale, c'est pour un ami"),
    (RiskKind.SUICIDE, "honestly i just want to die"),
    (RiskKind.SUICIDE, "jveux m'étuver à soir"),
    (RiskKind.SELF_HARM, "Ma plus vieille se mutile en cachette."),
    (RiskKind.SELF_HARM, "je recommence à me couper le soir"),
    (RiskKind.SELF_HARM, "chaque soir jme brûle avec un briquet"),
    (RiskKind.VIOLENCE_VICTIM, "hier mon conjoint m'a étranglée"),
    (RiskKind.VIOLENCE_VICTIM, "j'ai trop peur de mon ex"),
    (RiskKind.VIOLENCE_VICTIM, "mon oncle vient dans ma chambre la nuit"),
    (RiskKind.VIOLENCE_VICTIM, "un inconnu menace d'envoyer mes nudes à toute l'école"),
    (RiskKind.VIOLENCE_VICTIM, "il va me tuer si je pars"),
    (RiskKind.VIOLENCE_VICTIM, "y m'a frappée encore"),
    (RiskKind.VIOLENCE_TOWARD_OTHERS, "j'ai peur de faire du mal à mon bébé"),
    (RiskKind.VIOLENCE_TOWARD_OTHERS, "je vais le poignarder s'il revient"),
    (RiskKind.VIOLENCE_TOWARD_OTHERS, "un élève a un couteau dans son sac"),
    (RiskKind.VULNERABLE_IN_DANGER, "la voisine frappe ses enfants tout le temps"),
    (RiskKind.VULNERABLE_IN_DANGER, "le bébé est tout seul dans l'appartement depuis ce matin"),
    (RiskKind.VULNERABLE_IN_DANGER, "ma fille de 13 ans a fugué"),
    (RiskKind.MEDICAL, "je viens d'avaler 30 comprimés"),
    (RiskKind.MEDICAL, "ma mère respire plus"),
    (RiskKind.MEDICAL, "le petit a bu du windex"),
    (RiskKind.MENTAL_STATE, "les voix me disent de sauter"),
    (RiskKind.MENTAL_STATE, "mon gars est en pleine psychose"),
    (RiskKind.MENTAL_STATE, "il y a des micros dans mes murs"),
    (RiskKind.PHYSICAL_DANGER, "y a le feu dans la cuisine"),
    (RiskKind.PHYSICAL_DANGER, "ça sent le gaz dans tout le bloc"),
    (RiskKind.PHYSICAL_DANGER, "on est pris sur le toit, l'eau monte jusqu'aux genoux"),
    (RiskKind.UNSPECIFIED, "au secours"),
    (RiskKind.UNSPECIFIED, "SOS"),
    (RiskKind.UNSPECIFIED, "à l'aide!!!"),
    (RiskKind.UNSPECIFIED, "aidez-moi vite svp"),
]


@pytest.mark.parametrize(("kind", "text"), HEARD)
def test_a_danger_is_heard_with_its_kind(frames: FrameReader, kind: RiskKind, text: str) -> None:
    assert kind in {signal.kind for signal in frames.read(text)}


@pytest.mark.parametrize(
    "text",
    [
        "j'ai pris toute la bouteille de tylenol",
        "elle vient d'essayer de se pendre",
        "je me tue ce soir",
        "j'ai essayé de mourir hier soir",
        "il respire plus",
        "la maison est en feu",
        "je suis debout sur le bord du pont",
    ],
)
def test_what_is_under_way_is_imminent(frames: FrameReader, text: str) -> None:
    assert RiskLevel.IMMINENT in {signal.level for signal in frames.read(text)}


@pytest.mark.parametrize(
    "text",
    [
        "je veux pas mourir mais j'ai pris toute la bouteille",
        "j'ai plus envie de vivre",
        "je peux pas m'empêcher de penser au suicide",
        "ma soeur est en danger chez elle",
        "Intervenante scolaire : un élève menace de se tuer.",
        "c'est pour un travail d'école, quelle dose mortelle de tylenol?",
        "mort de rire mais je veux mourir pareil",
        "non j'ai pas d'idées noires mais j'ai la corde dans la main, devant moi",
        "quand j'avais 8 ans mon oncle me touchait, j'en ai 12",
    ],
)
def test_care_of_the_guide(frames: FrameReader, text: str) -> None:
    assert frames.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "j'étais mort de rire",
        "on joue aux cartes pour tuer le temps",
        "mon boss va me tuer si je suis encore en retard",
        "cette job-là me tue",
        "je meurs de faim",
        "mon ordi est mort",
        "non, j'ai pas d'idées noires",
        "je suis pas suicidaire",
        "Je ne veux pas mourir.",
        "non j'ai jamais pensé au suicide",
        "je fais un exposé sur la prévention du suicide au cégep",
        "notre équipe cherche une formation sur le suicide",
        "j'ai vu un documentaire sur le suicide",
        "mon grand-père est mort l'an dernier et je m'ennuie",
        "je fais de l'insomnie et je suis stressée au travail",
        "j'ai fait une crise de panique mais ça va mieux",
        "il y a vingt ans j'ai fait une tentative, aujourd'hui ça va bien",
        "je me suis coupé les cheveux",
        "mon rendez-vous est à 10h30 au 3e étage",
        "j'ai besoin de l'aide à domicile pour ma mère",
        "le trafic me tue",
        "quelles sont vos heures d'ouverture?",
    ],
)
def test_what_is_not_a_risk_stays_silent(frames: FrameReader, text: str) -> None:
    assert [signal.detector for signal in frames.read(text)] == []


# Dans les mots de tous les jours, ou dans une phrase voisine d'un danger : rien à entendre.
HARMLESS = [
    "j'ai peur de l'avion",
    "chu tanné d'attendre",
    "mon voisin fait du bruit la nuit",
    "t'es cave",
    "mange de la marde",
    "j'ai mal à la tête",
    "j'ai oublié de prendre ma pilule",
    "mon chum me trompe",
    "la clinique répond pas, à quelle heure ça ouvre?",
    "l'assureur répond pus depuis deux semaines",
    "ma belle-soeur me tape sur les nerfs",
    "la pharmacienne m'a demandé si je pensais au suicide, j'ai répondu non",
    "Est-ce que je veux mourir? Pantoute.",
    "chu fatigué mais j'ai pas envie de mourir pantoute",
    "mon ex m'a jamais levé la main sur moi",
    "en sec 3 je me coupais, ça fait vingt ans que c'est fini",
    "dans la toune le gars dit qu'il veut mourir, mes élèves la chantent",
    "mon perroquet crie au secours",
    "je lis un polar où la servante empoisonne le curé",
    "une formation pour ceux qui aident les gens qui veulent mourir",
    "notre bloc a passé au feu en janvier, tout le monde est correct",
    "je me suis coupé le pouce en épluchant des patates",
    "faut-tu payer pour parler à une ts",
    "l'impression du travail, c'est pour demain",
    "ma fille se coupe pas, j'ai vu ses bras",
    "j'en peux plus de cette vie de fous",
    "on demande l'aide médicale à mourir où, pour mon père?",
    "who could help me in english",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_looks_like_a_danger_stays_silent(frames: FrameReader, text: str) -> None:
    assert [signal.detector for signal in frames.read(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "j'ai peur de mon chum",
        "chu tanné de vivre",
        "chu fatiguée de vivre de même",
        "mon voisin bat sa fille la nuit",
        "j'ai pris toutes mes pilules",
        "ça fait dix ans qu'il me bat",
        "il me frappe depuis cinq ans",
        "mon père est tombé, y répond pus",
        "elle est couchée à terre pis a répond pas",
        "mon chum me tape dessus",
        "mon mari m'a serré la gorge",
        "la pharmacienne m'a demandé si je pensais au suicide, j'ai dit non mais j'y pense, au suicide",
        "j'ai pas envie de mourir mais des fois j'ai envie de disparaître",
        "j'ai demandé de l'aide à ma mère, je veux mourir, elle a dit non",
        "en sec 3 je me coupais pis là je recommence à me couper",
        "je me suis coupé le pouce par exprès",
        "je me coupe, j'ai jamais arrêté",
        "à quinze ans j'ai voulu mourir, aujourd'hui je vais bien mais je veux mourir encore",
        "ma fille a 14 ans, elle veut mourir, moi je vais bien",
        "j'écoute une chanson pis je veux mourir",
        "c'est pour à soir, la corde est prête",
        "c'est pour cette nuit",
        "il m'a empoisonnée",
        "j'ai fait une overdose",
        "la maison passe au feu",
        "le feu est pris chez nous, on est encore en dedans",
        "le motel est en feu",
        "la rivière monte, elle est rendue dans la cuisine",
        "mon fils est en fugue",
        "ma fille s'est sauvée de la maison",
        "mon père m'a mis dehors dans le froid",
        "sauvez-moi",
        "à l'aide",
        "please help me now",
        "il a un couteau dans son sac",
        "bonne nuit pour toujours",
        "on m'a refusé l'aide médicale à mourir",
        "quelqu'un menace de se tuer",
        "je vais me tuer aujourd'hui",
        "depuis dix ans mon oncle me viole",
        "ma fille se coupe pas mal souvent",
        "ma fille est en pleine manie",
        "grand-maman est tombée, elle peut pas se relever",
    ],
)
def test_a_danger_near_these_words_is_still_heard(frames: FrameReader, text: str) -> None:
    assert frames.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "je veux mou\u200brir",
        "j'ai envie de m\u00adourir",
        "je pense au su1c1de",
        "je veux m0ur1r",
        "je pense au s**cide",
        "s u i c i d e",
        "j e  v e u x  m o u r i r",
        "je veux m.o.u.r.i.r",
        "jpense au sui cide",
        "je pense au suicdie",
        "JE VEUX MOURIR",
        "je veux mouriiiiir",
        "ｊｅ ｖｅｕｘ ｍｏｕｒｉｒ",
        "je veux m\u043eurir",
        "je veux me\u0301 tuer",
    ],
)
def test_hidden_letters_are_read(frames: FrameReader, text: str) -> None:
    signals = frames.read(text)
    assert any(signal.kind is RiskKind.SUICIDE for signal in signals)
    assert all(text[signal.start : signal.end] == signal.quote for signal in signals)


def test_the_quote_is_the_dangerous_part_of_the_original(frames: FrameReader) -> None:
    text = "🌲 Bonjour, œuvrez-vous le dimanche? Mon p\u0301e\u0301re\u200b me frappe, ﬁnalement."
    (signal,) = [signal for signal in frames.read(text) if signal.kind is RiskKind.VIOLENCE_VICTIM][:1]
    assert signal.quote == text[signal.start : signal.end]
    assert "frappe" in signal.quote
    assert "dimanche" not in signal.quote


def test_two_different_veiled_signs_are_a_risk_and_one_is_not(frames: FrameReader) -> None:
    assert frames.read("Merci pour tout.") == []
    both = frames.read("Merci pour tout. J'ai donné ma guitare à mon frère.")
    assert "frame:suicide.indices" in {signal.detector for signal in both}


def test_the_frames_are_not_validated_yet(frames: FrameReader) -> None:
    assert set(frames.statuses().values()) == {"non validé"}
