// What the READMEs of go-elasticsearch and olivere/elastic show. Prints one JSON object.
// go run . <address> <index>
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"github.com/elastic/go-elasticsearch/v7"
	"github.com/elastic/go-elasticsearch/v7/esutil"
	elasticsearch8 "github.com/elastic/go-elasticsearch/v8"
	esutil8 "github.com/elastic/go-elasticsearch/v8/esutil"
	"github.com/elastic/go-elasticsearch/v8/typedapi/types"
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

// The client of version 8 by its bulk indexer, its typed client, its paging and its errors.
func official8(address, index string) {
	plain, err := elasticsearch8.NewClient(elasticsearch8.Config{Addresses: []string{address}})
	if err != nil {
		note("8 client", nil, err)
		return
	}
	typed, err := elasticsearch8.NewTypedClient(elasticsearch8.Config{Addresses: []string{address}})
	if err != nil {
		note("8 typed client", nil, err)
		return
	}
	ctx := context.Background()
	info, err := typed.Info().Do(ctx)
	if err == nil {
		note("8 info", info.Version.Int, nil)
	} else {
		note("8 info", nil, err)
	}
	mappings := &types.TypeMapping{Properties: map[string]types.Property{
		"title": types.NewTextProperty(),
		"n":     types.NewIntegerNumberProperty(),
	}}
	created, err := typed.Indices.Create(index).Mappings(mappings).Do(ctx)
	note("8 create", created != nil && created.Acknowledged, err)
	exists, err := typed.Indices.Exists(index).Do(ctx)
	note("8 exists", exists, err)
	indexed, err := typed.Index(index).Request(map[string]any{"title": "one book", "n": 100}).Do(ctx)
	if err == nil {
		note("8 index", indexed.Result.String(), nil)
	} else {
		note("8 index", nil, err)
	}
	indexer, err := esutil8.NewBulkIndexer(esutil8.BulkIndexerConfig{Client: plain, Index: index, Refresh: "wait_for"})
	note("8 bulk indexer", indexer != nil, err)
	for n := 0; n < 100; n++ {
		document, _ := json.Marshal(map[string]any{"title": fmt.Sprintf("book %d", n), "n": n})
		_ = indexer.Add(ctx, esutil8.BulkIndexerItem{Action: "create", Body: bytes.NewReader(document)})
	}
	err = indexer.Close(ctx)
	note("8 bulk flushed", indexer.Stats().NumFlushed, err)
	note("8 bulk failed", indexer.Stats().NumFailed, nil)
	_, err = typed.Indices.Refresh().Index(index).Do(ctx)
	note("8 refresh", err == nil, err)
	gte := types.Float64(90)
	query := &types.Query{Range: map[string]types.RangeQuery{"n": types.NumberRangeQuery{Gte: &gte}}}
	found, err := typed.Search().Index(index).Query(query).TrackTotalHits(true).Do(ctx)
	if err == nil {
		note("8 search", found.Hits.Total.Value, nil)
	} else {
		note("8 search", nil, err)
	}
	match := &types.Query{Match: map[string]types.MatchQuery{"title": {Query: "one"}}}
	marks := &types.Highlight{Fields: map[string]types.HighlightField{"title": {}}}
	marked, err := typed.Search().Index(index).Query(match).Highlight(marks).Do(ctx)
	if err == nil && len(marked.Hits.Hits) > 0 {
		note("8 highlight", marked.Hits.Hits[0].Highlight["title"], nil)
	} else {
		note("8 highlight", nil, err)
	}
	field := "n"
	aggregations := map[string]types.Aggregations{"most": {Max: &types.MaxAggregation{Field: &field}}}
	sums, err := typed.Search().Index(index).Size(0).Aggregations(aggregations).Do(ctx)
	if err == nil {
		most, _ := sums.Aggregations["most"].(*types.MaxAggregate)
		note("8 aggregation", most != nil && most.Value != nil && float64(*most.Value) == 100, nil)
	} else {
		note("8 aggregation", nil, err)
	}
	counted, err := typed.Count().Index(index).Do(ctx)
	if err == nil {
		note("8 count", counted.Count, nil)
	} else {
		note("8 count", nil, err)
	}
	note("8 pages", pages8(ctx, typed, index), nil)
	_, err = typed.Search().Index("nowhere").Do(ctx)
	var failure *types.ElasticsearchError
	if errors.As(err, &failure) {
		note("8 missing index", failure.ErrorCause.Type, nil)
	} else {
		note("8 missing index", nil, err)
	}
	deleted, err := typed.Indices.Delete(index).Do(ctx)
	note("8 delete", deleted != nil && deleted.Acknowledged, err)
}

// pages8 counts what a point in time shows, page by page.
func pages8(ctx context.Context, typed *elasticsearch8.TypedClient, index string) int {
	pit, err := typed.OpenPointInTime(index).KeepAlive("1m").Do(ctx)
	if err != nil {
		return -1
	}
	count := 0
	var after []types.FieldValue
	for {
		page, err := typed.Search().
			Pit(&types.PointInTimeReference{Id: pit.Id, KeepAlive: "1m"}).
			Size(30).
			Sort(types.SortOptions{SortOptions: map[string]types.FieldSort{"n": {}}}).
			SearchAfter(after...).
			Do(ctx)
		if err != nil || len(page.Hits.Hits) == 0 {
			break
		}
		count += len(page.Hits.Hits)
		after = page.Hits.Hits[len(page.Hits.Hits)-1].Sort
	}
	return count
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
	official8(os.Args[1], os.Args[2]+"8")
	byOlivere(os.Args[1], os.Args[2])
	_ = json.NewEncoder(os.Stdout).Encode(seen)
}
