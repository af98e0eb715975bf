//! Raw ICEWS events: the tab-separated files of the Harvard Dataverse, one event a line.
//!
//! Columns are found by the header's names. Actors become nodes named exactly as there (`Military
//! (Myanmar)`), typed by `actors`; the label becomes a relation by `cameo` and stays in the qualifier
//! `event`. Evidence keeps publisher, story (as the document `icews-story-…`), sentence number and the
//! event's id (in `rule`). The place is the city or province, as a node of its own; an event located in a
//! country alone has none, since that is the actors' country more often than where it happened.

use std::io::Read;
use std::sync::Arc;

use super::actors::actor_type;
use super::cameo;
use super::events::{Actor, Events};
use super::{FactIn, Fault, Line, problem};
use crate::model::slug;
use crate::ontology::Ontology;

/// An iterator over the events of a file.
pub struct Icews<R: Read> {
    reader: csv::Reader<R>,
    record: csv::StringRecord,
    columns: Result<Columns, String>,
    events: Events,
    ended: bool,
}

/// Where the header has what.
#[derive(Debug)]
struct Columns {
    event: usize,
    date: usize,
    source: Side,
    target: Side,
    label: usize,
    story: Option<usize>,
    sentence: Option<usize>,
    publisher: Option<usize>,
    city: Option<usize>,
    province: Option<usize>,
    country: Option<usize>,
}

#[derive(Debug)]
struct Side {
    name: usize,
    sectors: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, String> {
        let find = |name: &str| header.iter().position(|column| column.trim() == name);
        let need = |name: &str| find(name).ok_or_else(|| format!("the header has no column '{name}'"));
        Ok(Self {
            event: need("Event ID")?,
            date: need("Event Date")?,
            source: Side {
                name: need("Source Name")?,
                sectors: find("Source Sectors"),
            },
            target: Side {
                name: need("Target Name")?,
                sectors: find("Target Sectors"),
            },
            label: need("Event Text")?,
            story: find("Story ID"),
            sentence: find("Sentence Number"),
            publisher: find("Publisher"),
            city: find("City"),
            province: find("Province"),
            country: find("Country"),
        })
    }
}

impl<R: Read> Icews<R> {
    /// The events of a file, read by a vocabulary.
    pub fn new(reader: R, ontology: Arc<Ontology>) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .quoting(false)
            .flexible(true)
            .from_reader(reader);
        let columns = reader
            .headers()
            .map_err(|error| format!("the header cannot be read: {error}"))
            .and_then(Columns::of);
        Self {
            reader,
            record: csv::StringRecord::new(),
            columns,
            events: Events::new(ontology),
            ended: false,
        }
    }

    /// Events so far whose actors broke the relation's domain or range, and became `related_to`.
    pub const fn misfits(&self) -> u64 {
        self.events.misfits()
    }

    fn fail(&mut self, number: u64, detail: String, ends: bool) -> Line {
        self.ended = ends;
        Line::read(number, Err(Fault::new("", problem::INVALID_VALUE, detail)))
    }
}

impl<R: Read> Iterator for Icews<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.ended {
            return None;
        }
        let number = self.reader.position().line();
        match self.reader.read_record(&mut self.record) {
            Ok(false) => None,
            Err(error) => {
                let ends = error.is_io_error();
                Some(self.fail(number, format!("the line cannot be read: {error}"), ends))
            }
            Ok(true) => match &self.columns {
                Ok(columns) => {
                    let number = self.record.position().map_or(number, csv::Position::line);
                    Some(Line::read(number, fact(columns, &self.record, &mut self.events)))
                }
                Err(detail) => {
                    let detail = detail.clone();
                    Some(self.fail(1, detail, true))
                }
            },
        }
    }
}

/// A cell that says something: `NA` is how the files write nothing.
fn cell(record: &csv::StringRecord, column: usize) -> Option<&str> {
    record.get(column).map(str::trim).filter(|text| !text.is_empty() && *text != "NA")
}

