//! Phrases without a proper name: "the two countries", "a senior general", "the Burmese military", "villagers".
//!
//! [`Cast::description`] is the entry. What has a head word of an earlier mention, or an owner that has only
//! one such thing, is that thing; the rest are descriptions of this report alone.

use super::super::lexicon::{Naming, Noun};
use super::super::names::{Kind, join};
use super::super::phrases::{Front, Phrase};
use super::{Cast, Figure, Spot};
use crate::model::fold;

impl Cast {
    /// A phrase without a proper name.
    pub(super) fn description(&mut self, phrase: &Phrase, spot: &Spot<'_>) -> Vec<usize> {
        let word = |at: usize| spot.tokens.get(at).map_or("", |token| token.lower.as_str());
        let head = word(phrase.head);
        let has = |wanted: &str| (phrase.core..phrase.to).any(|at| word(at) == wanted);
        let both = phrase.quantity.as_deref() == Some("2") || spot.tokens.get(phrase.from).is_some_and(|token| token.lower == "both");
        let definite = phrase.front == Front::Definite || word(phrase.from) == "both";
        if both
            && definite
            && let Some(pair) = self.pair(head)
        {
            return pair;
        }
        let owner = self.owner(phrase, spot);
        let role_head = phrase.roles.iter().rev().find(|(_, _, to)| *to == phrase.to);
        if let Some((role, from, _)) = role_head {
            return self.role_description(phrase, role.word, *from, owner, spot).into_iter().collect();
        }
        match head {
            "government" | "authorities" | "regime" if !phrase.plural || head == "authorities" => {
                if let Some(state) = owner.filter(|owner| self.is_state(*owner)) {
                    return vec![state];
                }
                if phrase.front == Front::Definite && owner.is_none() && phrase.modifiers.is_empty() && phrase.core + 1 == phrase.to {
                    return self.government(spot, phrase).into_iter().collect();
                }
            }
            "country" | "nation" | "state" | "republic" | "kingdom"
                if phrase.front != Front::Indefinite && owner.is_none_or(|owner| self.is(owner, "Place")) && phrase.possessor.is_none() =>
            {
                let region = (phrase.core..phrase.head)
                    .filter_map(|at| spot.units.iter().find(|unit| unit.from == at))
                    .find_map(|unit| match unit.kind {
                        Kind::Known(index, _) => self.lexicon.entry(index).map(|known| known.name),
                        _ => None,
                    });
                let fits = |figure: &Figure| {
                    figure.node_type == "State"
                        && region.is_none_or(|region| {
                            figure
                                .known
                                .and_then(|index| self.lexicon.entry(index))
                                .is_some_and(|known| known.region == region)
                        })
                };
                return self.last_where(fits).into_iter().collect();
            }
            "neighbor" | "neighbour" => {
                if let Some(state) = owner.filter(|owner| self.is_state(*owner)) {
                    return self
                        .last_where(|figure| {
                            figure.node_type == "State" && self.figures.get(state).is_some_and(|held| held.name != figure.name)
                        })
                        .into_iter()
                        .collect();
                }
            }
            "military" | "army" | "forces" | "militaries" if head != "forces" || has("armed") => {
                let owners = phrase
                    .possessor
                    .and_then(|owner| spot.figures.get(owner))
                    .cloned()
                    .filter(|owners| owners.len() > 1);
                let owners = owners.unwrap_or_else(|| owner.into_iter().collect());
                let own_sides: Vec<usize> = owners.into_iter().filter(|owner| self.is_state(*owner)).collect();
                if !own_sides.is_empty() {
                    return own_sides.into_iter().map(|side| self.army(side)).collect();
                }
                if phrase.front == Front::Definite {
                    let force = self.last_where(|figure| figure.node_type == "ArmedForce" && figure.named);
                    return force
                        .or_else(|| self.home_figure().map(|home| self.army(home)))
                        .into_iter()
                        .collect();
                }
            }
            "region" | "province" | "territory" | "city" | "town" | "capital" | "island" | "area"
                if phrase.front == Front::Definite && owner.is_none() && phrase.modifiers.is_empty() =>
            {
                let town = matches!(head, "city" | "town" | "capital");
                let place = self.last_where(|figure| figure.node_type == "Place" && figure.named && (town || !figure.is_capital()));
                if place.is_some() {
                    return place.into_iter().collect();
                }
            }
            "west" if phrase.front == Front::Definite => {
                return self
                    .lexicon
                    .named("West")
                    .and_then(|(index, _)| self.known(index))
                    .into_iter()
                    .collect();
            }
            _ => {}
        }
        self.plain_description(phrase, head, owner, spot).into_iter().collect()
    }

