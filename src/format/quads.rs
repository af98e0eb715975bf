//! Facts as quadruples of numbers (subject, relation, object, time), with files that name the numbers.
//!
//! The form of the temporal benchmarks made from ICEWS. Names may have underscores for blanks; a name
//! stays one node whatever its spelling folds to. Times count days or hours from an epoch. There is no
//! document: the facts are told to be printed by a publisher, on their day.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use super::actors::actor_type;
use super::cameo;
use super::events::{Actor, Events};
use super::{FactIn, Fault, Line, problem};
use crate::model::Day;
use crate::ontology::Ontology;

/// What one step of the time column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Unit {
    /// A day.
    Day,
    /// An hour: 24 are a day, what is left over is dropped.
    Hour,
}

/// The names behind the numbers of a data set, and how its time counts.
#[derive(Debug)]
pub struct Names {
    entities: HashMap<u32, (String, &'static str)>,
    relations: HashMap<u32, (String, cameo::Reading)>,
    epoch: Day,
    unit: Unit,
    publisher: String,
}

impl Names {
    /// Reads both files of names (`name TAB number`).
    ///
    /// # Errors
    ///
    /// The line that is not of that form.
    pub fn read(entities: impl BufRead, relations: impl BufRead, epoch: Day, unit: Unit, publisher: String) -> Result<Self, String> {
        let entities = names(entities, "entities")?;
        let relations = names(relations, "relations")?;
        let relations = relations
            .into_iter()
            .map(|(number, label)| (number, (label.clone(), cameo::reading(&label))))
            .collect();
        let entities = entities
            .into_iter()
            .map(|(number, name)| {
                let node_type = actor_type(&name, &[]);
                (number, (name, node_type))
            })
            .collect();
        Ok(Self {
            entities,
            relations,
            epoch,
            unit,
            publisher,
        })
    }

    fn actor(&self, number: u32, which: &str) -> Result<Actor<'_>, Fault> {
        let unknown = || {
            Fault::new(
                "",
                problem::INVALID_VALUE,
                format!("no entity has the number {number}, the {which}"),
            )
        };
        let (name, node_type) = self.entities.get(&number).ok_or_else(unknown)?;
        Ok(Actor { name, node_type })
    }

    fn day(&self, time: u32) -> Result<Day, Fault> {
        let days = match self.unit {
            Unit::Day => time,
            Unit::Hour => time / 24,
        };
        let far = || Fault::new("", problem::INVALID_DATE, format!("the time {time} lies outside the calendar"));
        i32::try_from(days)
            .ok()
            .and_then(|days| self.epoch.0.checked_add(days))
            .map(Day)
            .ok_or_else(far)
    }
}

fn names(reader: impl BufRead, what: &str) -> Result<HashMap<u32, String>, String> {
    let mut out = HashMap::new();
    for (place, line) in reader.lines().enumerate() {
        let line = line.map_err(|error| format!("{what}, line {}: {error}", place + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let mut cells = line.trim_end().split('\t');
        let name = cells.next().unwrap_or_default().replace('_', " ").trim().to_owned();
        let number = cells.next().and_then(|number| number.trim().parse().ok());
        match number {
            Some(number) if !name.is_empty() => drop(out.insert(number, name)),
            _ => return Err(format!("{what}, line {}: '{line}' is no name and number", place + 1)),
        }
    }
    Ok(out)
}

/// An iterator over the facts of a file.
pub struct Quads<R: BufRead> {
    lines: std::io::Lines<R>,
    number: u64,
    names: Arc<Names>,
    events: Events,
    ended: bool,
}

impl<R: BufRead> Quads<R> {
    /// The facts of a file, read by names and a vocabulary.
    pub fn new(reader: R, names: Arc<Names>, ontology: Arc<Ontology>) -> Self {
        Self {
            lines: reader.lines(),
            number: 0,
            names,
            events: Events::new(ontology),
            ended: false,
        }
    }

    /// Facts so far whose ends broke the relation's domain or range, and became `related_to`.
    pub const fn misfits(&self) -> u64 {
        self.events.misfits()
    }
}

impl<R: BufRead> Iterator for Quads<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while !self.ended {
            self.number += 1;
            match self.lines.next()? {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => return Some(Line::read(self.number, fact(&self.names, &line, &mut self.events))),
                Err(error) => {
                    self.ended = true;
                    let fault = Fault::new("", problem::INVALID_VALUE, format!("the file could not be read on: {error}"));
                    return Some(Line::read(self.number, Err(fault)));
                }
            }
        }
        None
    }
}

fn fact(names: &Names, line: &str, events: &mut Events) -> Result<FactIn<'static>, Fault> {
    let mut cells = line.split('\t').map(|cell| cell.trim().parse::<u32>().ok());
    let mut next = || cells.next().flatten();
    let (Some(subject), Some(relation), Some(object), Some(time)) = (next(), next(), next(), next()) else {
        return Err(Fault::new(
            "",
            problem::INVALID_VALUE,
            format!("'{line}' is not four numbers: subject, relation, object, time"),
        ));
    };
    let unknown = || Fault::new("", problem::INVALID_VALUE, format!("no relation has the number {relation}"));
    let (label, reading) = names.relations.get(&relation).ok_or_else(unknown)?;
    let day = names.day(time)?.to_string();
    let mut fact = events.fact(names.actor(subject, "subject")?, (label, *reading), names.actor(object, "object")?);
    fact.valid = Some(day.clone().into());
    fact.reported = Some(day.into());
    fact.publisher = Some(names.publisher.clone().into());
    fact.asserted_by = Some("import:quads".into());
    Ok(fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(quads: &str) -> (Vec<Line>, u64) {
        let (entities, relations) = (
            "China\t0\nPolice_(Australia)\t1\nSicily Airport\t2\n",
            "Consult\t0\nHost a visit\t1\n",
        );
        let epoch = "2018-01-01".parse().unwrap();
        let names = Names::read(entities.as_bytes(), relations.as_bytes(), epoch, Unit::Hour, "ICEWS".to_owned()).unwrap();
        let mut quads = Quads::new(quads.as_bytes(), Arc::new(names), Ontology::built_in());
        let lines = quads.by_ref().collect();
        (lines, quads.misfits())
    }

    #[test]
    fn numbers_become_names_and_hours_days() {
        let (lines, _) = read("1\t0\t0\t6480\n");
        let fact = lines[0].fact.as_ref().unwrap();
        assert_eq!(fact.subject_name.as_deref(), Some("Police (Australia)"));
        assert_eq!(fact.valid.as_deref(), Some("2018-09-28"));
        assert_eq!(fact.publisher.as_deref(), Some("ICEWS"));
    }

    #[test]
    fn who_hosts_is_visited() {
        let (lines, _) = read("0\t1\t1\t0\n");
        let fact = lines[0].fact.as_ref().unwrap();
        assert_eq!(
            (fact.subject_name.as_deref(), fact.object_name.as_deref()),
            (Some("Police (Australia)"), Some("China"))
        );
        assert_eq!(fact.qualifiers["event"], "Host a visit");
    }

    #[test]
    fn nobody_meets_himself_and_wrong_lines_are_named() {
        let (lines, misfits) = read("0\t0\t0\t24\n0\t9\t1\t24\n\n0\tx\n");
        assert_eq!(lines[0].fact.as_ref().unwrap().relation.as_deref(), Some("related_to"));
        assert_eq!(misfits, 1);
        let wrong: Vec<u64> = lines[1..].iter().map(|line| line.fact.as_ref().unwrap_err().line).collect();
        assert_eq!(wrong, [2, 4]);
    }
}
