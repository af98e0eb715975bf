//! The tables of the extractor: states, names, nouns, roles, verbs and what they say.
//!
//! [`Lexicon::get`] is the entry: the files beside this one, read once. They hold words only; no rule
//! lives here. A line that cannot be read is left out here and named by the tests below.

mod forms;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

pub(crate) use forms::Form;

use crate::model::Modality;

const STATES: &str = include_str!("states.tsv");
const NAMES: &str = include_str!("names.tsv");
const HEADS: &str = include_str!("heads.tsv");
const NOUNS: &str = include_str!("nouns.tsv");
const ROLES: &str = include_str!("roles.tsv");
const WORDS: &str = include_str!("words.tsv");
const VERBS: &str = include_str!("verbs.tsv");
const IRREGULAR: &str = include_str!("irregular.tsv");
const FRAMES: &str = include_str!("frames.tsv");
const NOUN_FRAMES: &str = include_str!("noun_frames.tsv");
const MOODS: &str = include_str!("moods.tsv");
const GIVEN_NAMES: &str = include_str!("given_names.tsv");
const SPEECH: &str = include_str!("speech.tsv");

/// Longest name or compound of the tables, in words.
pub(crate) const LONGEST_NAME: usize = 8;

/// Something with a name that the tables know.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The name it is stored under.
    pub(crate) name: &'static str,
    /// Node type.
    pub(crate) node_type: &'static str,
    /// Its other names.
    pub(crate) aliases: Vec<&'static str>,
    /// Adjectives; the first is used to build names.
    pub(crate) adjectives: Vec<&'static str>,
    /// Index of the state it belongs to.
    pub(crate) state: Option<usize>,
    /// Region of a state, such as `Southeast Asia`.
    pub(crate) region: &'static str,
}

/// How a word of the text names a [`Known`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By name.
    Name,
    /// By adjective (`Burmese`).
    Adjective,
    /// The people of a state (`Iraqis`).
    People,
    /// The capital of a state, which may stand for its government.
    Capital,
}

/// An office, a rank, or a tie between people.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// As written in the table, lower case.
    pub(crate) word: &'static str,
    /// `office`, `rank`, `courtesy`, `tie`.
    pub(crate) kind: &'static str,
    /// Relation to a body; empty for none.
    pub(crate) to_body: &'static str,
    /// Relation to a state or place; empty for none.
    pub(crate) to_state: &'static str,
}

/// A common noun that heads a description.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noun {
    /// Its singular.
    pub(crate) lemma: &'static str,
    /// Type of what it describes.
    pub(crate) node_type: &'static str,
    /// Whether this form is the plural.
    pub(crate) plural: bool,
}

/// What a verb or noun with its neighbours says.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The verb (or `verb particle`), or the first noun.
    pub(crate) word: &'static str,
    /// Lemmas the object must have; empty for any.
    pub(crate) nouns: Vec<&'static str>,
    /// The relation.
    pub(crate) relation: &'static str,
    /// Slot of the subject.
    pub(crate) subject: &'static str,
    /// Slots of the object, the first that is there wins.
    pub(crate) object: Vec<&'static str>,
    /// Flags and `qualifier=slot` pairs.
    pub(crate) options: Vec<(&'static str, &'static str)>,
}

impl Frame {
    /// The value of an option; a flag has the empty value.
    pub(crate) fn option(&self, name: &str) -> Option<&'static str> {
        self.options.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// What a governing word does to the clause below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Sets the modality.
    Modality(Modality),
    /// Turns the polarity.
    Negated,
}

/// How a verb reports speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// With content alone.
    Say,
    /// Its object is the hearer.
    Tell,
}

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// States first, then all other names.
    pub(crate) known: Vec<Known>,
    names: HashMap<String, (usize, Naming)>,
    classes: HashMap<&'static str, Vec<&'static str>>,
    nouns: HashMap<String, Noun>,
    roles: HashMap<String, usize>,
    role_table: Vec<Role>,
    heads: HashMap<&'static str, &'static str>,
    verbs: HashMap<String, Vec<(&'static str, Form)>>,
    frames: HashMap<&'static str, Vec<Frame>>,
    noun_frames: HashMap<&'static str, Vec<Frame>>,
    particles: HashSet<&'static str>,
    moods: HashMap<&'static str, Mood>,
    speech: HashMap<&'static str, Speech>,
    given_names: HashMap<&'static str, &'static str>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

/// The rows of a table: lines without comments, cut at tabs.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

fn list(cell: Option<&&'static str>, separator: char) -> Vec<&'static str> {
    cell.map(|cell| cell.split(separator).map(str::trim).filter(|item| !item.is_empty()).collect())
        .unwrap_or_default()
}

fn cell<'a>(row: &[&'a str], column: usize) -> &'a str {
    row.get(column).map_or("", |cell| cell.trim())
}