    /// "the government" alone: of the state named before it in the sentence, else that of the dateline, else the last one.
    fn government(&mut self, spot: &Spot<'_>, phrase: &Phrase) -> Option<usize> {
        let here = spot
            .phrases
            .iter()
            .zip(spot.figures)
            .rev()
            .filter(|(other, _)| other.from < phrase.from)
            .flat_map(|(_, figures)| figures)
            .copied()
            .find(|figure| self.is_state(*figure));
        let home = self
            .home
            .and_then(|home| self.lexicon.entry(home))
            .and_then(|known| self.by_name.get(&fold(known.name)).copied());
        here.or(home)
            .or_else(|| self.last_where(|figure| figure.node_type == "State"))
            .or_else(|| self.home_figure())
    }

    /// "the two countries", "both leaders": the last two of that kind.
    pub(crate) fn pair(&mut self, head: &str) -> Option<Vec<usize>> {
        let state = |figure: &Figure| figure.node_type == "State";
        let person = |figure: &Figure| figure.node_type == "Person" && figure.named;
        let (fits, forces): (&dyn Fn(&Figure) -> bool, bool) = match head {
            "countries" | "nations" | "states" | "sides" | "neighbours" | "neighbors" | "governments" | "republics" => (&state, false),
            "forces" | "militaries" | "armies" => (&state, true),
            "leaders" | "men" | "presidents" | "ministers" | "officials" | "generals" | "women" => (&person, false),
            _ => return None,
        };
        let first = self.last_where(fits)?;
        let second = self.last_where(|figure| fits(figure) && self.figures.get(first).is_some_and(|held| held.name != figure.name))?;
        let mut pair = vec![second, first];
        if forces {
            pair = pair.into_iter().map(|state| self.army(state)).collect();
        }
        Some(pair)
    }

    /// "the president", "a senior Chinese general".
    fn role_description(
        &mut self,
        phrase: &Phrase,
        role: &'static str,
        _from: usize,
        owner: Option<usize>,
        spot: &Spot<'_>,
    ) -> Option<usize> {
        let of = spot
            .tokens
            .get(phrase.to)
            .is_some_and(|token| matches!(token.lower.as_str(), "of" | "for"));
        if phrase.front == Front::Definite && owner.is_none() && !of {
            let held = self.last_where(|figure| {
                figure.node_type == "Person" && figure.roles.iter().any(|held| *held == role || held.ends_with(&format!(" {role}")))
            });
            if held.is_some() {
                return held;
            }
        }
        let words = Self::words(phrase, spot);
        let name = match owner.filter(|owner| self.is_state(*owner)) {
            Some(owner) if !words.starts_with(&self.adjective(owner)) && phrase.modifiers.is_empty() => {
                format!("{} {words}", self.adjective(owner))
            }
            _ => words,
        };
        self.describe(name, "Person", role, owner, phrase, spot)
    }

    pub(super) fn describe(
        &mut self,
        name: String,
        node_type: &str,
        head: &str,
        owner: Option<usize>,
        phrase: &Phrase,
        spot: &Spot<'_>,
    ) -> Option<usize> {
        if name.trim().is_empty() {
            return None;
        }
        let key = format!("{node_type}: {name}");
        if let Some(found) = self.by_name.get(&key) {
            return Some(*found);
        }
        let number = self.figures.len();
        self.figures.push(Figure {
            name,
            node_type: node_type.to_owned(),
            named: false,
            owner,
            head: head.to_owned(),
            plural: phrase.plural,
            paragraph: spot.paragraph,
            ..Figure::default()
        });
        self.by_name.insert(key, number);
        Some(number)
    }

    /// The words of a description, without article, number and possessor.
    pub(super) fn words(phrase: &Phrase, spot: &Spot<'_>) -> String {
        let words = join(spot.tokens.get(phrase.core..phrase.to).unwrap_or_default());
        let opens = spot.tokens.iter().take(phrase.core).all(|token| !token.word);
        let is_unit = spot.units.iter().any(|unit| unit.from == phrase.core && unit.is_name());
        let mut letters = words.chars();
        match letters.next() {
            // A capital that only begins the sentence is no part of the words.
            Some(first) if opens && !is_unit && letters.clone().next().is_some_and(char::is_lowercase) => {
                first.to_lowercase().chain(letters).collect()
            }
            _ => words,
        }
    }

