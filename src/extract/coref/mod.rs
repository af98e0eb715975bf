//! Which mentions of one report name the same thing.
//!
//! [`Cast::phrase`] is the entry, called in the order of the text. Links rest on full names, parts of a
//! person's name, acronyms, the head word of a definite description, a state's own force or government, and
//! the nearest fitting mention for pronouns. Nothing is looked up outside the report and the tables.

mod descriptions;

use std::collections::HashMap;

use super::lexicon::{Known, Lexicon, Naming};
use super::names::{Kind, Unit};
use super::phrases::{Front, Phrase};
use super::sentence::Token;
use crate::model::fold;

/// Mentions looked back over for a pronoun or description: enough for a report, a bound for a book.
const LOOK_BACK: usize = 120;

/// What the report calls by one set of names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) node_type: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) named: bool,
    pub(crate) owner: Option<usize>,
    /// Head word by which "the …" finds it.
    head: String,
    /// Its words are plural, or it is a people.
    plural: bool,
    /// Index of the tables.
    pub(crate) known: Option<usize>,
    /// Roles it is given in the report.
    pub(crate) roles: Vec<&'static str>,
    /// Paragraph of its first mention.
    pub(crate) paragraph: usize,
}

impl Figure {
    /// Whether it is a capital of the tables, which may stand for its state.
    pub(crate) fn is_capital(&self) -> bool {
        self.head == "capital"
    }
}

#[derive(Clone, Debug)]
struct Mention {
    figures: Vec<usize>,
    sentence: usize,
    subject: bool,
}

/// Everything a report names, so far.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) figures: Vec<Figure>,
    lexicon: &'static Lexicon,
    by_name: HashMap<String, usize>,
    by_part: HashMap<String, Vec<usize>>,
    mentions: Vec<Mention>,
    acronyms: HashMap<String, String>,
    /// Descriptions found to be somebody who is named.
    merged: HashMap<usize, usize>,
    /// State of the dateline's place.
    home: Option<usize>,
    /// Whether that place is the state or its capital.
    home_is_capital: bool,
}

/// A phrase in its sentence.
pub(crate) struct Spot<'a> {
    pub(crate) tokens: &'a [Token],
    pub(crate) units: &'a [Unit],
    pub(crate) phrases: &'a [Phrase],
    pub(crate) sentence: usize,
    pub(crate) paragraph: usize,
    /// Figures of the phrases before it.
    pub(crate) figures: &'a [Vec<usize>],
}

impl Cast {
    pub(crate) fn new(lexicon: &'static Lexicon, acronyms: HashMap<String, String>) -> Self {
        Self {
            figures: Vec::new(),
            lexicon,
            by_name: HashMap::new(),
            by_part: HashMap::new(),
            mentions: Vec::new(),
            acronyms,
            merged: HashMap::new(),
            home: None,
            home_is_capital: false,
        }
    }

    /// Takes the dateline's place into account: "the government" is then its state's, if no other is named.
    pub(crate) fn set_home(&mut self, place: &str) {
        self.home = self.lexicon.named(place).and_then(|(index, naming)| {
            let known = self.lexicon.entry(index)?;
            self.home_is_capital = known.node_type == "State";
            if known.node_type == "State" {
                Some(index)
            } else {
                known.state.filter(|_| naming == Naming::Name)
            }
        });
    }

    /// The figures a phrase means: several for a plural such as "the two countries", none when it names nothing.
    pub(crate) fn phrase(&mut self, spot: &Spot<'_>, number: usize, subject: bool) -> Vec<usize> {
        let Some(phrase) = spot.phrases.get(number) else {
            return Vec::new();
        };
        let figures = if phrase.is_pronoun {
            self.pronoun(phrase.pronoun.as_deref().unwrap_or(""), spot, false)
        } else if let Some(unit) = phrase.name.and_then(|unit| spot.units.get(unit)) {
            self.name(unit, phrase, spot).into_iter().collect()
        } else {
            self.description(phrase, spot)
        };
        for figure in &figures {
            if let Some(figure) = self.figures.get_mut(*figure) {
                for (role, _, _) in &phrase.roles {
                    if !figure.roles.contains(&role.word) {
                        figure.roles.push(role.word);
                    }
                }
            }
        }
        if !figures.is_empty() {
            self.mentions.push(Mention {
                figures: figures.clone(),
                sentence: spot.sentence,
                subject,
            });
        }
        figures
    }

