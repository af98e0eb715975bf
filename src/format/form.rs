//! The forms an answer can have, in one table that HTTP, command line and OpenAPI read.
//!
//! A form is chosen by its name (`format=csv`), else by the media types a client accepts
//! ([`Form::accepted`]); JSON is what nobody asked for.

/// A form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// One JSON object.
    #[default]
    Json,
    /// One JSON object a row, one row a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
    /// Lines for people.
    Text,
}

struct Entry {
    form: Form,
    name: &'static str,
    media_type: &'static str,
    content_type: &'static str,
    also: &'static [&'static str],
}

/// The table: a new form is a line here, an arm in [`super::Table`], and nothing else.
const FORMS: &[Entry] = &[
    Entry {
        form: Form::Json,
        name: "json",
        media_type: "application/json",
        content_type: "application/json",
        also: &["application/*", "*/*"],
    },
    Entry {
        form: Form::Ndjson,
        name: "ndjson",
        media_type: "application/x-ndjson",
        content_type: "application/x-ndjson",
        also: &["application/ndjson", "application/jsonl", "application/jsonlines"],
    },
    Entry {
        form: Form::Csv,
        name: "csv",
        media_type: "text/csv",
        content_type: "text/csv; charset=utf-8; header=present",
        also: &[],
    },
    Entry {
        form: Form::Text,
        name: "text",
        media_type: "text/plain",
        content_type: "text/plain; charset=utf-8",
        also: &["text/*"],
    },
];

impl Form {
    /// All forms, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Json, Self::Ndjson, Self::Csv, Self::Text];

    fn entry(self) -> Option<&'static Entry> {
        FORMS.iter().find(|entry| entry.form == self)
    }

    /// Its name, as it stands in `format=`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("json", |entry| entry.name)
    }

    /// Its media type, without parameters.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.entry().map_or("application/json", |entry| entry.media_type)
    }

    /// Value of the `Content-Type` header.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.entry().map_or("application/json", |entry| entry.content_type)
    }

    /// The form of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FORMS.iter().find(|entry| entry.name == name).map(|entry| entry.form)
    }

    /// The form of a media type (parameters are not looked at); the range `*/*` is JSON, `text/*` text.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        FORMS
            .iter()
            .find(|entry| entry.media_type == bare || entry.also.contains(&bare.as_str()))
            .map(|entry| entry.form)
    }

    /// The form that an `Accept` header likes best (RFC 9110, 12.5.1); JSON when it likes none.
    ///
    /// Of equal weight the first one named wins, so that `curl` (`*/*`) and browsers get JSON.
    #[must_use]
    pub fn accepted(accept: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let Some(form) = Self::of_media_type(range) else { continue };
            let weight = weight(range);
            if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, form));
            }
        }
        best.map_or(Self::Json, |(_, form)| form)
    }
}

fn weight(range: &str) -> f32 {
    range
        .split(';')
        .skip(1)
        .find_map(|parameter| parameter.trim().strip_prefix("q=")?.parse::<f32>().ok())
        .unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_in_the_table_once() {
        for form in Form::ALL {
            assert_eq!(Form::named(form.name()), Some(form));
            assert_eq!(Form::of_media_type(form.content_type()), Some(form));
            assert_eq!(FORMS.iter().filter(|entry| entry.form == form).count(), 1);
        }
    }

    #[test]
    fn the_heaviest_form_is_accepted() {
        assert_eq!(Form::accepted("*/*"), Form::Json);
        assert_eq!(
            Form::accepted("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            Form::Json
        );
        assert_eq!(Form::accepted("text/plain"), Form::Text);
        assert_eq!(Form::accepted("application/json;q=0.5, text/csv"), Form::Csv);
        assert_eq!(Form::accepted("text/csv;q=0, application/x-ndjson"), Form::Ndjson);
        assert_eq!(Form::accepted("image/png"), Form::Json);
    }
}