    /// A common noun of the tables: the figure that "the …" means, or a description of its own.
    fn plain_description(&mut self, phrase: &Phrase, head: &str, owner: Option<usize>, spot: &Spot<'_>) -> Option<usize> {
        if let Some(named) = self.named_by_modifier(phrase, spot) {
            return Some(named);
        }
        let people = Noun {
            lemma: "people",
            node_type: "PopulationGroup",
            plural: true,
        };
        let endings = ["ers", "ors", "ists", "men", "girls", "boys", "ians", "ees", "eers", "ants"];
        let noun = phrase
            .noun
            .or_else(|| (phrase.plural && phrase.name.is_none() && endings.iter().any(|end| head.ends_with(end))).then_some(people))?;
        let definite = matches!(phrase.front, Front::Definite | Front::Demonstrative) && phrase.possessor.is_none();
        let of = spot.tokens.get(phrase.to).is_some_and(|token| token.lower == "of");
        if definite && phrase.modifiers.is_empty() && !of {
            let short = phrase.to - phrase.core == 1;
            let lemma = noun.lemma;
            let earlier = self.last_where(|figure| {
                let same_head = figure.head == lemma || figure.head == head;
                let same_owner = owner.is_none() || figure.owner == owner;
                let kind = short
                    && figure.named
                    && match lemma {
                        "group" | "organization" | "organisation" | "body" | "movement" => !matches!(
                            figure.node_type.as_str(),
                            "State" | "Person" | "Place" | "Event" | "PopulationGroup" | "Facility" | "Topic" | "Instrument"
                        ),
                        "party" => figure.node_type == "PoliticalParty",
                        "company" | "firm" => figure.node_type == "Company",
                        "agency" => figure.node_type == "MediaOutlet",
                        _ => false,
                    };
                (same_head && same_owner && short) || kind
            });
            if earlier.is_some() {
                return earlier;
            }
        }
        let words = Self::words(phrase, spot);
        let possessive = phrase.possessor.is_some() || phrase.front == Front::Own;
        let belongs = owner.and_then(|owner| self.figures.get(owner)).cloned();
        let name = match belongs {
            Some(owner_figure) if possessive && owner_figure.named => {
                let state = owner_figure.node_type == "State";
                if state || owner_figure.node_type == "Place" {
                    format!("{} {words}", owner.map(|owner| self.adjective(owner)).unwrap_or_default())
                } else {
                    format!("{}'s {words}", owner_figure.name)
                }
            }
            _ => self.infer_owner(&words, noun.lemma, phrase, spot),
        };
        let owner = owner.or_else(|| self.inferred(noun.lemma, phrase, spot));
        self.describe(name, noun.node_type, noun.lemma, owner, phrase, spot)
    }

    /// "the Syriza party", "Hamas militants": the name before the noun is what is meant.
    fn named_by_modifier(&mut self, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        let noun = phrase.noun?;
        let unit = spot.units.get(*phrase.modifiers.last()?).filter(|unit| unit.to == phrase.head)?;
        let body = matches!(
            noun.lemma,
            "party"
                | "group"
                | "movement"
                | "organization"
                | "organisation"
                | "company"
                | "newspaper"
                | "militia"
                | "faction"
                | "airline"
                | "bank"
                | "firm"
                | "agency"
                | "union"
                | "news_agency"
        );
        match unit.kind {
            Kind::Known(index, Naming::Name) => {
                let known = self.lexicon.entry(index)?;
                let own_group = known.node_type == "ArmedGroup" && noun.node_type == "ArmedGroup";
                let fits = (body || own_group)
                    && !matches!(
                        known.node_type,
                        "State" | "Place" | "PopulationGroup" | "InternationalOrganization" | "Bloc"
                    );
                if fits { self.known(index) } else { None }
            }
            Kind::Single | Kind::Person | Kind::Headed(_) if body && !phrase.plural => {
                let node_type = if noun.node_type == "PopulationGroup" {
                    "Organization"
                } else {
                    noun.node_type
                };
                Some(self.body(&unit.text, node_type, spot.paragraph))
            }
            _ => None,
        }
    }

    /// "security forces" of a report that speaks of one state's: the last force's owner, else the last state.
    fn inferred(&self, lemma: &str, phrase: &Phrase, spot: &Spot<'_>) -> Option<usize> {
        if !matches!(
            lemma,
            "security_force"
                | "police"
                | "troop"
                | "soldier"
                | "police_officer"
                | "policeman"
                | "police_and_security_force"
                | "army"
                | "navy"
                | "air_force"
                | "coastguard"
                | "parliament"
                | "cabinet"
        ) || !phrase.modifiers.is_empty()
        {
            return None;
        }
        let before = spot
            .units
            .iter()
            .rev()
            .filter(|unit| unit.to <= phrase.from)
            .find_map(|unit| match unit.kind {
                Kind::Known(index, Naming::Name | Naming::Adjective) => self
                    .lexicon
                    .entry(index)
                    .filter(|known| known.node_type == "State")
                    .and_then(|known| self.by_name.get(&fold(known.name))),
                _ => None,
            });
        let home = || {
            let home = self.home.and_then(|home| self.lexicon.entry(home)).map(|known| known.name)?;
            self.by_name.get(&fold(home)).copied()
        };
        before.copied().or_else(home).or_else(|| {
            self.recent()
                .take(12)
                .flat_map(|mention| mention.figures.iter())
                .copied()
                .find(|number| self.is_state(*number))
        })
    }

    fn infer_owner(&self, words: &str, lemma: &str, phrase: &Phrase, spot: &Spot<'_>) -> String {
        match self.inferred(lemma, phrase, spot) {
            Some(owner) => format!("{} {words}", self.adjective(owner)),
            None => words.to_owned(),
        }
    }
}