    /// The figure of a name of the tables.
    pub(crate) fn known(&mut self, index: usize) -> Option<usize> {
        let known: &'static Known = self.lexicon.entry(index)?;
        if let Some(found) = self.by_name.get(&fold(known.name)) {
            return Some(*found);
        }
        let owner = known.state.and_then(|state| self.known(state));
        let figure = Figure {
            name: known.name.to_owned(),
            node_type: known.node_type.to_owned(),
            aliases: known.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            named: true,
            owner,
            head: last_word(known.name),
            plural: known.node_type == "PopulationGroup",
            known: Some(index),
            ..Figure::default()
        };
        Some(self.add(figure))
    }

    fn add(&mut self, figure: Figure) -> usize {
        let number = self.figures.len();
        for name in std::iter::once(&figure.name).chain(&figure.aliases) {
            self.by_name.entry(fold(name)).or_insert(number);
        }
        if figure.node_type == "Person" && figure.named {
            for part in fold(&figure.name).split(' ').filter(|part| part.chars().count() > 1) {
                self.by_part.entry(part.to_owned()).or_default().push(number);
            }
        }
        self.figures.push(figure);
        number
    }

    pub(crate) fn alias(&mut self, figure: usize, name: &str) {
        let folded = fold(name);
        let Some(held) = self.figures.get_mut(figure) else { return };
        if folded.is_empty() || fold(&held.name) == folded || held.aliases.iter().any(|alias| alias == name) {
            return;
        }
        held.aliases.push(name.to_owned());
        self.by_name.entry(folded).or_insert(figure);
    }

    /// Finds or makes the figure of a proper name.
    fn name(&mut self, unit: &Unit, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        let found = match &unit.kind {
            Kind::Known(index, Naming::Name) => {
                let known = self.known(*index)?;
                self.branch(known, unit, phrase, spot).unwrap_or(known)
            }
            Kind::Known(index, Naming::Capital) => self.capital(*index, &unit.text),
            Kind::Known(index, Naming::Adjective) => self.people_or_thing(*index)?,
            Kind::Known(index, Naming::People) => self.people(*index, &unit.text),
            Kind::Headed(node_type) => self.headed(unit, node_type, phrase, spot),
            Kind::Person => self.person(unit, phrase, spot),
            Kind::Single => self.single(unit, phrase, spot)?,
            Kind::Role(_) | Kind::Compound(_) => return None,
        };
        Some(found)
    }

    /// "the Kenyan Red Cross": a state's own branch of what the tables know.
    fn branch(&mut self, known: usize, unit: &Unit, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        let figure = self
            .figures
            .get(known)
            .filter(|figure| matches!(figure.node_type.as_str(), "CivilOrganization" | "PoliticalParty") && figure.owner.is_none())?;
        let node_type = figure.node_type.clone();
        let owner = self
            .owner(phrase, spot)
            .filter(|owner| self.is_state(*owner) && phrase.front != Front::Own)?;
        let name = format!("{} {}", self.adjective(owner), unit.text);
        let branch = self.body(&name, &node_type, spot.paragraph);
        if let Some(figure) = self.figures.get_mut(branch) {
            figure.owner = Some(owner);
        }
        Some(branch)
    }

    fn capital(&mut self, state: usize, name: &str) -> usize {
        if let Some(found) = self.by_name.get(&fold(name)) {
            return *found;
        }
        let owner = self.known(state);
        self.add(Figure {
            name: name.to_owned(),
            node_type: "Place".to_owned(),
            named: true,
            owner,
            head: "capital".to_owned(),
            ..Figure::default()
        })
    }

    /// "the Chinese" is the people's state in the news; "the Kurdish" the people.
    fn people_or_thing(&mut self, index: usize) -> Option<usize> {
        self.known(index)
    }

    fn people(&mut self, state: usize, name: &str) -> usize {
        if let Some(found) = self.by_name.get(&fold(name)) {
            return *found;
        }
        let owner = self.known(state);
        self.add(Figure {
            name: name.to_owned(),
            node_type: "PopulationGroup".to_owned(),
            named: true,
            owner,
            plural: true,
            head: fold(name),
            ..Figure::default()
        })
    }

