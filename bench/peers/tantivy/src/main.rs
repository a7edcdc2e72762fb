//! tantivy on the documents and questions of the benchmark.
//!
//!     bench-peer-tantivy version
//!     bench-peer-tantivy index SET FILE FOLDER      NDJSON into a new index
//!     bench-peer-tantivy ask FOLDER                 questions as JSON from stdin
//!
//! Each prints one JSON value; its shape is that of bench/peers/peer.ts.

mod asking;
mod documents;
mod indexing;

use std::io::stdin;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let answer = match args[..] {
        ["version"] => serde_json::json!({ "version": tantivy::version_string() }),
        ["index", set, file, folder] => serde_json::to_value(indexing::index(set, file, folder)?)?,
        ["ask", folder] => {
            let asking = serde_json::from_reader(stdin())?;
            serde_json::to_value(asking::ask(folder, &asking)?)?
        }
        _ => return Err("version | index SET FILE FOLDER | ask FOLDER".into()),
    };
    println!("{answer}");
    Ok(())
}
