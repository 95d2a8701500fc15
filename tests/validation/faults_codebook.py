"""One planted fault for each check of level 4 and above that shows in JSON files."""

from __future__ import annotations

from faults_json import actor, article, fault, gold, record, registry
from sound import TEXT_A, A, span

from communique.project import Project


@fault("L4/mention-without-referent", "mentions", f"{A}.m10", "actor_id")
def no_referent(p: Project) -> None:
    with record(p, "mentions", "m10") as one:
        one["nonactor_type"] = None


@fault("L4/mention-of-two-kinds", "mentions", f"{A}.m1", "nonactor_type")
def two_kinds(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["nonactor_type"] = "place"


@fault("L4/mention-crosses-lines", "mentions", f"{A}.m13", "text")
def crosses_lines(p: Project) -> None:
    with gold(p) as data:
        words = span(TEXT_A, "drones.\nThe two leaders")
        data["mentions"].append(
            {"mention_id": f"{A}.m13", "actor_id": "LEADERS", **words, "mention_type": "NOM"}
        )


@fault("L4/mention-repeated", "mentions", f"{A}.m13", "start")
def mention_repeated(p: Project) -> None:
    with gold(p) as data:
        data["mentions"].append(data["mentions"][0] | {"mention_id": f"{A}.m13"})


@fault("L4/direct-without-evidence", "statements", f"{A}.S1", "mode_evidence")
def direct(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        del one["mode_evidence"]


@fault("L4/evidence-impossible", "statements", f"{A}.S1", "mode_evidence")
def stripped(p: Project) -> None:
    with article(p) as one:
        one["quotation_marks"] = "stripped"


@fault("L4/evidence-without-parent", "statements", f"{A}.S1", "mode_evidence")
def orphan(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["mode_evidence"] = "inherited_from_parent"


@fault("L4/source-missing", "statements", f"{A}.S5", "source_actor_ids")
def no_source(p: Project) -> None:
    with record(p, "statements", "S5") as one:
        one["source_actor_ids"] = []


@fault("L4/source-unspecified-with-actor", "statements", f"{A}.S5", "source_form")
def unspecified(p: Project) -> None:
    with record(p, "statements", "S5") as one:
        one["source_form"] = "unspecified"


@fault("L4/source-implicit-with-span", "statements", f"{A}.S5", "source_spans")
def implicit_source(p: Project) -> None:
    with record(p, "statements", "S5") as one:
        one["source_form"] = "implicit"


@fault("L4/addressee-implicit-with-span", "statements", f"{A}.S3", "addressee_spans")
def implicit_addressee(p: Project) -> None:
    with record(p, "statements", "S3") as one:
        one["addressee_implicit"] = True


@fault("L4/addressee-without-actor", "statements", f"{A}.S3", "addressee_actor_ids")
def addressee_nobody(p: Project) -> None:
    with record(p, "statements", "S3") as one:
        one["addressee_actor_ids"] = []


@fault("L4/layer-of-another-kind", "statements", f"{A}.S2", "layer")
def wrong_layer(p: Project) -> None:
    with record(p, "statements", "S2") as one:
        one["layer"] = "core"


@fault("L4/statement-repeated", "statements", f"{A}.S6", "cue_spans")
def statement_repeated(p: Project) -> None:
    with gold(p) as data:
        data["statements"].append(data["statements"][3] | {"statement_id": f"{A}.S6"})


@fault("L4/mode-of-another-type", "actions", f"{A}.E3", "mode")
def wrong_mode(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["mode"] = "visit"


@fault("L4/mode-of-another-type", "actions", f"{A}.E6", "mode")
def mode_of_other(p: Project) -> None:
    with record(p, "actions", "E6") as one:
        one["mode"] = "visit"


@fault("L4/other-without-gloss", "actions", f"{A}.E6", "gloss")
def no_gloss(p: Project) -> None:
    with record(p, "actions", "E6") as one:
        one["gloss"] = "  "


@fault("L4/type-of-another-event", "actions", f"{A}.E4", "event_type")
def type_differs(p: Project) -> None:
    with record(p, "actions", "E4") as one:
        one.update(event_type="SUPPORT", mode=None)


@fault("L4/implicit-with-span", "actions", f"{A}.E1", "agents/0/implicit")
def implicit_with_span(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["agents"][0]["implicit"] = True


@fault("L4/explicit-without-span", "actions", f"{A}.E3", "targets/0/span")
def explicit_without_span(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["targets"][0]["implicit"] = False


@fault("L4/participant-repeated", "actions", f"{A}.E3", "targets/1/actor_id")
def participant_repeated(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["targets"].append(dict(one["targets"][0]))


@fault("L4/agent-cannot-act", "actions", f"{A}.E4", "agents/1/actor_id")
def document_acts(p: Project) -> None:
    with record(p, "actions", "E4") as one:
        one["agents"].append({"actor_id": "TREATY", "span": None, "implicit": True})


@fault("L4/cue-not-realised", "actions", f"{A}.E5", "realises_statement_id")
def other_cue(p: Project) -> None:
    with record(p, "actions", "E5") as one:
        one["realises_statement_id"] = f"{A}.S4"


@fault("L4/conditional-without-condition", "actions", f"{A}.E1", "condition_spans")
def no_condition(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["condition_spans"] = []
    with gold(p) as data:
        data["event_links"] = []


@fault("L4/condition-of-a-fact", "actions", f"{A}.E1", "status")
def condition_of_fact(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["status"] = "occurred"


@fault("L4/view-repeated", "actions", f"{A}.E3", "other_views/1/view_of")
def view_repeated(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["other_views"].append(one["other_views"][0] | {"status": "rejected"})


@fault("L4/view-not-different", "actions", f"{A}.E3", "other_views/0/status")
def view_same(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["other_views"][0]["status"] = "occurred"


@fault("L4/action-repeated", "actions", f"{A}.E7", "trigger_spans")
def action_repeated(p: Project) -> None:
    with gold(p) as data:
        data["actions"].append(data["actions"][0] | {"action_id": f"{A}.E7"})


@fault("L4/time-impossible", "statements", f"{A}.S1", "time/value")
def day_impossible(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["time"]["value"] = "2021-02-30"


@fault("L4/time-impossible", "actions", f"{A}.E4", "time/value")
def month_impossible(p: Project) -> None:
    with record(p, "actions", "E4") as one:
        one["time"]["value"] = "2021-13"


@fault("L4/time-without-basis", "statements", f"{A}.S1", "time/basis")
def no_basis(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["time"]["basis"] = "none"


@fault("L4/time-without-expression", "statements", f"{A}.S1", "time/expression")
def no_expression(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["time"]["expression"] = None


@fault("L4/country-unknown", "actors", "FRA", "country_iso3")
def country(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["country_iso3"] = "FRX"


@fault("L2/line-break-in-value", "actors", "FRA", "country_iso3")
def country_with_line_feed(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["country_iso3"] = "FRA\n"


@fault("L4/qid-without-item", "actors", "BIDEN", "qid_status")
def no_qid(p: Project) -> None:
    with actor(p, "BIDEN") as one:
        one["wikidata_qid"] = None


@fault("L4/qid-without-item", "actors", "BIDEN", "qid_status")
def qid_of_nothing(p: Project) -> None:
    with actor(p, "BIDEN") as one:
        one["qid_status"] = "nil"


@fault("L4/set-without-members", "actors", "LEADERS", "set_members")
def empty_set(p: Project) -> None:
    with actor(p, "LEADERS") as one:
        one["set_members"] = []


@fault("L4/members-without-set", "actors", "FRA", "set_members")
def members(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["set_members"] = ["BIDEN"]


@fault("L4/sector-repeated", "actors", "KREMLIN", "other_sector_codes")
def sector_repeated(p: Project) -> None:
    with actor(p, "KREMLIN") as one:
        one["other_sector_codes"] = ["GOV"]


@fault("L4/other-sectors-without-main", "actors", "KREMLIN", "sector_code")
def no_main_sector(p: Project) -> None:
    with actor(p, "KREMLIN") as one:
        one["sector_code"] = None


@fault("L4/unnamed-group-in-registry", "actors", "TREATY", "actor_kind")
def group(p: Project) -> None:
    with actor(p, "TREATY") as one:
        one["actor_kind"] = "collective_unnamed"


@fault("L4/narrator-kind", "actors", "AUTHOR", "actor_kind")
def narrator(p: Project) -> None:
    with actor(p, "AUTHOR") as one:
        one["actor_kind"] = "person"


@fault("L4/language-unknown", "articles", A, "language")
def language(p: Project) -> None:
    with article(p) as one:
        one["language"] = "xx"


@fault("L4/date-contradicts-source", "articles", A, "published_on")
def date_swapped(p: Project) -> None:
    with article(p) as one:
        one["published_on"] = "2021-07-12"


@fault("L4/date-impossible", "articles", A, "published_on")
def future(p: Project) -> None:
    with article(p) as one:
        one.update(published_on="2921-12-07", date_raw=None)


@fault("L4/url-form", "articles", A, "url")
def url(p: Project) -> None:
    with article(p) as one:
        one["url"] = "news.example/a"


_ = registry