    /// The state that stands before or in a phrase as its owner: possessor, adjective, possessive pronoun.
    pub(crate) fn owner(&mut self, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        if let Some(owner) = phrase.possessor {
            return spot.figures.get(owner).and_then(|figures| figures.first().copied());
        }
        if phrase.front == Front::Own {
            let pronoun = phrase.pronoun.clone().unwrap_or_default();
            let nearest = phrase.from > 0 && spot.tokens.get(phrase.from - 1).is_some_and(|token| token.lower == "for");
            return self.pronoun(&pronoun, spot, nearest).first().copied();
        }
        phrase.modifiers.iter().find_map(|unit| {
            let unit = spot.units.get(*unit)?;
            match unit.kind {
                Kind::Known(index, Naming::Adjective | Naming::Name) => {
                    let belongs = self
                        .lexicon
                        .entry(index)
                        .is_some_and(|known| !matches!(known.node_type, "PopulationGroup" | "Topic" | "Bloc"));
                    if belongs { self.known(index) } else { None }
                }
                Kind::Known(index, Naming::Capital) => self.known(index),
                Kind::Headed(_) | Kind::Single => self.by_name.get(&fold(&unit.text)).copied(),
                _ => None,
            }
        })
    }

    fn headed(&mut self, unit: &Unit, node_type: &str, phrase: &Phrase, spot: &Spot<'_>) -> usize {
        let owner = unit
            .owner
            .and_then(|state| self.known(state))
            .or_else(|| self.owner(phrase, spot))
            .filter(|owner| self.is_state(*owner));
        let adjective_inside = unit.owner.is_some();
        let generic = matches!(node_type, "GovernmentBody" | "ArmedForce") && unit.whole.is_none();
        let force = node_type == "ArmedForce" && generic && matches!(last_word(&unit.text).as_str(), "army" | "forces" | "military");
        if let (true, Some(owner)) = (force && adjective_inside, owner) {
            let army = self.army(owner);
            self.alias(army, &unit.text);
            return army;
        }
        let bare = if adjective_inside {
            self.strip_state(&unit.text)
        } else {
            unit.text.clone()
        };
        let full = match owner {
            Some(owner) if generic && !adjective_inside => format!("{} {}", self.adjective(owner), unit.text),
            _ => unit.text.clone(),
        };
        for name in [&full, &unit.text] {
            if let Some(found) = self.by_name.get(&fold(name)).copied()
                && self.agrees(found, owner)
            {
                return found;
            }
        }
        let head = last_word(unit.text.split(" of ").next().unwrap_or(&unit.text));
        let named = !generic || owner.is_some() || !is_common_body(&bare);
        let mut aliases = Vec::new();
        if full != unit.text {
            aliases.push(unit.text.clone());
        } else if adjective_inside && bare != full && generic {
            aliases.push(bare);
        }
        let paragraph = spot.paragraph;
        self.add(Figure {
            name: full,
            node_type: node_type.to_owned(),
            aliases,
            named,
            owner,
            head,
            paragraph,
            ..Figure::default()
        })
    }

    /// Whether a figure may be owned by this owner.
    fn agrees(&self, figure: usize, owner: Option<usize>) -> bool {
        match (self.figures.get(figure).and_then(|figure| figure.owner), owner) {
            (Some(held), Some(owner)) => held == owner,
            _ => true,
        }
    }

    /// A name without the state in front of it.
    fn strip_state(&self, name: &str) -> String {
        let words: Vec<&str> = name.split(' ').collect();
        (1..words.len().min(4))
            .rev()
            .find(|n| self.lexicon.named(&words.get(..*n).unwrap_or_default().join(" ")).is_some())
            .map_or_else(|| name.to_owned(), |n| words.get(n..).unwrap_or_default().join(" "))
    }

    fn adjective(&self, figure: usize) -> String {
        let figure = self.figures.get(figure);
        let known = figure.and_then(|figure| figure.known).and_then(|index| self.lexicon.entry(index));
        let adjective = known
            .and_then(|known| known.adjectives.first())
            .map(|adjective| (*adjective).to_owned());
        adjective.or_else(|| figure.map(|figure| figure.name.clone())).unwrap_or_default()
    }

    pub(crate) fn is_state(&self, figure: usize) -> bool {
        self.is(figure, "State")
    }

