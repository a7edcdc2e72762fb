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

	"github.com/elastic/go-elasticsearch/v7"
	"github.com/elastic/go-elasticsearch/v7/esutil"
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
	found, err := client.Search(
		client.Search.WithIndex(index),
		client.Search.WithBody(strings.NewReader(`{"query":{"range":{"n":{"gte":90}}}}`)),
		client.Search.WithTrackTotalHits(true),
	)
	if err == nil {
		var answer struct {
			Hits struct{ Total struct{ Value int } }
		}
		err = json.NewDecoder(found.Body).Decode(&answer)
		note("search", answer.Hits.Total.Value, err)
	} else {
		note("search", nil, err)
	}
	missing, err := client.Search(client.Search.WithIndex("nowhere"))
	note("missing index", missing != nil && strings.Contains(missing.String(), "index_not_found_exception"), err)
	exists, err := client.Indices.Exists([]string{index})
	note("exists", exists != nil && exists.StatusCode == 200, err)
	got, err := client.Get(index, "1")
	note("get", got != nil && strings.Contains(got.String(), "unsupported_operation_exception"), err)
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
