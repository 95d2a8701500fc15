"""Faults that nobody listed, in statements, mentions and spans: one plant each, and where exactly it is found."""

from __future__ import annotations

import copy
import hashlib
import re
import unicodedata

from faults_json import gold
from faults_unlisted import article as art
from faults_unlisted import by_name as rec
from faults_unlisted import gold_path as G
from faults_unlisted import legal, unlisted
from faults_unlisted import raw_bytes as rawtext
from faults_unlisted import registry as reg
from sound import PROVENANCE, TEXT_A, A, B, actor, span

from communique.project import Project


@legal("1.0 is an integer to JSON Schema and is stored as 1")
def float_for_int(p: Project) -> None:
    rawtext(G(p), lambda b: re.sub(rb'"start": (\d+)', rb'"start": \1.0', b, count=1))


@legal("1e0 is the number 1")
def exp_for_int(p: Project) -> None:
    rawtext(G(p), lambda b: re.sub(rb'"start": (\d+)', rb'"start": \1e0', b, count=1))


@legal("-0 is 0")
def minus_zero(p: Project) -> None:
    rawtext(G(p, B), lambda b: b.replace(b'"start": 0', b'"start": -0', 1))


@legal("-0.0 is an integer to JSON Schema and is stored as 0")
def minus_zero_float(p: Project) -> None:
    rawtext(G(p, B), lambda b: b.replace(b'"start": 0', b'"start": -0.0', 1))


@legal("JSON allows any white space between its parts; no offset is counted in a JSON file")
def crlf_gold(p: Project) -> None:
    rawtext(G(p), lambda b: b.replace(b"\n", b"\r\n"))


@legal("the same of a line of JSON")
def crlf_registry(p: Project) -> None:
    rawtext(p.actors, lambda b: b.replace(b"\n", b"\r\n"))


@unlisted("L2/key-repeated", "actors", "BIDEN", "actor_id")
def registry_dup_line(p: Project) -> None:
    rawtext(p.actors, lambda b: b + b.split(b"\n")[1] + b"\n")