    pub(crate) fn is(&self, figure: usize, node_type: &str) -> bool {
        self.figures.get(figure).is_some_and(|figure| figure.node_type == node_type)
    }

    pub(crate) fn type_of(&self, figure: usize) -> &str {
        self.figures.get(figure).map_or("", |figure| figure.node_type.as_str())
    }

    /// The armed forces of a state: the one the tables name, else `Myanmar Armed Forces`.
    pub(crate) fn army(&mut self, state: usize) -> usize {
        let known = self.figures.get(state).and_then(|figure| figure.known);
        let listed = known.and_then(|state| {
            self.lexicon
                .known
                .iter()
                .position(|known| known.node_type == "ArmedForce" && known.state == Some(state))
        });
        if let Some(found) = listed.and_then(|index| self.known(index)) {
            return found;
        }
        let state_name = self.figures.get(state).map(|figure| figure.name.clone()).unwrap_or_default();
        let name = format!("{state_name} Armed Forces");
        if let Some(found) = self.by_name.get(&fold(&name)) {
            return *found;
        }
        let adjectives = known
            .and_then(|index| self.lexicon.entry(index))
            .map(|known| known.adjectives.clone())
            .unwrap_or_default();
        let mut aliases = vec![format!("{state_name}'s military")];
        aliases.extend(adjectives.iter().map(|adjective| format!("{adjective} military")));
        self.add(Figure {
            name,
            node_type: "ArmedForce".to_owned(),
            aliases,
            named: true,
            owner: Some(state),
            head: "military".to_owned(),
            ..Figure::default()
        })
    }

    fn person(&mut self, unit: &Unit, phrase: &Phrase, spot: &Spot<'_>) -> usize {
        let folded = fold(&unit.text);
        let place_noun = phrase.core < unit.from
            && (phrase.core..unit.from).any(|at| spot.tokens.get(at).is_some_and(|token| is_place_noun(&token.lower)));
        let before = phrase
            .from
            .checked_sub(1)
            .and_then(|at| spot.tokens.get(at))
            .map_or("", |token| token.lower.as_str());
        let placed = matches!(before, "in" | "near" | "at" | "off" | "into" | "outside" | "around")
            && phrase.roles.is_empty()
            && phrase.from == unit.from;
        if (place_noun || placed) && phrase.roles.is_empty() && !self.by_part.contains_key(folded.split(' ').next_back().unwrap_or("")) {
            return self.body(&unit.text, "Place", spot.paragraph);
        }
        if let Some(found) = self.by_name.get(&folded) {
            return *found;
        }
        let parts: Vec<&str> = folded.split(' ').collect();
        // "Suu Kyi" after "Aung San Suu Kyi": all parts belong to one person, in their order.
        let held = parts.first().and_then(|first| self.by_part.get(*first)).and_then(|people| {
            people.iter().rev().copied().find(|person| {
                self.figures
                    .get(*person)
                    .is_some_and(|figure| format!(" {} ", fold(&figure.name)).contains(&format!(" {folded} ")))
            })
        });
        if let Some(found) = held {
            self.alias(found, &unit.text);
            return found;
        }
        let paragraph = spot.paragraph;
        self.add(Figure {
            name: unit.text.clone(),
            node_type: "Person".to_owned(),
            named: true,
            head: "person".to_owned(),
            paragraph,
            ..Figure::default()
        })
    }

