//! Writing an answer in a form: whole ([`write()`]), or header and rows by themselves for streams.

use super::table::Answer;
use super::{Columns, Form};
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
        let mut out = self.header(form)?;
        match form {
            Form::Json => serde_json::to_writer(&mut out, answer)?,
            Form::Ndjson | Form::Csv => self.rows(form, answer, &mut out)?,
            Form::Text => out.extend_from_slice(told(answer).as_bytes()),
        }
        Ok(out)
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
        finish(writer)
    }

    /// Adds the rows of an answer, in a form that has a row a line.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn rows<A: Answer>(&self, form: Form, answer: &A, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let mut failed = None;
        if form == Form::Csv {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            answer.each_row(&mut |row| {
                let cells = self.names.iter().map(|name| row.cell(name));
                for cell in cells {
                    if let Err(error) = writer.write_field(cell.as_bytes()) {
                        failed = Some(error.into());
                    }
                }
                if let Err(error) = writer.write_record(None::<&[u8]>) {
                    failed = Some(error.into());
                }
            });
            out.extend(finish(writer)?);
        } else {
            answer.each_row(&mut |row| {
                if let Err(error) = row.json(out) {
                    failed = Some(error.into());
                }
                out.push(b'\n');
            });
        }
        failed.map_or(Ok(()), Err)
    }
}

fn finish(writer: ::csv::Writer<Vec<u8>>) -> Result<Vec<u8>, WriteError> {
    writer
        .into_inner()
        .map_err(|error| ::csv::Error::from(std::io::Error::other(error.to_string())).into())
}

/// An answer for people.
#[must_use]
pub fn told<A: Answer>(answer: &A) -> String {
    let mut out = String::new();
    answer.tell(&mut out);
    out
}
