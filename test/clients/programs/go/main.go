// What the READMEs of go-elasticsearch and olivere/elastic show. Prints one JSON object.
// go run . <address> <index>
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esutil"
	olivere "github.com/olivere/elastic/v7"
)

var seen = map[string]any{}

func note(title string, value any, err error) {
	if err != nil {
		seen[title] = "error: " + err.Error()
	} else {
		seen[title] = value
	}
}

func official(address, index string) {
	client, err := elasticsearch.NewClient(elasticsearch.Config{Addresses: []string{address}})
	if err != nil {
		note("client", nil, err)
		return
	}
	mapping := `{"mappings":{"properties":{"title":{"type":"text"},"n":{"type":"integer"}}}}`
	created, err := client.Indices.Create(index, client.Indices.Create.WithBody(strings.NewReader(mapping)))
	note("create", created != nil && !created.IsError(), err)
	var failed atomic.Int64
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{Client: client, Index: index, Refresh: "true"})
	note("bulk indexer", indexer != nil, err)
	for n := 0; n < 100; n++ {
		document, _ := json.Marshal(map[string]any{"title": fmt.Sprintf("book %d", n), "n": n})
		_ = indexer.Add(context.Background(), esutil.BulkIndexerItem{
			Action: "index",
			Body:   bytes.NewReader(document),
			OnFailure: func(context.Context, esutil.BulkIndexerItem, esutil.BulkIndexerResponseItem, error) {
				failed.Add(1)
			},
		})
	}
	err = indexer.Close(context.Background())
	note("bulk flushed", indexer.Stats().NumFlushed, err)
	note("bulk failed", failed.Load(), nil)
	typed, err := elasticsearch.NewTypedClient(elasticsearch.Config{Addresses: []string{address}})
	if err != nil {
		note("typed client", nil, err)
		return
	}
	found, err := typed.Search().Index(index).Raw(strings.NewReader(`{"query":{"range":{"n":{"gte":90}}},"track_total_hits":true}`)).Do(context.Background())
	if err == nil {
		note("typed search", found.Hits.Total.Value, nil)
	} else {
		note("typed search", nil, err)
	}
	_, err = typed.Search().Index("nowhere").Do(context.Background())
	note("missing index", err != nil && strings.Contains(err.Error(), "index_not_found_exception"), nil)
	exists, err := typed.Indices.Exists(index).Do(context.Background())
	note("exists", exists, err)
	_, err = typed.Get(index, "1").Do(context.Background())
	note("get", err != nil && strings.Contains(err.Error(), "unsupported_operation_exception"), nil)
}

func byOlivere(address, index string) {
	client, err := olivere.NewClient(olivere.SetURL(address), olivere.SetSniff(false), olivere.SetHealthcheck(false))
	if err != nil {
		note("olivere", nil, err)
		return
	}
	query := olivere.NewTermQuery("title", "book")
	found, err := client.Search().Index(index).Query(query).Sort("n", true).Size(5).TrackTotalHits(true).Do(context.Background())
	if err == nil {
		note("olivere search", found.TotalHits(), nil)
	} else {
		note("olivere search", nil, err)
	}
	count := 0
	scroll := client.Scroll(index).Size(30)
	for {
		page, err := scroll.Do(context.Background())
		if err != nil {
			break
		}
		count += len(page.Hits.Hits)
	}
	note("olivere scroll", count, nil)
	bulk := client.Bulk().Index(index).Add(olivere.NewBulkIndexRequest().Doc(map[string]any{"title": "one more", "n": 200}))
	answer, err := bulk.Refresh("true").Do(context.Background())
	note("olivere bulk", answer != nil && !answer.Errors, err)
	deleted, err := client.DeleteIndex(index).Do(context.Background())
	note("olivere delete", deleted != nil && deleted.Acknowledged, err)
}

func main() {
	official(os.Args[1], os.Args[2])
	byOlivere(os.Args[1], os.Args[2])
	_ = json.NewEncoder(os.Stdout).Encode(seen)
}