    /// One capitalised word: a person's name part, an acronym, a place after `in`, else a person.
    fn single(&mut self, unit: &Unit, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        let folded = fold(&unit.text);
        let titled = !phrase.roles.is_empty();
        if let Some(people) = self.by_part.get(&folded) {
            let last = people
                .iter()
                .rev()
                .copied()
                .find(|person| self.figures.get(*person).is_some_and(|figure| last_word(&figure.name) == folded));
            return last.or_else(|| people.last().copied());
        }
        if let Some(long) = self.acronyms.get(&unit.text).cloned()
            && let Some(found) = self.by_name.get(&fold(&long)).copied()
        {
            self.alias(found, &unit.text);
            return Some(found);
        }
        if let Some(found) = self.by_name.get(&folded) {
            return Some(*found);
        }
        let capitals = unit.text.chars().count() > 1 && unit.text.chars().all(|c| !c.is_lowercase());
        let before = phrase
            .from
            .checked_sub(1)
            .and_then(|at| spot.tokens.get(at))
            .map_or("", |token| token.lower.as_str());
        let place_noun = (phrase.core..phrase.to).any(|at| spot.tokens.get(at).is_some_and(|token| is_place_noun(&token.lower)));
        let node_type = if titled {
            "Person"
        } else if place_noun {
            "Place"
        } else if phrase.possessor.is_some()
            || phrase.modifiers.iter().any(|unit| {
                spot.units
                    .get(*unit)
                    .is_some_and(|unit| matches!(unit.kind, Kind::Known(_, Naming::Adjective)))
            })
        {
            // "Brazil's Petrobras": people are named with more than one word when they are first named.
            "Organization"
        } else if matches!(before, "in" | "at" | "near" | "into" | "from" | "to" | "outside" | "across" | "of") && !capitals {
            "Place"
        } else if capitals {
            "Organization"
        } else {
            "Person"
        };
        let paragraph = spot.paragraph;
        Some(self.add(Figure {
            name: unit.text.clone(),
            node_type: node_type.to_owned(),
            named: true,
            head: folded,
            paragraph,
            ..Figure::default()
        }))
    }

