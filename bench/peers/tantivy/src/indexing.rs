use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use tantivy::{Index, IndexWriter};

use crate::documents::documents_of;
use crate::Outcome;

const THREADS: usize = 2;
/// Of all threads; beyond it they flush a segment. Enough that merges are few.
const MEMORY_BYTES: usize = 512 << 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Indexing {
    docs: u64,
    /// Until the documents are found, and until the last merge is done.
    searchable_ms: f64,
    whole_ms: f64,
    /// Of all threads, merges included.
    cpu_ms: f64,
    bytes: u64,
    parts: usize,
}

/// Documents of `file` into a new index in `folder`, merged as tantivy does by default.
pub fn index(set: &str, file: &str, folder: &str) -> Outcome<Indexing> {
    let start = Instant::now();
    let documents = documents_of(set)?;
    let index = Index::create_in_dir(folder, documents.schema().clone())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(THREADS, MEMORY_BYTES)?;
    let mut lines = BufReader::with_capacity(1 << 20, File::open(file)?);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        writer.add_document(documents.read(line.trim_end())?)?;
        line.clear();
    }
    writer.commit()?;
    let searchable_ms = milliseconds_since(start);
    writer.wait_merging_threads()?;
    let whole_ms = milliseconds_since(start);
    let searcher = index.reader()?.searcher();
    Ok(Indexing {
        docs: searcher.num_docs(),
        searchable_ms,
        whole_ms,
        cpu_ms: process_cpu_ms(),
        bytes: folder_bytes(Path::new(folder))?,
        parts: searcher.segment_readers().len(),
    })
}

pub fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn process_cpu_ms() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: it writes into the value that it is given and keeps nothing.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn folder_bytes(folder: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
