//! Writing an answer in a form: whole ([`write()`]), or header and rows by themselves for streams.

use super::table::Answer;
use super::{Columns, Form, Output};
use crate::query::Include;

/// Why an answer could not be written; no answer of ours gives a reason.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// As JSON.
    #[error("the answer cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// As CSV.
    #[error("the answer cannot be written as CSV: {0}")]
    Csv(#[from] ::csv::Error),
}

/// The table an answer is written as.
#[derive(Clone, Debug)]
pub struct Table {
    names: Vec<&'static str>,
}

impl Table {
    /// The table of a question, with what it asked to include.
    #[must_use]
    pub fn new(columns: Columns, include: &[Include]) -> Self {
        Self {
            names: columns.names(include),
        }
    }

    /// Writes the whole answer.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn write<A: Answer>(&self, form: Form, answer: &A) -> Result<Vec<u8>, WriteError> {
        let mut out = Output::with_capacity(answer.size_hint());
        match form {
            Form::Json => answer.json(&mut out)?,
            Form::Ndjson | Form::Csv => {
                out.bytes().extend(self.header(form)?);
                self.rows(form, answer, &mut out)?;
            }
            Form::Text => out.push(&told(answer)),
        }
        Ok(out.into_bytes())
    }

    /// What stands before the rows.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn header(&self, form: Form) -> Result<Vec<u8>, WriteError> {
        if form != Form::Csv {
            return Ok(Vec::new());
        }
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.names)?;
        writer
            .into_inner()
            .map_err(|error| ::csv::Error::from(std::io::Error::other(error.to_string())).into())
    }

    /// Adds the rows of an answer, in a form that has a row a line.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn rows<A: Answer>(&self, form: Form, answer: &A, out: &mut Output) -> Result<(), WriteError> {
        let mut failed = None;
        answer.each_row(&mut |row| {
            if form == Form::Csv {
                row.csv(&self.names, out);
            } else if let Err(error) = row.json(out) {
                failed = Some(error);
            }
            out.push("\n");
        });
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// An answer for people.
#[must_use]
pub fn told<A: Answer>(answer: &A) -> String {
    let mut out = String::new();
    answer.tell(&mut out);
    out
}
