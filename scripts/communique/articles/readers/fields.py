"""Where news APIs and common corpora keep what an article record holds, as data.

Field names, by source (a dot steps into an object):

- NewsAPI: content, title, url, source.name, publishedAt, author
- NewsCatcher: content, title, link, published_date, authors, language (`rights` and `clean_url` are hosts)
- GDELT DOC 2.0 with text added: text, title, url, seendate, language (`domain` is a host)
- MediaCloud: text, title, url, media_name, publish_date, language
- Guardian Open Platform: fields.bodyText or fields.body, webTitle or fields.headline, webUrl,
  webPublicationDate, fields.byline, fields.lang, fields.publication
- New York Times with text added: text, headline.main, web_url, source, pub_date, byline.original
- CC-News by news-please: maintext, title, url, date_publish, authors, language
- CC-News on Hugging Face: text, title, url, date (`domain` is a host)
- Wikinews and Wikipedia dumps: text, title, url
- schema.org NewsArticle: articleBody, headline, url, publisher.name, datePublished, author.name, inLanguage
- Event Registry: body, title, url, source.title, dateTimePub or date, authors, lang
- newspaper3k/4k and scrapers: text, title, source_url or url, publish_date, authors, meta_lang, site_name

Records that Communiqué itself writes are read by their own names. For each field the first path below
that holds a usable value is taken; every other key of the record is kept in `extra`. A host is no
publisher and no licence; the URL says it already.
"""

from __future__ import annotations

PATHS: dict[str, tuple[str, ...]] = {
    "text": (
        "text",
        "fields.bodyText",
        "bodyText",
        "maintext",
        "articleBody",
        "article_text",
        "full_text",
        "body",
        "fields.body",
        "content",
        "cleaned_text",
        "plain_text",
        "story",
    ),
    "title": ("title", "webTitle", "fields.headline", "headline.main", "headline", "name"),
    "url": (
        "url",
        "webUrl",
        "web_url",
        "link",
        "canonical_url",
        "source_url",
        "responded_url",
        "requested_url",
    ),
    "publisher": (
        "publisher",
        "publisher.name",
        "source.name",
        "source.title",
        "fields.publication",
        "media_name",
        "site_name",
        "sitename",
        "site",
        "outlet",
        "newspaper",
        "publication",
        "source",
    ),
    "date_raw": (
        "published_on",
        "publishedAt",
        "webPublicationDate",
        "published_date",
        "publish_date",
        "date_publish",
        "publication_date",
        "datePublished",
        "dateTimePub",
        "pub_date",
        "pubDate",
        "published",
        "date",
        "seendate",
    ),
    "byline": ("byline", "fields.byline", "byline.original", "author", "author.name", "authors", "creator"),
    "language": ("language", "lang", "fields.lang", "inLanguage", "meta_lang"),
    "rights": ("rights", "license", "licence", "copyright"),
    "rights_holder": ("rights_holder", "copyright_holder", "copyrightHolder.name"),
    "redistribution": ("redistribution",),
}

ENVELOPES: tuple[str, ...] = (
    "articles",
    "response.results",
    "response.docs",
    "articles.results",
    "results",
    "data",
)
"""Where a whole API answer keeps its list of records."""
