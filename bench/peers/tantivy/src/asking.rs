use std::ops::Bound;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::aggregation::AggregationCollector;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, EnableScoring, PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{FieldType, IndexRecordOption, Schema};
use tantivy::TERMINATED;
use tantivy::{
    DateTime, DocAddress, DocSet, Document, Index, Order, Searcher, TantivyDocument, Term,
};

use crate::indexing::milliseconds_since;
use crate::Outcome;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asking {
    questions: Vec<Question>,
    runs: usize,
    warm_ups: usize,
    /// Of the warm-ups together, and of the runs.
    least_ms: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    /// All of them match.
    clauses: Vec<Clause>,
    hits: usize,
    /// A date whose newest come first; any hits will do without it.
    newest_by: Option<String>,
    aggs: Option<Aggregations>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Clause {
    /// Cut by the field's tokenizer; several words are a phrase.
    Text { field: String, text: String },
    /// Bounds are exclusive.
    Range {
        field: String,
        above: Option<f64>,
        below: Option<f64>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    answer: Answer,
    times_ms: Vec<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    count: usize,
    hits: usize,
    newest_ms: Vec<i64>,
    aggregations: Option<AggregationResults>,
}

/// Whether matches are counted while the best are found, or by themselves: each is faster at times.
#[derive(Clone, Copy)]
enum Way {
    Together,
    Apart,
}

/// One thread, all segments in turn. Of the two ways to count, the faster one's times.
pub fn ask(folder: &str, asking: &Asking) -> Outcome<Vec<Asked>> {
    let index = Index::open_in_dir(folder)?;
    let searcher = index.reader()?.searcher();
    asking
        .questions
        .iter()
        .map(|question| ask_both_ways(&index, &searcher, question, asking))
        .collect()
}

fn ask_both_ways(
    index: &Index,
    searcher: &Searcher,
    question: &Question,
    asking: &Asking,
) -> Outcome<Asked> {
    let together = ask_one_way(index, searcher, question, asking, Way::Together)?;
    if question.newest_by.is_none() {
        return Ok(together);
    }
    let apart = ask_one_way(index, searcher, question, asking, Way::Apart)?;
    Ok(if median(&apart.times_ms) < median(&together.times_ms) {
        apart
    } else {
        together
    })
}

fn ask_one_way(
    index: &Index,
    searcher: &Searcher,
    question: &Question,
    asking: &Asking,
    way: Way,
) -> Outcome<Asked> {
    let answer = answer_to(index, searcher, question, way)?;
    let time = || -> Outcome<f64> {
        let start = Instant::now();
        answer_to(index, searcher, question, way)?;
        Ok(milliseconds_since(start))
    };
    repeated(&time, asking.warm_ups, asking.least_ms)?;
    let times_ms = repeated(&time, asking.runs, asking.least_ms)?;
    Ok(Asked { answer, times_ms })
}

fn repeated(time: &dyn Fn() -> Outcome<f64>, times: usize, least_ms: f64) -> Outcome<Vec<f64>> {
    let mut results = vec![];
    let start = Instant::now();
    while results.len() < times || milliseconds_since(start) < least_ms {
        results.push(time()?);
    }
    Ok(results)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}

/// With the hits' documents, as JSON.
fn answer_to(index: &Index, searcher: &Searcher, question: &Question, way: Way) -> Outcome<Answer> {
    let query = query_of(index, &question.clauses)?;
    if let Some(aggs) = &question.aggs {
        let collector = AggregationCollector::from_aggs(aggs.clone(), Default::default());
        let (count, results) = searcher.search(&query, &(Count, collector))?;
        return Ok(Answer {
            count,
            hits: 0,
            newest_ms: vec![],
            aggregations: Some(results),
        });
    }
    let mut newest_ms = vec![];
    let (count, addresses) = match &question.newest_by {
        Some(field) => {
            let newest = || {
                TopDocs::with_limit(question.hits)
                    .order_by_fast_field::<DateTime>(field, Order::Desc)
            };
            let (count, top) = match way {
                Way::Together => searcher.search(&query, &(Count, newest()))?,
                Way::Apart => (query.count(searcher)?, searcher.search(&query, &newest())?),
            };
            newest_ms.extend(
                top.iter()
                    .filter_map(|(date, _)| date.map(DateTime::into_timestamp_millis)),
            );
            (count, top.into_iter().map(|(_, address)| address).collect())
        }
        None => (
            query.count(searcher)?,
            first_docs(searcher, &query, question.hits)?,
        ),
    };
    let documents = documents_at(searcher, &addresses)?;
    Ok(Answer {
        count,
        hits: documents.len(),
        newest_ms,
        aggregations: None,
    })
}

fn first_docs(searcher: &Searcher, query: &dyn Query, limit: usize) -> Outcome<Vec<DocAddress>> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut found = vec![];
    for (ord, segment) in searcher.segment_readers().iter().enumerate() {
        let mut docs = weight.scorer(segment, 1.0)?;
        while found.len() < limit && docs.doc() != TERMINATED {
            found.push(DocAddress::new(ord as u32, docs.doc()));
            docs.advance();
        }
    }
    Ok(found)
}

fn documents_at(searcher: &Searcher, addresses: &[DocAddress]) -> Outcome<Vec<String>> {
    let json = |address: &DocAddress| -> Outcome<String> {
        Ok(searcher
            .doc::<TantivyDocument>(*address)?
            .to_json(searcher.schema()))
    };
    addresses.iter().map(json).collect()
}

fn query_of(index: &Index, clauses: &[Clause]) -> Outcome<Box<dyn Query>> {
    let mut queries = vec![];
    for clause in clauses {
        queries.push(clause_query(index, clause)?);
    }
    Ok(match queries.len() {
        0 => Box::new(AllQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::intersection(queries)),
    })
}

fn clause_query(index: &Index, clause: &Clause) -> Outcome<Box<dyn Query>> {
    let schema = index.schema();
    match clause {
        Clause::Text { field, text } => {
            let field = schema.get_field(field)?;
            let mut terms = vec![];
            let mut tokenizer = index.tokenizer_for_field(field)?;
            tokenizer
                .token_stream(text)
                .process(&mut |token| terms.push(Term::from_field_text(field, &token.text)));
            Ok(match terms.len() {
                1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
                _ => Box::new(PhraseQuery::new(terms)),
            })
        }
        Clause::Range {
            field,
            above,
            below,
        } => {
            let bound = |value: &Option<f64>| -> Outcome<Bound<Term>> {
                value.map_or(Ok(Bound::Unbounded), |value| {
                    Ok(Bound::Excluded(number_term(&schema, field, value)?))
                })
            };
            Ok(Box::new(RangeQuery::new(bound(above)?, bound(below)?)))
        }
    }
}

fn number_term(schema: &Schema, name: &str, value: f64) -> Outcome<Term> {
    let field = schema.get_field(name)?;
    match schema.get_field_entry(field).field_type() {
        FieldType::U64(_) => Ok(Term::from_field_u64(field, value as u64)),
        FieldType::F64(_) => Ok(Term::from_field_f64(field, value)),
        other => Err(format!("no range over {name}, {other:?}").into()),
    }
}
