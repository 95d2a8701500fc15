"""Where news APIs and common corpora keep what an article record holds, as data.

| source | text | title | url | publisher | date | byline | language |
|---|---|---|---|---|---|---|---|
| NewsAPI | content | title | url | source.name | publishedAt | author | – |
| NewsCatcher | summary, content | title | link | – (clean_url is a host) | published_date | author, authors | language |
| GDELT DOC 2.0 | – | title | url | – (domain is a host) | seendate | – | language |
| MediaCloud | text | title | url | media_name | publish_date | – | language |
| Guardian Open Platform | fields.bodyText, fields.body | webTitle, fields.headline | webUrl | fields.publication | webPublicationDate | fields.byline | fields.lang |
| New York Times | – | headline.main | web_url | source | pub_date | byline.original | – |
| CC-News (news-please) | maintext | title | url | – (source_domain is a host) | date_publish | authors | language |
| CC-News (Hugging Face) | text | title | url | – (domain is a host) | date | – | – |
| Wikinews, Wikipedia dumps | text | title | url | – | date | – | – |
| schema.org NewsArticle | articleBody | headline | url | publisher.name | datePublished | author.name | inLanguage |
| Event Registry | body | title | url | source.title | date, dateTimePub | authors | lang |
| newspaper3k/4k, scrapers | text, content, body | title | url, source_url | site, site_name | publish_date, published | authors | language, meta_lang |

Records that Communiqué itself writes are read by their own names. For each field the first path below
that holds a usable value is taken; every other key of the record is kept in `extra`.
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
    "url": ("url", "webUrl", "web_url", "link", "canonical_url", "source_url", "responded_url", "requested_url"),
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

ENVELOPES: tuple[str, ...] = ("articles", "response.results", "response.docs", "articles.results", "results", "data")
"""Where a whole API answer keeps its list of records."""