impl Lexicon {
    /// The tables, read at the first call.
    pub(crate) fn get() -> &'static Self {
        &LEXICON
    }

    fn read() -> Self {
        let mut lexicon = Self::default();
        lexicon.read_states();
        lexicon.read_names();
        lexicon.read_nouns();
        lexicon.read_words();
        lexicon.read_verbs();
        lexicon.read_frames();
        for row in rows(GIVEN_NAMES) {
            for name in cell(&row, 1).split(' ') {
                lexicon.given_names.entry(name).or_insert(cell(&row, 0));
            }
        }
        for row in rows(HEADS) {
            lexicon.heads.insert(cell(&row, 0), cell(&row, 1));
        }
        lexicon
    }

    fn read_states(&mut self) {
        for row in rows(STATES) {
            let index = self.known.len();
            let known = Known {
                name: cell(&row, 0),
                node_type: "State",
                aliases: list(row.get(1), ';'),
                adjectives: list(row.get(2), ';'),
                state: None,
                region: cell(&row, 5),
            };
            for name in std::iter::once(known.name).chain(known.aliases.iter().copied()) {
                self.add_name(name, index, Naming::Name);
            }
            for name in &known.adjectives {
                self.add_name(name, index, Naming::Adjective);
            }
            for name in list(row.get(3), ';') {
                self.add_name(name, index, Naming::People);
            }
            for name in list(row.get(4), ';') {
                self.add_name(name, index, Naming::Capital);
            }
            self.known.push(known);
        }
    }

    fn read_names(&mut self) {
        for row in rows(NAMES) {
            let index = self.known.len();
            let state = self.names.get(cell(&row, 4)).map(|(index, _)| *index);
            let known = Known {
                name: cell(&row, 0),
                node_type: cell(&row, 1),
                aliases: list(row.get(2), ';'),
                adjectives: list(row.get(3), ';'),
                state,
                region: "",
            };
            for name in std::iter::once(known.name).chain(known.aliases.iter().copied()) {
                self.add_name(name, index, Naming::Name);
            }
            for name in &known.adjectives {
                self.add_name(name, index, Naming::Adjective);
            }
            self.known.push(known);
        }
    }

    /// The first meaning of a word stands: states before other names, names before adjectives.
    fn add_name(&mut self, name: &str, index: usize, naming: Naming) {
        self.names.entry(name.to_owned()).or_insert((index, naming));
    }

    fn read_nouns(&mut self) {
        for row in rows(NOUNS) {
            let node_type = cell(&row, 0);
            for entry in cell(&row, 1).split(' ') {
                let (lemma, plural) = entry.split_once('/').unwrap_or((entry, ""));
                let plural = if plural.is_empty() {
                    forms::plural(lemma)
                } else {
                    plural.to_owned()
                };
                let spaced = lemma.replace('_', " ");
                self.nouns.entry(plural.replace('_', " ")).or_insert(Noun {
                    lemma,
                    node_type,
                    plural: true,
                });
                self.nouns.insert(
                    spaced,
                    Noun {
                        lemma,
                        node_type,
                        plural: false,
                    },
                );
            }
        }
        for row in rows(ROLES) {
            let role = Role {
                word: cell(&row, 0),
                kind: cell(&row, 1),
                to_body: cell(&row, 2),
                to_state: cell(&row, 3),
            };
            self.roles.insert(role.word.to_owned(), self.role_table.len());
            self.role_table.push(role);
        }
    }

    fn read_words(&mut self) {
        for row in rows(WORDS) {
            let class = cell(&row, 0);
            for word in cell(&row, 1).split(' ') {
                self.classes.entry(word).or_default().push(class);
            }
        }
        for row in rows(MOODS) {
            let mood = match cell(&row, 0) {
                "negated" => Mood::Negated,
                word => Mood::Modality(word.parse().unwrap_or_default()),
            };
            for word in cell(&row, 1).split(' ') {
                self.moods.insert(word, mood);
            }
        }
        for row in rows(SPEECH) {
            let kind = if cell(&row, 0) == "tell" { Speech::Tell } else { Speech::Say };
            for word in cell(&row, 1).split(' ') {
                self.speech.insert(word, kind);
            }
        }
    }

    fn read_verbs(&mut self) {
        let mut irregular: HashMap<&'static str, (&'static str, &'static str)> = HashMap::new();
        for row in rows(IRREGULAR) {
            irregular.insert(cell(&row, 0), (cell(&row, 1), cell(&row, 2)));
        }
        let framed = rows(FRAMES).filter_map(|row| cell(&row, 0).split([' ', ':']).next());
        let lone = rows(VERBS).flat_map(|row| cell(&row, 0).split(' ').collect::<Vec<_>>());
        let spoken = rows(SPEECH).flat_map(|row| cell(&row, 1).split(' ').collect::<Vec<_>>());
        let mut seen = HashSet::new();
        for lemma in framed.chain(lone).chain(spoken).chain(irregular.keys().copied()) {
            if !lemma.is_empty() && seen.insert(lemma) {
                for (form, kind) in forms::of(lemma, irregular.get(lemma).copied()) {
                    self.verbs.entry(form).or_default().push((lemma, kind));
                }
            }
        }
        // A form may belong to two verbs (`found`, `fell`): the plain reading of the table order must not decide.
        for readings in self.verbs.values_mut() {
            readings.sort_by_key(|(lemma, form)| (*form, *lemma));
        }
    }

    fn read_frames(&mut self) {
        for row in rows(FRAMES) {
            let (word, nouns) = cell(&row, 0).split_once(':').unwrap_or((cell(&row, 0), ""));
            if let Some((_, particle)) = word.split_once(' ') {
                self.particles.insert(particle);
            }
            self.frames.entry(word).or_default().push(frame(word, nouns, &row));
        }
        for row in rows(NOUN_FRAMES) {
            for noun in cell(&row, 0).split(',') {
                self.noun_frames.entry(noun).or_default().push(frame(noun, "", &row));
            }
        }
    }

    /// Whether a lower-case word belongs to a class of `words.tsv`.
    pub(crate) fn has(&self, word: &str, class: &str) -> bool {
        self.classes.get(word).is_some_and(|classes| classes.contains(&class))
    }

    /// Whether a lower-case word ending in a period is a known abbreviation.
    pub(crate) fn is_abbreviation(&self, word: &str) -> bool {
        self.has(word, "abbreviation")
    }

    /// What a name as written stands for.
    pub(crate) fn named(&self, name: &str) -> Option<(usize, Naming)> {
        self.names.get(name).copied()
    }

    /// What an index stands for.
    pub(crate) fn entry(&self, index: usize) -> Option<&Known> {
        self.known.get(index)
    }

    /// A common noun by any of its forms, lower case, words joined by blanks.
    pub(crate) fn noun(&self, word: &str) -> Option<Noun> {
        self.nouns.get(word).copied()
    }

    /// A role by its words in lower case; the plural is not one.
    pub(crate) fn role(&self, words: &str) -> Option<&Role> {
        self.roles.get(words).and_then(|index| self.role_table.get(*index))
    }

    /// The type of a name with this head word.
    pub(crate) fn head(&self, word: &str) -> Option<&'static str> {
        self.heads.get(word).copied()
    }

    /// The verbs a form may belong to, lower case.
    pub(crate) fn verb(&self, form: &str) -> &[(&'static str, Form)] {
        self.verbs.get(form).map_or(&[], Vec::as_slice)
    }

    /// The frames of a verb (with its particle).
    pub(crate) fn frames(&self, verb: &str) -> &[Frame] {
        self.frames.get(verb).map_or(&[], Vec::as_slice)
    }

    /// The frames of a noun form.
    pub(crate) fn noun_frames(&self, noun: &str) -> &[Frame] {
        self.noun_frames.get(noun).map_or(&[], Vec::as_slice)
    }

    /// Whether some verb of the frames takes this particle.
    pub(crate) fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// The mood a lemma (or `be_x`) sets.
    pub(crate) fn mood(&self, word: &str) -> Option<Mood> {
        self.moods.get(word).copied()
    }

    /// `he` or `she`, when the given name at the front of a name tells.
    pub(crate) fn pronoun_of(&self, name: &str) -> Option<&'static str> {
        let first = name.split(' ').next()?.to_lowercase();
        self.given_names.get(first.as_str()).copied()
    }

    /// How a verb reports speech.
    pub(crate) fn speech(&self, lemma: &str) -> Option<Speech> {
        self.speech.get(lemma).copied()
    }
}

