//! The documents of the benchmark, with the fields that the shipped index configs give them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use tantivy::schema::{
    DateOptions, DateTimePrecision, Field, IndexRecordOption, JsonObjectOptions, OwnedValue,
    Schema, TextFieldIndexing, TextOptions, FAST, INDEXED, STORED,
};
use tantivy::{DateTime, TantivyDocument};

use crate::Outcome;

/// Lines of one data set as documents of tantivy.
pub trait Documents {
    fn schema(&self) -> &Schema;
    fn read(&self, line: &str) -> Outcome<TantivyDocument>;
}

pub fn documents_of(set: &str) -> Outcome<Box<dyn Documents>> {
    match set {
        "mock-sales" => Ok(Box::new(Sales::new())),
        "hdfs-logs" => Ok(Box::new(Hdfs::new())),
        other => Err(format!("no data set {other}").into()),
    }
}

/// Without lengths, which only scores need.
fn indexing(tokenizer: &str, record: IndexRecordOption) -> TextFieldIndexing {
    TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(record)
        .set_fieldnorms(false)
}

/// Split into lower-case words.
fn words(record: IndexRecordOption) -> TextOptions {
    TextOptions::default()
        .set_indexing_options(indexing("default", record))
        .set_stored()
}

fn raw() -> TextOptions {
    TextOptions::default()
        .set_indexing_options(indexing("raw", IndexRecordOption::Basic))
        .set_stored()
}

fn raw_objects() -> JsonObjectOptions {
    JsonObjectOptions::default()
        .set_indexing_options(indexing("raw", IndexRecordOption::Basic))
        .set_stored()
}

fn date(precision: DateTimePrecision) -> DateOptions {
    DateOptions::from(INDEXED | STORED | FAST).set_precision(precision)
}

struct Sales {
    schema: Schema,
    ts: Field,
    id: Field,
    name: Field,
    price: Field,
    quantity: Field,
    description: Field,
}

#[derive(Deserialize)]
struct Sale<'a> {
    ts: i64,
    id: u64,
    #[serde(borrow)]
    name: Cow<'a, str>,
    price: f64,
    quantity: u64,
    #[serde(borrow)]
    description: Cow<'a, str>,
}

impl Sales {
    fn new() -> Sales {
        let mut schema = Schema::builder();
        Sales {
            ts: schema.add_date_field("ts", date(DateTimePrecision::Milliseconds)),
            id: schema.add_u64_field("id", INDEXED | STORED),
            name: schema.add_text_field("name", raw()),
            price: schema.add_f64_field("price", INDEXED | STORED | FAST),
            quantity: schema.add_u64_field("quantity", INDEXED | STORED | FAST),
            description: schema.add_text_field("description", words(IndexRecordOption::Basic)),
            schema: schema.build(),
        }
    }
}

impl Documents for Sales {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn read(&self, line: &str) -> Outcome<TantivyDocument> {
        let sale: Sale = serde_json::from_str(line)?;
        let mut document = TantivyDocument::default();
        document.add_date(self.ts, DateTime::from_timestamp_millis(sale.ts));
        document.add_u64(self.id, sale.id);
        document.add_text(self.name, sale.name);
        document.add_f64(self.price, sale.price);
        document.add_u64(self.quantity, sale.quantity);
        document.add_text(self.description, sale.description);
        Ok(document)
    }
}

struct Hdfs {
    schema: Schema,
    timestamp: Field,
    tenant_id: Field,
    severity_text: Field,
    body: Field,
    resource: Field,
    attributes: Field,
}

#[derive(Deserialize)]
struct Line<'a> {
    timestamp: i64,
    tenant_id: u64,
    #[serde(borrow)]
    severity_text: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
    resource: BTreeMap<String, OwnedValue>,
    attributes: BTreeMap<String, OwnedValue>,
}

impl Hdfs {
    fn new() -> Hdfs {
        let mut schema = Schema::builder();
        Hdfs {
            timestamp: schema.add_date_field("timestamp", date(DateTimePrecision::Seconds)),
            tenant_id: schema.add_u64_field("tenant_id", INDEXED | STORED),
            severity_text: schema.add_text_field("severity_text", raw().set_fast("raw")),
            body: schema.add_text_field("body", words(IndexRecordOption::WithFreqsAndPositions)),
            resource: schema.add_json_field("resource", raw_objects()),
            // What the config does not name is indexed and fast.
            attributes: schema.add_json_field("attributes", raw_objects().set_fast("raw")),
            schema: schema.build(),
        }
    }
}

impl Documents for Hdfs {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn read(&self, line: &str) -> Outcome<TantivyDocument> {
        let line: Line = serde_json::from_str(line)?;
        let mut document = TantivyDocument::default();
        document.add_date(
            self.timestamp,
            DateTime::from_timestamp_secs(line.timestamp),
        );
        document.add_u64(self.tenant_id, line.tenant_id);
        document.add_text(self.severity_text, line.severity_text);
        document.add_text(self.body, line.body);
        document.add_object(self.resource, line.resource);
        document.add_object(self.attributes, line.attributes);
        Ok(document)
    }
}