    fn recent(&self) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().rev().take(LOOK_BACK)
    }

    fn last_where(&self, fits: impl Fn(&Figure) -> bool) -> Option<usize> {
        self.recent()
            .flat_map(|mention| mention.figures.iter().rev())
            .copied()
            .find(|number| self.figures.get(*number).is_some_and(&fits))
    }

    /// What a pronoun means; `nearest` prefers the last mention to the subject.
    pub(crate) fn pronoun(&self, word: &str, spot: &Spot<'_>, nearest: bool) -> Vec<usize> {
        let one = |fits: &dyn Fn(&Figure) -> bool| -> Vec<usize> {
            let fitting = |mention: &Mention| {
                mention
                    .figures
                    .iter()
                    .copied()
                    .find(|number| mention.figures.len() == 1 && self.figures.get(*number).is_some_and(fits))
            };
            let within = |mention: &&Mention| mention.sentence + 2 >= spot.sentence;
            let subject = if nearest {
                None
            } else {
                self.recent().take_while(within).filter(|mention| mention.subject).find_map(fitting)
            };
            subject
                .or_else(|| self.recent().take_while(within).find_map(fitting))
                .into_iter()
                .collect()
        };
        match word {
            "him" | "her" if spot.tokens.len() > 1 => {
                // What a verb does to "him" it seldom does to its own subject.
                let other_sex = if word == "him" { "she" } else { "he" };
                let barred = |number: &usize| {
                    self.figures
                        .get(*number)
                        .is_some_and(|figure| self.lexicon.pronoun_of(&figure.name) == Some(other_sex))
                };
                let person = |mention: &&Mention| {
                    mention.figures.len() == 1
                        && !mention.figures.iter().any(barred)
                        && mention.figures.iter().all(|number| self.is(*number, "Person"))
                };
                let within = self.recent().take_while(|mention| mention.sentence + 2 >= spot.sentence);
                let other = within
                    .filter(person)
                    .find(|mention| !mention.subject || mention.sentence < spot.sentence);
                other.map(|mention| mention.figures.clone()).unwrap_or_default()
            }
            "he" | "his" | "himself" | "she" | "herself" => {
                let other_sex = if word.starts_with('s') || word == "herself" { "he" } else { "she" };
                let fits = |figure: &Figure| figure.node_type == "Person" && self.lexicon.pronoun_of(&figure.name) != Some(other_sex);
                // Somebody with a name is meant rather than an office that was mentioned.
                let named = one(&|figure| figure.named && fits(figure));
                if named.is_empty() { one(&fits) } else { named }
            }
            "it" | "its" | "itself" => one(&|figure| {
                !figure.plural
                    && !matches!(
                        figure.node_type.as_str(),
                        "Person" | "Place" | "Event" | "Topic" | "Instrument" | "PopulationGroup"
                    )
            }),
            "they" | "them" | "their" | "themselves" => {
                let within = |mention: &&Mention| mention.sentence + 2 >= spot.sentence;
                let plural = self.recent().take_while(within).find(|mention| {
                    mention.figures.len() > 1
                        || mention
                            .figures
                            .first()
                            .and_then(|number| self.figures.get(*number))
                            .is_some_and(|figure| figure.plural || matches!(figure.node_type.as_str(), "PopulationGroup" | "ArmedGroup"))
                });
                plural.map(|mention| mention.figures.clone()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// A description of a type that the relation tells, not its noun.
    pub(crate) fn described(&mut self, phrase: &Phrase, spot: &Spot<'_>, node_type: &str) -> Option<usize> {
        let words = Self::words(phrase, spot);
        let head = spot.tokens.get(phrase.head).map(|token| token.lower.clone()).unwrap_or_default();
        self.describe(words, node_type, &head, None, phrase, spot)
    }

    /// The state of the dateline's place, when that is a state or its capital.
    pub(crate) fn home_figure(&mut self) -> Option<usize> {
        self.home.and_then(|home| self.known(home))
    }

    /// The same, where the dateline is the state itself or its capital.
    pub(crate) fn home_capital(&mut self) -> Option<usize> {
        if self.home_is_capital { self.home_figure() } else { None }
    }

    /// The body of a name, made when it is new.
    pub(crate) fn body(&mut self, name: &str, node_type: &str, paragraph: usize) -> usize {
        if let Some(found) = self.by_name.get(&fold(name)) {
            return *found;
        }
        let head = last_word(name.split(" of ").next().unwrap_or(name));
        self.add(Figure {
            name: name.to_owned(),
            node_type: node_type.to_owned(),
            named: true,
            head,
            paragraph,
            ..Figure::default()
        })
    }

    /// The last body with this head word, and this owner when one is given.
    pub(crate) fn body_with_head(&self, head: &str, owner: Option<usize>) -> Option<usize> {
        self.last_where(|figure| figure.head == head && figure.node_type != "Person" && (owner.is_none() || figure.owner == owner))
    }

    /// Notes that a description and a name are one person.
    pub(crate) fn same(&mut self, description: usize, person: usize) {
        let fits = self
            .figures
            .get(description)
            .is_some_and(|figure| !figure.named && figure.node_type == "Person");
        if fits && description != person {
            self.merged.insert(description, person);
        }
    }

    /// Notes that a name is that of a described body, whose type it takes.
    pub(crate) fn rename(&mut self, description: usize, name: usize) {
        let Some((node_type, owner)) = self
            .figures
            .get(description)
            .filter(|figure| !figure.named)
            .map(|figure| (figure.node_type.clone(), figure.owner))
        else {
            return;
        };
        if let Some(figure) = self.figures.get_mut(name) {
            figure.node_type = node_type;
            figure.owner = figure.owner.or(owner.filter(|owner| *owner != name));
            self.merged.insert(description, name);
        }
    }

    /// The figure that stands for a figure, descriptions led back to their names.
    pub(crate) fn canonical(&self, figure: usize) -> usize {
        self.merged.get(&figure).copied().unwrap_or(figure)
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&fold(name)).copied()
    }

    /// A figure of the tables by one of its names, made when needed.
    pub(crate) fn find_known(&mut self, name: &str) -> Option<usize> {
        let (index, naming) = self.lexicon.named(name)?;
        if naming == Naming::Capital {
            Some(self.capital(index, name))
        } else {
            self.known(index)
        }
    }
}

/// Nouns that stand before `of` and a place's name.
pub(crate) fn is_place_noun(word: &str) -> bool {
    matches!(
        word,
        "city"
            | "town"
            | "village"
            | "province"
            | "region"
            | "district"
            | "island"
            | "port"
            | "suburb"
            | "state"
            | "capital"
            | "township"
            | "county"
            | "valley"
    )
}

fn last_raw(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn last_word(name: &str) -> String {
    last_raw(name).to_lowercase()
}

/// Names that every state has one of: they name nothing without their state.
fn is_common_body(name: &str) -> bool {
    let folded = fold(name);
    let first = folded.split(' ').next().unwrap_or("");
    let last = folded.split(' ').next_back().unwrap_or("");
    matches!(
        first,
        "ministry" | "parliament" | "senate" | "cabinet" | "police" | "government" | "army" | "navy"
    ) || matches!(
        last,
        "ministry" | "parliament" | "senate" | "assembly" | "cabinet" | "police" | "court" | "government" | "army" | "navy" | "guard"
    )
}