fn frame(word: &'static str, nouns: &'static str, row: &[&'static str]) -> Frame {
    let options = cell(row, 4).split(';').filter(|option| !option.is_empty());
    Frame {
        word,
        nouns: nouns.split(',').filter(|noun| !noun.is_empty()).collect(),
        relation: cell(row, 1),
        subject: cell(row, 2),
        object: cell(row, 3).split('|').filter(|slot| !slot.is_empty()).collect(),
        options: options.map(|option| option.split_once('=').unwrap_or((option, ""))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ontology::Ontology;

    fn columns(table: &'static str, least: usize) {
        for row in rows(table) {
            assert!(row.len() >= least, "too few columns: {row:?}");
            assert!(!cell(&row, 0).is_empty(), "no first column: {row:?}");
        }
    }

    fn no_duplicates(table: &'static str, key: impl Fn(&[&str]) -> String) {
        let mut seen = HashSet::new();
        for row in rows(table) {
            assert!(seen.insert(key(&row)), "twice in a table: {row:?}");
        }
    }

    #[test]
    fn every_table_has_its_columns_and_no_row_twice() {
        columns(STATES, 6);
        columns(NAMES, 5);
        columns(HEADS, 2);
        columns(ROLES, 2);
        columns(FRAMES, 4);
        columns(NOUN_FRAMES, 4);
        for table in [STATES, NAMES, HEADS, ROLES, IRREGULAR] {
            no_duplicates(table, |row| cell(row, 0).to_owned());
        }
        no_duplicates(FRAMES, |row| row.join("\t"));
        no_duplicates(NOUN_FRAMES, |row| row.join("\t"));
    }

    #[test]
    fn there_are_all_states_and_none_shares_a_name() {
        let states: Vec<_> = rows(STATES).collect();
        assert!(states.len() >= 195, "{}", states.len());
        let mut seen = HashSet::new();
        for row in &states {
            for name in std::iter::once(cell(row, 0)).chain(list(row.get(1), ';')) {
                assert!(seen.insert(name), "{name} names two states");
            }
        }
    }

    #[test]
    fn no_class_of_words_holds_a_word_twice() {
        for table in [WORDS, MOODS, SPEECH, NOUNS, GIVEN_NAMES] {
            for row in rows(table) {
                let mut seen = HashSet::new();
                for word in cell(&row, 1).split(' ') {
                    assert!(seen.insert(word), "{word} stands twice under {}", cell(&row, 0));
                }
            }
        }
    }

    #[test]
    fn every_relation_and_type_of_the_tables_is_in_the_ontology() {
        let ontology = Ontology::built_in();
        for row in rows(FRAMES).chain(rows(NOUN_FRAMES)) {
            let relation = cell(&row, 1);
            assert!(
                relation == "has_part" || ontology.relation_number(relation).is_some(),
                "{relation} in {row:?}"
            );
        }
        for row in rows(ROLES) {
            for relation in [cell(&row, 2), cell(&row, 3)] {
                assert!(
                    relation.is_empty() || ontology.relation_number(relation).is_some(),
                    "{relation} in {row:?}"
                );
            }
        }
        for node_type in rows(HEADS)
            .map(|row| cell(&row, 1))
            .chain(rows(NAMES).map(|row| cell(&row, 1)))
            .chain(rows(NOUNS).map(|row| cell(&row, 0)))
        {
            assert!(ontology.type_number(node_type).is_some(), "{node_type}");
        }
    }

    #[test]
    fn every_slot_and_option_of_a_frame_is_one_that_is_read() {
        let flags = [
            "always",
            "asset",
            "body",
            "contest",
            "event",
            "facility",
            "group",
            "instrument",
            "intransitive",
            "locale",
            "neg",
            "party",
            "passive",
            "people",
            "person",
            "prize",
            "single",
            "then_to",
            "thing",
            "two",
        ];
        let qualifiers = [
            "about", "amount", "aspect", "award", "content", "demand", "from", "goods", "offence", "position", "reason", "role",
        ];
        let lexicon = Lexicon::get();
        for row in rows(FRAMES).chain(rows(NOUN_FRAMES)) {
            for option in cell(&row, 4).split(';').filter(|option| !option.is_empty()) {
                let known = match option.split_once('=') {
                    Some(("mood", mood)) => mood.parse::<Modality>().is_ok(),
                    Some((qualifier, _)) => qualifiers.contains(&qualifier),
                    None => flags.contains(&option),
                };
                assert!(known, "{option} in {row:?}");
            }
            for slot in cell(&row, 3)
                .split('|')
                .chain(cell(&row, 2).split('|'))
                .filter(|slot| !slot.is_empty())
            {
                let bare = slot.strip_prefix("O.").unwrap_or(slot);
                let bare = bare.split('.').next().unwrap_or(bare);
                let known = matches!(bare, "S" | "O" | "S+S" | "-" | "place" | "poss" | "between" | "self") || lexicon.has(bare, "prep");
                assert!(known, "slot {slot} in {row:?}");
            }
        }
    }

    #[test]
    fn states_are_found_by_old_names_and_adjectives() {
        let lexicon = Lexicon::get();
        let name = |word: &str| {
            lexicon
                .named(word)
                .and_then(|(index, naming)| Some((lexicon.entry(index)?.name, naming)))
        };
        assert_eq!(name("Burma"), Some(("Myanmar", Naming::Name)));
        assert_eq!(name("Burmese"), Some(("Myanmar", Naming::Adjective)));
        assert_eq!(name("U.S."), Some(("United States", Naming::Name)));
        assert_eq!(name("Nairobi"), Some(("Kenya", Naming::Capital)));
        assert_eq!(name("Iraqis"), Some(("Iraq", Naming::People)));
    }
}
