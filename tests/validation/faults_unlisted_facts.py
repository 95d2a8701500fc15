"""Faults that nobody listed, in actions, actors and articles: one plant each, and where exactly it is found."""

from __future__ import annotations

from faults_json import gold
from faults_unlisted import article as art
from faults_unlisted import by_name as rec
from faults_unlisted import gold_path as G
from faults_unlisted import legal, unlisted
from faults_unlisted import registry as reg
from sound import PROVENANCE, TEXT_A, A, B, actor, read, span, write

from communique.project import Project


@unlisted("L4/time-says-nothing", "actions", A + ".E4", "time")
def time_modifier_without_value(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"] = {
            "value": None,
            "expression": None,
            "basis": "none",
            "modifier": "before",
        }


@unlisted("L4/time-says-nothing", "actions", A + ".E4", "time")
def time_all_null(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"] = {
            "value": None,
            "expression": None,
            "basis": "none",
            "modifier": None,
        }


@legal("words that name no day")
def time_value_null_basis_expression(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"] = {
            "value": None,
            "expression": "Tuesday",
            "basis": "expression",
            "modifier": None,
        }


@unlisted("L4/time-expression-not-in-text", "statements", A + ".S1", "time/expression")
def time_expression_not_in_text(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["expression"] = "on Wednesday"


@unlisted("L4/time-impossible", "statements", A + ".S1", "time/value")
def time_feb30(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "2021-02-30"


@unlisted("L4/time-impossible", "statements", A + ".S1", "time/value")
def time_month13(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "2021-13"


@unlisted("L4/time-impossible", "statements", A + ".S1", "time/value")
def time_year0(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "0000"


@legal("plans may be far off")
def time_far_future(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "9999-12-31"


@unlisted("L4/time-default-differs", "actions", A + ".E4", "time/value")
def time_occurred_after_publication(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"].update(
            value="2022-06-01", expression=None, basis="publication_default"
        )


@unlisted("L4/time-after-publication", "actions", A + ".E5", "time/value")
def time_occurred_in_future_expr(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E5")["time"] = {
            "value": "2023-01-01",
            "expression": "on Tuesday",
            "basis": "expression",
            "modifier": None,
        }


@legal("resolving weekdays needs the language")
def time_weekday_contradicts(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "2021-12-08"


@unlisted("L4/time-default-differs", "actions", A + ".E4", "time/value")
def publication_default_other_day(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["time"].update(value="2021-11")


@unlisted("L4/agent-cannot-act", "actions", A + ".E4", "agents/0/actor_id")
def agent_is_document(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["agents"][0]["actor_id"] = "TREATY"


@legal("words that are no mention may describe the agent")
def agent_span_elsewhere(p: Project) -> None:
    """agent's span lies in another sentence and is no mention of the actor"""
    with gold(p) as d:
        rec(d, "actions", "E4")["agents"][0]["span"] = span(TEXT_A, "drones")


@unlisted("L4/words-of-another-actor", "actions", A + ".E5", "agents/0/actor_id")
def agent_span_of_other_actor(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E5")["agents"][0]["span"] = span(TEXT_A, "Moscow")


@unlisted("L4/words-of-another-actor", "statements", A + ".S5", "source_spans/0")
def source_span_of_other_actor(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["source_spans"] = [span(TEXT_A, "Moscow")]


@unlisted("L4/words-of-another-actor", "statements", A + ".S3", "addressee_spans/0")
def addressee_span_of_other_actor(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S3")["addressee_spans"] = [span(TEXT_A, "Ukraine")]


@legal("the narrator may act (an interview)")
def agent_author(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["agents"][0]["actor_id"] = "AUTHOR"


@legal("a noun may name the act and who does it (protesters)")
def trigger_is_agent_span(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["trigger_spans"] = [span(TEXT_A, "The two leaders")]


@legal("a noun may name the act and what it is about")
def theme_is_trigger(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["theme"] = span(TEXT_A, "met")


@unlisted("L3/condition-holds-trigger", "actions", A + ".E1", "condition_spans/0")
def condition_is_trigger(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E1")["condition_spans"] = [span(TEXT_A, "will withdraw")]


@legal("agents are taken from the whole article")
def trigger_and_agents_far_apart(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["trigger_spans"] = [span(TEXT_A, "at the summit")]


@unlisted("L4/polarity-contradicts-status", "actions", A + ".E4", "polarity")
def occurred_negative(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["polarity"] = "negative"


@legal("what did not happen is certain")
def denied_certain(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4").update(status="not_occurred")


@legal("certainty is the asserter's, status the act's")
def occurred_but_hypothetical_certainty(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4").update(certainty="possible")


@legal("the narrator may report a demand without a statement")
def demanded_outside_statement(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4").update(status="demanded")


@unlisted("L2/statement-unknown", "actions", A + ".E4", "assertion_override/asserted_in")
def override_unknown_statement(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["assertion_override"] = {"asserted_in": A + ".S99", "reason": "x"}


@unlisted("L2/reference-crosses-articles", "actions", A + ".E4", "assertion_override/asserted_in")
def override_other_article(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["assertion_override"] = {"asserted_in": B + ".S1", "reason": "x"}


@unlisted("L4/override-without-reason", "actions", A + ".E4", "assertion_override/reason")
def override_blank_reason(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["assertion_override"] = {"asserted_in": "AUTHOR", "reason": " "}


@legal("an override may agree with the rule")
def override_not_needed(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["assertion_override"] = {"asserted_in": "AUTHOR", "reason": "because"}


@unlisted("L4/mode-of-another-type", "actions", A + ".E6", "mode")
def mode_null_with_type_other(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E6")["mode"] = "visit"


@unlisted("L2/actor-circle", "actors", "PUTIN", "affiliated_with")
def merged_ring(p: Project) -> None:
    reg(p, lambda r: next(x for x in r if x["actor_id"] == "RUS").update(affiliated_with=["PUTIN"]))


@unlisted("L2/actor-circle", "actors", "KREMLIN", "affiliated_with")
def ring3(p: Project) -> None:
    reg(
        p,
        lambda r: (
            next(x for x in r if x["actor_id"] == "RUS").update(affiliated_with=["KREMLIN"]),
            next(x for x in r if x["actor_id"] == "KREMLIN").update(affiliated_with=["UKR"]),
            next(x for x in r if x["actor_id"] == "UKR").update(affiliated_with=["RUS"]),
        ),
    )


@unlisted("L2/actor-circle", "actors", "LEADERS", "set_members")
def set_ring(p: Project) -> None:
    reg(
        p,
        lambda r: (
            r.append(
                dict(
                    actor("SET2", "set", "both", set_members=["LEADERS", "FRA"], resolution="implicit"),
                    provenance=PROVENANCE,
                )
            ),
            next(x for x in r if x["actor_id"] == "LEADERS").update(set_members=["SET2", "BIDEN"]),
        ),
    )


@unlisted("L4/set-of-one", "actors", "LEADERS", "set_members")
def set_of_one(p: Project) -> None:
    reg(p, lambda r: next(x for x in r if x["actor_id"] == "LEADERS").update(set_members=["BIDEN"]))


@legal("a member may be an affiliate")
def set_member_affiliated(p: Project) -> None:
    reg(p, lambda r: next(x for x in r if x["actor_id"] == "LEADERS").update(affiliated_with=["BIDEN"]))


@unlisted("L4/qid-form", "actors", "BIDEN", "wikidata_qid")
def qid_huge(p: Project) -> None:
    reg(p, lambda r: r[1].update(wikidata_qid="Q" + "9" * 30))


@unlisted("L4/country-unknown", "actors", "FRA", "country_iso3")
def country_xxx(p: Project) -> None:
    reg(p, lambda r: r[2].update(country_iso3="XXX"))


@unlisted("L4/country-unknown", "actors", "FRA", "country_iso3")
def country_obsolete(p: Project) -> None:
    reg(p, lambda r: r[2].update(country_iso3="SUN"))


@legal("a state may have no code: unrecognised, historical, invented")
def state_without_country(p: Project) -> None:
    reg(p, lambda r: r[2].update(country_iso3=None))


@unlisted("L5/country-of-two-states", "actors", "UKR", "country_iso3")
def two_states_one_country(p: Project) -> None:
    reg(p, lambda r: next(x for x in r if x["actor_id"] == "UKR").update(country_iso3="RUS"))


@unlisted("L4/nonstate-code-of-a-state", "actors", "FRA", "nonstate_code")
def state_with_nonstate(p: Project) -> None:
    reg(p, lambda r: r[2].update(nonstate_code="IGO"))


@legal("the code is that of the body that a person acts for")
def igo_code_on_person(p: Project) -> None:
    reg(p, lambda r: r[1].update(nonstate_code="IGO"))


@legal("a narrator may have a country")
def author_country(p: Project) -> None:
    reg(p, lambda r: r[0].update(country_iso3="GBR"))


@unlisted("L4/narrator-kind", "actors", "AUTHOR", "actor_kind")
def author_kind(p: Project) -> None:
    reg(p, lambda r: r[0].update(actor_kind="person"))


@legal("an actor of one article may be of any kind")
def named_group(p: Project) -> None:
    with gold(p) as d:
        d["actors"][0].update(actor_kind="person")


@unlisted("L4/mention-of-implicit-actor", "mentions", A + ".m4", "actor_id")
def implicit_actor_mentioned(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m4")["actor_id"] = "TREATY"


@unlisted("L2/id-of-another-article", "actors", "FRA", "actor_id")
def registry_article_id(p: Project) -> None:
    reg(p, lambda r: r[2].update(article_id=A))


@unlisted("L2/key-repeated", "actors", "FRA", "actor_id")
def actor_both_registry_and_article(p: Project) -> None:
    with gold(p) as d:
        d["actors"].append(actor("FRA", "state", "France", country_iso3="FRA"))


@legal("“we” may be the narrator")
def mention_of_author(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m10").update(actor_id="AUTHOR", nonactor_type=None)


@unlisted("L5/date-contradicts-id", "articles", A, "published_on")
def date_vs_id(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2021-12-08"
        d["date_raw"] = None


@unlisted("L4/date-impossible", "articles", A, "published_on")
def date_future(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2050-12-07"
        d["date_raw"] = None


@legal("no guess at a language is certain")
def language_wrong(p: Project) -> None:
    with art(p) as d:
        d["language"] = "de"


@unlisted("L4/language-unknown", "articles", A, "language")
def language_xx(p: Project) -> None:
    with art(p) as d:
        d["language"] = "xx"


@unlisted("L4/url-form", "articles", A, "url")
def url_no_scheme(p: Project) -> None:
    with art(p) as d:
        d["url"] = "news.example/a"


@unlisted("L4/url-form", "articles", A, "url")
def url_space(p: Project) -> None:
    with art(p) as d:
        d["url"] = "https://news.example/a b"


@unlisted("L4/url-form", "articles", A, "url")
def url_javascript(p: Project) -> None:
    with art(p) as d:
        d["url"] = "javascript:alert(1)"


@unlisted("L5/url-repeated", "articles", B, "url")
def url_same_twice(p: Project) -> None:
    with art(p) as d:
        u = d["url"]
    with art(p, B) as d:
        d["url"] = u


@unlisted("L5/raw-file-shared", "articles", B, "source_file")
def raw_file_shared(p: Project) -> None:
    with art(p) as d:
        f_, h = d["source_file"], d["source_sha256"]
    with art(p, B) as d:
        d["source_file"], d["source_sha256"] = f_, h


@unlisted("L4/normaliser-unknown", "articles", A, "normaliser")
def normaliser_unknown(p: Project) -> None:
    with art(p) as d:
        d["normaliser"] = "my-own/3"


@unlisted("L3/char-count", "articles", A, "char_count")
def char_count_bytes(p: Project) -> None:
    with art(p) as d:
        d["char_count"] = len(d["text"].encode())


@unlisted("L3/duplicate-zone-unknown", "articles", A, "zones/1/duplicate_of")
def zone_dup_of_itself(p: Project) -> None:
    with art(p) as d:
        d["zones"][1]["duplicate_of"] = 1


@unlisted("L3/duplicate-zone-differs", "articles", A, "zones/2/duplicate_of")
def zone_dup_chain(p: Project) -> None:
    with art(p) as d:
        d["zones"][2].update(duplicate_of=1)


@legal("titles come from metadata, headlines from the page")
def headline_differs_from_title(p: Project) -> None:
    with art(p) as d:
        d["title"] = "Something else"
        d["zones"][0]["zone"] = "headline"


@legal("a page may have two")
def two_headlines(p: Project) -> None:
    with art(p) as d:
        d["zones"][3]["zone"] = "headline"
        d["zones"][4]["zone"] = "headline"


@unlisted("L5/split-misspelt", "articles", A, "split")
def split_typo(p: Project) -> None:
    with art(p) as d:
        d["split"] = "trian"


@legal("a person may decide against a detection")
def detections_contradict(p: Project) -> None:
    with art(p) as d:
        d["detections"] = [
            {"feature": "quotation_marks", "value": "stripped", "confidence": 0.99, "evidence": "x"}
        ]


@unlisted("L4/detection-value", "articles", A, "detections/0/value")
def detections_value(p: Project) -> None:
    with art(p) as d:
        d["detections"] = [
            {"feature": "quotation_marks", "value": "blue", "confidence": 0.99, "evidence": "x"}
        ]


@unlisted("L4/detection-repeated", "articles", A, "detections/1/feature")
def detections_twice(p: Project) -> None:
    with art(p) as d:
        d["detections"] = [
            {"feature": "quotation_marks", "value": v, "confidence": 0.99, "evidence": "x"}
            for v in ("kept", "stripped")
        ]


@unlisted("L4/evidence-impossible", "statements", A + ".S1", "mode_evidence")
def marks_stripped_but_present(p: Project) -> None:
    with art(p) as d:
        d["quotation_marks"] = "stripped"


@unlisted("L5/rights-missing", "articles", A, "rights")
def rights_blank(p: Project) -> None:
    with art(p) as d:
        d["rights"] = ""


@unlisted("L5/rights-contradict", "articles", A, "redistribution")
def text_ok_rights_reserved(p: Project) -> None:
    with art(p) as d:
        d["rights"] = "© News. All rights reserved."


@unlisted("L4/label-untidy", "articles", A, "publisher")
def publisher_blank(p: Project) -> None:
    with art(p) as d:
        d["publisher"] = " "


@unlisted("L2/actor-without-mention", "actors", "FRA", "actor_id")
def article_without_gold(p: Project) -> None:
    G(p, B).unlink()


@legal("a round may be kept elsewhere")
def prov_round_unknown(p: Project) -> None:
    with gold(p) as d:
        d["provenance"]["round"] = "r99"


@unlisted("L5/provenance-untidy", "mentions", A + ".m1", "provenance/annotators")
def prov_annotator_case(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m1")["provenance"] = dict(PROVENANCE, annotators=["ann", "Ann"])


@unlisted("L5/provenance-untidy", "mentions", A + ".m1", "provenance/annotators")
def prov_annotator_space(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m1")["provenance"] = dict(PROVENANCE, annotators=["ann ", "bob"])


@unlisted("L5/guideline-unknown", "actors", "FRA", "provenance/guideline_version")
def prov_guideline_future(p: Project) -> None:
    reg(p, lambda r: r[2].update(provenance=dict(PROVENANCE, guideline_version="9.0.0")))


@unlisted("L5/provenance-untidy", "actors", "FRA", "provenance/guideline_version")
def prov_guideline_zero_padded(p: Project) -> None:
    reg(p, lambda r: r[2].update(provenance=dict(PROVENANCE, guideline_version="0.01.0")))


@legal("a person may review what a program made")
def prov_reviewed_machine(p: Project) -> None:
    with gold(p) as d:
        d["provenance"].update(annotator_kind="program", reviewed_by_person=True)


@legal("nobody else has looked at it")
def prov_person_not_reviewed(p: Project) -> None:
    with gold(p) as d:
        d["provenance"].update(annotator_kind="person", reviewed_by_person=False)


@legal("further facts are figures that the card may name")
def corpus_json_unknown(p: Project) -> None:
    d = read(p.facts)
    d["verison"] = "1"
    write(p.facts, d)


@legal("the build writes its own front matter before it")
def card_front_matter(p: Project) -> None:
    (p.corpus / "card.md").write_text("---\nlicense: x\n---\n" + (p.corpus / "card.md").read_text())


@legal("the card may be empty")
def card_empty(p: Project) -> None:
    (p.corpus / "card.md").write_text("")
