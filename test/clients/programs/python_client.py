# What the README of the client shows, then errors, paging and helpers. Prints one JSON object.
# python python_client.py <address> <index>
import json
import sys
import warnings

import elasticsearch
from elasticsearch import Elasticsearch, helpers

warnings.simplefilter("ignore")
address, index = sys.argv[1:3]
client = Elasticsearch(address)
is_flat = elasticsearch.__version__[0] >= 8
seen = {}


def step(title, run):
    try:
        answer = run()
        seen[title] = getattr(answer, "body", answer)
    except Exception as error:
        seen[title] = {"class": type(error).__name__, "text": str(error)}


def document_of(value):
    return {"document": value} if is_flat else {"body": value}


def body_of(value):
    return value if is_flat else {"body": value}


properties = {"title": {"type": "text"}, "tag": {"type": "keyword"}, "n": {"type": "long"}}
step("ping", lambda: client.ping())
step("info", lambda: client.info())
step("exists before", lambda: bool(client.indices.exists(index=index)))
step("create", lambda: client.indices.create(index=index, **body_of({"mappings": {"properties": properties}})))
step("exists after", lambda: bool(client.indices.exists(index=index)))
# The README gives its first document an id.
step("index", lambda: client.index(index=index, id="my_document_id", **document_of({"title": "Winter is coming", "tag": "quote", "n": -1})))
step("refresh", lambda: client.indices.refresh(index=index))
step("search", lambda: client.search(index=index, **body_of({"query": {"match": {"title": "winter"}}})))
step("get", lambda: client.get(index=index, id="my_document_id"))
step("missing index", lambda: client.search(index="nowhere"))
step("too many", lambda: client.search(index=index, size=10001))
books = [{"_index": index, "_source": {"title": f"book {n}", "tag": "book", "n": n}} for n in range(120)]
step("bulk helper", lambda: list(helpers.bulk(client, books, refresh=True)))
query = {"query": {"term": {"tag": "book"}}}
step("scan helper", lambda: len({hit["_source"]["n"] for hit in helpers.scan(client, index=index, query=query, size=50)}))
step("streaming bulk", lambda: [ok for ok, _ in helpers.streaming_bulk(client, books[:2])])
step("rejected", lambda: helpers.bulk(client, [{"_index": index, "_source": {"n": "no number"}}], raise_on_error=False))
step("count", lambda: client.count(index=index)["count"] >= 121)
step("cat", lambda: str(client.cat.indices(index=index)))
step("health", lambda: client.cluster.health(wait_for_status="yellow"))
step("delete", lambda: client.indices.delete(index=index))
print(json.dumps(seen))