@unlisted("L2/line-break-in-value", "mentions", A + ".m12\n", "mention_id")
def id_trailing_newline(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m12")["mention_id"] = A + ".m12\n"


@legal("record ids are compared exactly and name no files")
def id_case_twins(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m12")["mention_id"] = A + ".M11"


@unlisted("L5/ids-alike", "actors", "Biden", "actor_id")
def actor_id_case_twins(p: Project) -> None:
    reg(
        p,
        lambda r: r.append(
            dict(actor("Biden", "person", "Joseph Biden", resolution="implicit"), provenance=PROVENANCE)
        ),
    )


@legal("m011 and m11 are two names")
def id_leading_zero_twins(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m12")["mention_id"] = A + ".m011"


@unlisted("L2/id-in-two-tables", "statements", A + ".S1", "statement_id")
def id_of_other_table_kind(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m12")["mention_id"] = A + ".S1"


@unlisted("L3/span-text-differs", "mentions", A + ".m99", "text")
def nfd_span(p: Project) -> None:
    with gold(p) as d:
        d["mentions"].append(
            {
                "mention_id": A + ".m99",
                "actor_id": "RUS",
                "start": 0,
                "end": 5,
                "text": unicodedata.normalize("NFD", "Naïve"),
                "mention_type": "NOM",
            }
        )


@unlisted("L2/text-digest", "articles", A, "text_sha256")
def nfd_article(p: Project) -> None:
    with art(p) as d:
        d["text"] = unicodedata.normalize("NFD", d["text"])


@unlisted("L3/span-text-differs", "mentions", A + ".m2", "text")
def lookalike_in_span(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m2")["text"] = "Ukr\u0430ine"


@unlisted("L4/label-not-composed", "actors", "FRA", "canonical_name")
def canonical_name_nfd(p: Project) -> None:
    reg(p, lambda r: r[2].update(canonical_name=unicodedata.normalize("NFD", "Françe")))


@unlisted("L4/label-untidy", "actors", "FRA", "canonical_name")
def canonical_name_zero_width(p: Project) -> None:
    reg(p, lambda r: r[2].update(canonical_name="Fra\u200bnce"))


@unlisted("L4/label-untidy", "actors", "FRA", "canonical_name")
def canonical_name_spaces(p: Project) -> None:
    reg(p, lambda r: r[2].update(canonical_name=" France"))


@unlisted("L4/label-untidy", "actors", "FRA", "canonical_name")
def canonical_name_blank(p: Project) -> None:
    reg(p, lambda r: r[2].update(canonical_name=" "))


@unlisted("L4/scripts-mixed", "actors", "FRA", "canonical_name")
def canonical_name_lookalike(p: Project) -> None:
    reg(p, lambda r: r[2].update(canonical_name="Fr\u0430nce"))


@unlisted("L5/actor-twins", "actors", "BIDEN", "canonical_name")
def canonical_name_nbsp_twin(p: Project) -> None:
    reg(
        p,
        lambda r: r.append(
            dict(
                actor("BID2", "person", "Joe\u00a0Biden", resolution="implicit", country_iso3="USA"),
                provenance=PROVENANCE,
            )
        ),
    )


@unlisted("L4/label-untidy", "events", A + ".V1", "gloss")
def bidi_override_in_gloss(p: Project) -> None:
    with gold(p) as d:
        d["events"][0]["gloss"] = "Russia \u202ewithdraws"


@unlisted("L4/label-untidy", "events", A + ".V1", "gloss")
def gloss_blank(p: Project) -> None:
    with gold(p) as d:
        d["events"][0]["gloss"] = "   "


@unlisted("L4/label-untidy", "events", A + ".V1", "gloss")
def gloss_newline(p: Project) -> None:
    with gold(p) as d:
        d["events"][0]["gloss"] = "Russia\nwithdraws"


@unlisted("L4/label-untidy", "events", A + ".V1", "note")
def note_control(p: Project) -> None:
    with gold(p) as d:
        d["events"][0]["note"] = "x\u0000y"


@unlisted("L3/text-undecoded", "articles", A, "text")
def text_private_use(p: Project) -> None:
    with art(p) as d:
        d["text"] = d["text"].replace("hopes", "ho\ufffdes")
        h = hashlib.sha256(d["text"].encode()).hexdigest()
        d["text_sha256"] = h
    with gold(p) as g:
        g["text_sha256"] = h


@unlisted("L3/span-beyond-text", "mentions", A + ".m11", "end")
def byte_offsets(p: Project) -> None:
    with gold(p) as d:
        m = rec(d, "mentions", "m11")
        m["start"] = len(TEXT_A[: m["start"]].encode())
        m["end"] = m["start"] + 5


@unlisted("L3/span-text-differs", "mentions", A + ".m2", "text")
def inclusive_end(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m2")["end"] -= 1


@unlisted("L3/span-text-differs", "mentions", A + ".m2", "text")
def off_by_one_both(p: Project) -> None:
    with gold(p) as d:
        m = rec(d, "mentions", "m2")
        m["start"] += 1
        m["end"] += 1


@unlisted("L3/span-cuts-word", "mentions", A + ".m2", "start")
def span_half_word(p: Project) -> None:
    """consistent text but cut inside a word"""
    with gold(p) as d:
        m = rec(d, "mentions", "m2")
        m["end"] -= 1
        m["text"] = m["text"][:-1]


@unlisted("L3/span-cuts-word", "mentions", A + ".m2", "start")
def span_start_half_word(p: Project) -> None:
    with gold(p) as d:
        m = rec(d, "mentions", "m2")
        m["start"] += 2
        m["text"] = m["text"][2:]


@unlisted("L3/spans-overlap", "statements", A + ".S1", "content_spans/1")
def content_overlapping_parts(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S1")
        a, b = s["content_spans"]
        a["end"] = b["start"] + 3
        a["text"] = TEXT_A[a["start"] : a["end"]]


@unlisted("L3/spans-overlap", "statements", A + ".S5", "content_spans/1")
def content_same_part_twice(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["content_spans"] = s["content_spans"] * 2


@unlisted("L3/span-in-duplicate-zone", "mentions", A + ".m99", None)
def whole_text_mention(p: Project) -> None:
    with gold(p) as d:
        d["mentions"].append(
            {
                "mention_id": A + ".m99",
                "actor_id": "RUS",
                "start": 0,
                "end": len(TEXT_A) - 1,
                "text": TEXT_A[:-1],
                "mention_type": "NAM",
            }
        )


@unlisted("L4/mention-without-word", "mentions", A + ".m99", "text")
def mention_punctuation_only(p: Project) -> None:
    with gold(p) as d:
        i = TEXT_A.index("—")
        d["mentions"].append(
            {
                "mention_id": A + ".m99",
                "actor_id": "RUS",
                "start": i,
                "end": i + 1,
                "text": "—",
                "mention_type": "NAM",
            }
        )


@legal("a name in the line of a date or address is a name")
def mention_in_date_line(p: Project) -> None:
    with gold(p) as d:
        d["mentions"].append(
            {"mention_id": A + ".m99", "actor_id": "RUS", **span(TEXT_A, "20211207"), "mention_type": "NAM"}
        )


@legal("which words are pronouns needs the language")
def pronoun_as_name(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m3")["mention_type"] = "PRO"


@unlisted("L3/source-in-content", "statements", A + ".S4", "source_spans/0")
def source_is_own_content(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S4")
        s["source_spans"] = [span(TEXT_A, "Ukraine", 1)]


@unlisted("L3/source-in-cue", "statements", A + ".S5", "source_spans/0")
def source_overlaps_cue(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["source_spans"] = [span(TEXT_A, "Biden accused")]


@unlisted("L3/source-in-cue", "statements", A + ".S5", "source_spans/0")
def source_equals_cue(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["source_spans"] = copy.deepcopy(s["cue_spans"])


@unlisted("L4/addressee-is-source", "statements", A + ".S5", "addressee_actor_ids")
def addressee_is_source(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["addressee_actor_ids"] = ["BIDEN"]


@unlisted("L2/parent-cycle", "statements", A + ".S4", "parent_statement_id")
def parent_self(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S4")["parent_statement_id"] = A + ".S4"


@unlisted("L2/parent-cycle", "statements", A + ".S3", "parent_statement_id")
def parent_cycle3(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S3")["parent_statement_id"] = A + ".S4"


@unlisted("L3/parent-not-innermost", "statements", A + ".S4", "parent_statement_id")
def parent_missing_nested(p: Project) -> None:
    """S4 lies within the content of S3 but states no parent"""
    with gold(p) as d:
        rec(d, "statements", "S4")["parent_statement_id"] = None


@unlisted("L3/parent-not-innermost", "statements", A + ".S9", "parent_statement_id")
def parent_skips_level(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(rec(d, "statements", "S4"))
        s.update(
            statement_id=A + ".S9",
            parent_statement_id=A + ".S3",
            source_actor_ids=["UKR"],
            source_spans=[span(TEXT_A, "Ukraine", 1)],
            cue_spans=[span(TEXT_A, "attacked")],
            content_spans=[span(TEXT_A, "the town")],
            source_form="state",
        )
        d["statements"].append(s)


@unlisted("L4/statement-repeated", "statements", A + ".S9", "cue_spans")
def statement_identical_but_id(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(rec(d, "statements", "S5"))
        s["statement_id"] = A + ".S9"
        d["statements"].append(s)


@unlisted("L4/mention-repeated", "mentions", A + ".m99", "start")
def mention_identical_but_id(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(rec(d, "mentions", "m2"))
        s["mention_id"] = A + ".m99"
        d["mentions"].append(s)


@unlisted("L4/mention-of-two-actors", "mentions", A + ".m99", "actor_id")
def mention_same_span_other_actor(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(rec(d, "mentions", "m2"))
        s["mention_id"] = A + ".m99"
        s["actor_id"] = "RUS"
        d["mentions"].append(s)


@unlisted("L4/action-repeated", "actions", A + ".E9", "trigger_spans")
def action_identical_but_id(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(rec(d, "actions", "E4"))
        s["action_id"] = A + ".E9"
        d["actions"].append(s)


@unlisted("L4/event-twins", "events", A + ".V9", "gloss")
def event_identical_but_id(p: Project) -> None:
    with gold(p) as d:
        s = copy.deepcopy(d["events"][3])
        s["event_id"] = A + ".V9"
        d["events"].append(s)
        rec(d, "actions", "E4")
        e = copy.deepcopy(rec(d, "actions", "E4"))
        e.update(action_id=A + ".E9", event_id=A + ".V9", trigger_spans=[span(TEXT_A, "summit")])
        d["actions"].append(e)


@legal("one word may name two acts (rule R7 speaks of statement and action)")
def same_trigger_two_types(p: Project) -> None:
    with gold(p) as d:
        d["events"].append({"event_id": A + ".V9", "gloss": "x", "event_type": "COOPERATE"})
        e = copy.deepcopy(rec(d, "actions", "E4"))
        e.update(action_id=A + ".E9", event_id=A + ".V9", event_type="COOPERATE", mode=None)
        d["actions"].append(e)


@unlisted("L4/layer-of-another-kind", "statements", A + ".S2", "layer")
def layer_kind(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S2")["statement_kind"] = "assertion"


@legal("kind and act are two judgements of the annotator; the codebook ties no pair of them")
def accusing_kind_act_contradict(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S4")["speech_act"] = "praise"


@unlisted("L4/act-of-a-state-of-mind", "statements", A + ".S2", "speech_act")
def extended_with_speech_act(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S2")["speech_act"] = "promise"


@legal("the gold has such a statement: an assertion without an act of speech of its own")
def core_with_act_none(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["speech_act"] = "none"


@unlisted("L4/cue-class-punctuation", "statements", A + ".S5", "cue_class")
def punctuation_cue_class(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["cue_class"] = "punctuation"


@legal("lemmas need a dictionary of the language")
def cue_lemma_of_other_word(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["cue_lemma"] = "zxqv"


@unlisted("L4/label-untidy", "statements", A + ".S5", "cue_lemma")
def cue_lemma_empty(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["cue_lemma"] = ""


@unlisted("L4/source-implicit-with-span", "statements", A + ".S5", "source_spans")
def implicit_source_with_actor_span(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_form"] = "implicit"


@unlisted("L4/source-missing", "statements", A + ".S5", "source_actor_ids")
def source_spans_without_actor(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_actor_ids"] = []


@unlisted("L4/words-of-another-actor", "statements", A + ".S5", "source_spans/0")
def source_actor_author(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_actor_ids"] = ["AUTHOR"]


@unlisted("L4/source-form-of-another-kind", "statements", A + ".S5", "source_form")
def source_form_document_of_person(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_form"] = "document"


@unlisted("L4/source-form-of-another-kind", "statements", A + ".S5", "source_form")
def source_form_state_of_person(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_form"] = "state"


@unlisted("L4/evidence-of-another-mode", "statements", A + ".S1", "mode")
def mode_indirect_with_quote_marks(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["mode"] = "indirect"


@unlisted("L4/quote-marks-absent", "statements", A + ".S5", "mode_evidence")
def quote_evidence_without_quotes_in_text(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["mode"] = "direct"
        s["mode_evidence"] = "quote_marks"


@unlisted("L4/colon-absent", "statements", A + ".S5", "mode_evidence")
def colon_evidence_without_colon(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["mode"] = "direct"
        s["mode_evidence"] = "colon"


@unlisted("L4/addressee-implicit-without-actor", "statements", A + ".S5", "addressee_implicit")
def addressee_implicit_without_actor(p: Project) -> None:
    with gold(p) as d:
        s = rec(d, "statements", "S5")
        s["addressee_actor_ids"] = []


@unlisted("L2/reference-crosses-articles", "statements", B + ".S1", "source_actor_ids/0")
def group_of_other_article(p: Project) -> None:
    with gold(p, B) as d:
        rec(d, "statements", "S1")["source_actor_ids"] = [A + ".OFFICIALS"]


@unlisted("L2/statement-unknown", "actions", A + ".E3", "other_views/0/in_statement_id")
def view_in_statement_dangling(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E3")["other_views"][0]["in_statement_id"] = A + ".S77"


@unlisted("L2/reference-crosses-articles", "actions", A + ".E3", "other_views/0/in_statement_id")
def view_in_statement_other_article(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E3")["other_views"][0]["in_statement_id"] = B + ".S1"


@unlisted("L4/view-of-another-source", "actions", A + ".E3", "other_views/0/view_of")
def view_of_not_source_of_statement(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E3")["other_views"][0].update(view_of="UKR", in_statement_id=A + ".S4")


@unlisted("L4/view-of-nobody", "actions", A + ".E3", "other_views/0/view_of")
def view_null_null(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E3")["other_views"][0].update(view_of=None, in_statement_id=None)


@unlisted("L4/view-not-different", "actions", A + ".E3", "other_views/0/status")
def view_same_as_own(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E3")["other_views"][0].update(status="occurred")


@legal("two events may be conditions of each other")
def link_inverse(p: Project) -> None:
    with gold(p) as d:
        link = copy.deepcopy(d["event_links"][0])
        link["from_event_id"], link["to_event_id"] = link["to_event_id"], link["from_event_id"]
        d["event_links"].append(link)


@unlisted("L2/link-circle", "event_links", f"subevent_of {A}.V1 {A}.V2", "to_event_id")
def link_cycle3(p: Project) -> None:
    with gold(p) as d:
        d["event_links"] += [
            {"type": "subevent_of", "from_event_id": A + ".V" + x, "to_event_id": A + ".V" + y}
            for x, y in ("12", "23", "31")
        ]


@unlisted("L2/link-circle", "event_links", f"subevent_of {A}.V3 {A}.V4", "to_event_id")
def subevent_both_ways(p: Project) -> None:
    with gold(p) as d:
        d["event_links"] += [
            {"type": "subevent_of", "from_event_id": A + ".V" + x, "to_event_id": A + ".V" + y}
            for x, y in ("34", "43")
        ]


@unlisted("L4/link-both-ways", "event_links", f"opposite_of {A}.V4 {A}.V3", "to_event_id")
def opposite_both_ways(p: Project) -> None:
    with gold(p) as d:
        d["event_links"] += [
            {"type": "opposite_of", "from_event_id": A + ".V" + x, "to_event_id": A + ".V" + y}
            for x, y in ("34", "43")
        ]


@unlisted("L4/same-as-within-article", "event_links", f"same_as {A}.V3 {A}.V4", "to_event_id")
def same_as_within_article(p: Project) -> None:
    with gold(p) as d:
        d["event_links"].append({"type": "same_as", "from_event_id": A + ".V3", "to_event_id": A + ".V4"})


@unlisted("L4/link-both-ways", "event_links", f"same_as {B}.V1 {A}.V4", "to_event_id")
def same_as_other_type(p: Project) -> None:
    with gold(p) as d:
        d["event_links"].append({"type": "same_as", "from_event_id": A + ".V4", "to_event_id": B + ".V1"})


@unlisted("L2/key-repeated", "event_links", f"condition_for {A}.V2 {A}.V1", "from_event_id")
def link_repeated(p: Project) -> None:
    with gold(p) as d:
        d["event_links"].append(copy.deepcopy(d["event_links"][0]))


@legal("a condition may be a cause")
def link_two_types_same_pair(p: Project) -> None:
    with gold(p) as d:
        d["event_links"].append(dict(d["event_links"][0], type="cause_of"))


@unlisted("L4/cue-not-realised", "actions", A + ".E4", "realises_statement_id")
def realises_not_verbal(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["realises_statement_id"] = A + ".S5"


@legal("one cue may realise two acts")
def two_realise_one(p: Project) -> None:
    with gold(p) as d:
        d["events"].append({"event_id": A + ".V9", "gloss": "x", "event_type": "REJECT"})
        e = copy.deepcopy(rec(d, "actions", "E5"))
        e.update(action_id=A + ".E9", event_id=A + ".V9", event_type="REJECT", mode=None)
        d["actions"].append(e)


@unlisted("L4/time-value-without-basis", "actions", A + ".E4", "time/basis")
def time_value_basis_none(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"] = {
            "value": "2021-12-07",
            "expression": None,
            "basis": "none",
            "modifier": None,
        }


@unlisted("L4/content-ends-with-punctuation", "statements", A + ".S5", "content_spans")
def span_trailing_mark(p: Project) -> None:
    with gold(p) as d:
        content = rec(d, "statements", "S5")["content_spans"][0]
        content["end"] += 1
        content["text"] += "."