fn fact(columns: &Columns, record: &csv::StringRecord, events: &mut Events) -> Result<FactIn<'static>, Fault> {
    let need = |column: usize, name: &str| {
        cell(record, column).ok_or_else(|| Fault::new("", problem::MISSING_FIELD, format!("the line has no '{name}'")))
    };
    let optional = |column: Option<usize>| column.and_then(|column| cell(record, column));
    let source = actor(need(columns.source.name, "Source Name")?, optional(columns.source.sectors));
    let target = actor(need(columns.target.name, "Target Name")?, optional(columns.target.sectors));
    let date = need(columns.date, "Event Date")?;
    let label = need(columns.label, "Event Text")?;
    let mut fact = events.fact(source, (label, cameo::reading(label)), target);
    fact.valid = Some(date.to_owned().into());
    fact.reported = Some(date.to_owned().into());
    fact.publisher = optional(columns.publisher).map(|name| name.to_owned().into());
    fact.document = optional(columns.story).map(|story| format!("icews-story-{}", slug(story)).into());
    fact.sentence = optional(columns.sentence).and_then(|number| number.parse().ok());
    fact.rule = cell(record, columns.event).map(|event| format!("icews event {event}").into());
    fact.asserted_by = Some("import:icews".into());
    if let Some((id, name)) = place(optional(columns.city), optional(columns.province), optional(columns.country)) {
        fact.place = Some(id.into());
        fact.place_name = Some(name.into());
    }
    Ok(fact)
}

fn actor<'a>(name: &'a str, sectors: Option<&str>) -> Actor<'a> {
    let sectors: Vec<&str> = sectors.unwrap_or_default().split(',').map(str::trim).collect();
    Actor {
        name,
        node_type: actor_type(name, &sectors),
    }
}

/// Id and name of the city, else the province. The id names all three, since names of places repeat.
fn place(city: Option<&str>, province: Option<&str>, country: Option<&str>) -> Option<(String, String)> {
    let name = city.or(province)?;
    let parts: Vec<&str> = [city, province, country].into_iter().flatten().collect();
    Some((slug(&parts.join(" ")), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name\t\
        Target Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude";

    fn read(lines: &[&str]) -> Vec<Line> {
        let text = format!("{HEADER}\n{}\n", lines.join("\n"));
        Icews::new(text.as_bytes(), Ontology::built_in()).collect()
    }

    #[test]
    fn an_event_keeps_who_printed_it_and_where_in_the_story() {
        let lines = read(&[
            "32889836\t2018-06-01\tMilitary (Myanmar)\tMilitary\tMyanmar\tConsult\t040\t1\tVietnam\tNA\tVietnam\t47400351\t2\t\
            Vietnam News Agency Bulletin\tHanoi\tNA\tThanh Pho Ha Noi\tVietnam\t21.0245\t105.841",
        ]);
        let fact = lines[0].fact.as_ref().unwrap();
        assert_eq!(fact.subject_name.as_deref(), Some("Military (Myanmar)"));
        assert_eq!(fact.subject_type.as_deref(), Some("ArmedForce"));
        assert_eq!(fact.object_type.as_deref(), Some("State"));
        assert_eq!(fact.relation.as_deref(), Some("met_with"));
        assert_eq!(fact.qualifiers["event"], "Consult");
        assert_eq!((fact.document.as_deref(), fact.sentence), (Some("icews-story-47400351"), Some(2)));
        assert_eq!(fact.publisher.as_deref(), Some("Vietnam News Agency Bulletin"));
        assert_eq!(fact.place.as_deref(), Some("hanoi-thanh-pho-ha-noi-vietnam"));
        assert_eq!(fact.place_name.as_deref(), Some("Hanoi"));
        assert_eq!(fact.rule.as_deref(), Some("icews event 32889836"));
    }

    #[test]
    fn a_line_without_its_actors_is_named_and_the_file_goes_on() {
        let lines = read(&[
            "1\t2018-06-01\tNA\tNA\tNA\tConsult\t040\t1\tVietnam",
            "2\t2018-06-01\tJapan\tNA\tJapan\tConsult\t040\t1\tVietnam",
        ]);
        assert_eq!(lines[0].fact.as_ref().unwrap_err().line, 2);
        assert!(lines[1].fact.is_ok());
    }

    #[test]
    fn a_file_of_another_form_is_refused_by_its_header() {
        let lines: Vec<Line> = Icews::new("a\tb\n1\t2\n3\t4\n".as_bytes(), Ontology::built_in()).collect();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].fact.as_ref().unwrap_err().detail.contains("Event ID"));
    }
}
