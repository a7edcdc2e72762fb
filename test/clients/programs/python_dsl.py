# What the README of elasticsearch-dsl shows. Prints one JSON object.
# python python_dsl.py <address> <index>
import json
import sys
import warnings

from elasticsearch_dsl import A, Date, Document, Integer, Keyword, Q, Search, Text, connections

warnings.simplefilter("ignore")
address, index = sys.argv[1:3]
connections.create_connection(hosts=[address])


class Article(Document):
    title = Text()
    body = Text(analyzer="standard")
    tags = Keyword()
    published_from = Date()
    lines = Integer()

    class Index:
        name = index


# Document.init also changes a mapping that is there; the index's own create makes it new.
Article._index.create()
for n in range(5):
    Article(title=f"Hello world {n}", tags=["test", f"t{n % 2}"], lines=n).save()
Article._index.refresh()
search = Search(index=index).query("match", title="hello").filter("term", tags="t1").exclude("range", lines={"gte": 3})
search.aggs.bucket("per_tag", A("terms", field="tags"))
answer = search.execute()
page = Search(index=index).query(Q("match", title="hello")).sort("-lines")[1:3].execute()
print(
    json.dumps(
        {
            "hits": [hit.lines for hit in answer],
            "buckets": {bucket.key: bucket.doc_count for bucket in answer.aggregations.per_tag.buckets},
            "page": [hit.lines for hit in page],
            "scan": len(list(Search(index=index).scan())),
            "count": Search(index=index).count(),
            "exists": Article._index.exists(),
        }
    )
)
Article._index.delete()
