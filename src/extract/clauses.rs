//! Clauses: each verb group with its subject, objects and prepositional phrases.
//!
//! [`clauses`] is the entry. A shallow reading by order and marks, without a tree: what it cannot place it
//! leaves out, because a missing end loses a fact and a wrong one invents it.

use super::lexicon::{Lexicon, Speech};
use super::phrases::{Chunks, Piece, VerbGroup};

/// A noun phrase group behind a preposition (`""` for a second object).
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// The preposition.
    pub(crate) prep: String,
    /// Phrases of the group.
    pub(crate) group: Vec<usize>,
    /// Whether it stands directly behind the object, and so may belong to it.
    pub(crate) of_object: bool,
}

/// A verb with what belongs to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clause {
    /// Its verb group.
    pub(crate) verb: usize,
    /// Piece of the verb.
    pub(crate) at: usize,
    /// Grammatical subject.
    pub(crate) subject: Vec<usize>,
    /// Objects.
    pub(crate) object: Vec<usize>,
    /// Prepositional phrases in their order.
    pub(crate) arguments: Vec<Argument>,
    /// Clause whose verb governs this one (`wants to …`).
    pub(crate) governor: Option<usize>,
    /// Time expressions.
    pub(crate) times: Vec<usize>,
    /// First piece behind its arguments.
    pub(crate) end: usize,
    /// The subject stands behind the verb (`said Okello`).
    pub(crate) inverted: bool,
    /// Word that opens it (`if`, `after`, `who`).
    pub(crate) opener: String,
}

impl Clause {
    /// The first group behind a preposition.
    pub(crate) fn behind(&self, prep: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.prep == prep)
    }
}

/// The clauses of a sentence, in the order of their verbs.
pub(crate) fn clauses(chunks: &Chunks, lexicon: &'static Lexicon) -> Vec<Clause> {
    let mut reader = Reader {
        chunks,
        lexicon,
        out: Vec::new(),
    };
    for (at, chunk) in chunks.pieces.iter().enumerate() {
        if let Piece::Verb(verb) = chunk.piece {
            reader.read(at, verb);
        }
    }
    reader.opening_gerunds();
    reader.loose_times();
    reader.out
}

struct Reader<'a> {
    chunks: &'a Chunks,
    lexicon: &'static Lexicon,
    out: Vec<Clause>,
}

impl Reader<'_> {
    fn piece(&self, i: usize) -> &Piece {
        self.chunks.pieces.get(i).map_or(&Piece::Break, |chunk| &chunk.piece)
    }

    fn group(&self, i: usize) -> Option<&Vec<usize>> {
        match self.piece(i) {
            Piece::Group(group) => Some(group),
            _ => None,
        }
    }

    fn verb(&self, i: usize) -> Option<&VerbGroup> {
        match self.piece(i) {
            Piece::Verb(number) => self.chunks.verbs.get(*number),
            _ => None,
        }
    }

    fn is_finite(&self, i: usize) -> bool {
        self.verb(i).is_some_and(|verb| verb.finite)
    }

    fn says(&self, verb: &VerbGroup) -> Option<Speech> {
        verb.lemmas.iter().find_map(|lemma| self.lexicon.speech(lemma))
    }

    /// The piece before `i`, adverbs, adjectives and times passed over.
    fn back(&self, i: usize) -> Option<usize> {
        (0..i)
            .rev()
            .find(|at| !matches!(self.piece(*at), Piece::Adv | Piece::Adj | Piece::Time(_)))
    }

    fn ahead(&self, i: usize) -> usize {
        let mut at = i + 1;
        while matches!(self.piece(at), Piece::Adv | Piece::Adj | Piece::Time(_)) && at < self.chunks.pieces.len() {
            at += 1;
        }
        at
    }

    fn read(&mut self, at: usize, number: usize) {
        let Some(verb) = self.chunks.verbs.get(number).cloned() else {
            return;
        };
        let mut clause = Clause {
            verb: number,
            at,
            ..Clause::default()
        };
        let before = self.back(at);
        if let Some(i) = before {
            clause.opener = match self.piece(i) {
                Piece::Sub(word) | Piece::Prep(word) => word.clone(),
                Piece::Rel => "who".to_owned(),
                Piece::That => "that".to_owned(),
                _ => String::new(),
            };
        }
        if let Some(behind) = self.inverted_subject(at, &verb, before) {
            clause.subject = self.group(behind).cloned().unwrap_or_default();
            clause.inverted = true;
            clause.end = behind + 1;
            self.arguments(&mut clause, behind + 1);
        } else {
            if let Some(helper) = self.bare_after(at, &verb) {
                clause.subject = self.out.get(helper).map(|clause| clause.object.clone()).unwrap_or_default();
                clause.governor = Some(helper);
            } else if verb.infinitive || verb.gerund {
                self.governed(&mut clause, &verb, before);
            } else if let Some(subject) = self.subject(at, before) {
                clause.subject = self.group(subject).cloned().unwrap_or_default();
                if clause.opener.is_empty() {
                    clause.opener = self.opener_of(subject);
                }
            } else if matches!(before.map(|i| self.piece(i)), Some(Piece::Conj | Piece::Comma | Piece::Verb(_))) || before.is_none() {
                self.shared_subject(&mut clause, before);
            }
            self.arguments(&mut clause, at + 1);
        }
        let more = self.continued(&clause);
        self.out.push(clause);
        self.out.extend(more);
    }

    /// "called for an embargo against A and sanctions against B": the verb once more, with the next object.
    fn continued(&self, clause: &Clause) -> Vec<Clause> {
        let mut out = Vec::new();
        let mut at = clause.end;
        while let Some(next) = self.next_object(at).filter(|_| !clause.object.is_empty() && out.len() < 8) {
            let mut more = Clause {
                object: Vec::new(),
                arguments: Vec::new(),
                ..clause.clone()
            };
            self.arguments(&mut more, next);
            if more.object.is_empty() {
                break;
            }
            at = more.end;
            out.push(more);
        }
        out
    }

    /// The group behind `, and` or `and`, when no verb of its own follows it.
    fn next_object(&self, at: usize) -> Option<usize> {
        let conjunction = if matches!(self.piece(at), Piece::Comma) { at + 1 } else { at };
        if !matches!(self.piece(conjunction), Piece::Conj) {
            return None;
        }
        self.group(conjunction + 1)?;
        let own_verb = (conjunction + 2..self.chunks.pieces.len())
            .take_while(|i| {
                matches!(
                    self.piece(*i),
                    Piece::Prep(_) | Piece::Group(_) | Piece::Adv | Piece::Time(_) | Piece::Verb(_)
                )
            })
            .any(|i| self.is_finite(i));
        (!own_verb).then_some(conjunction + 1)
    }

    /// "helped Peru rebuild", "let them go": a bare verb behind the object of the clause before it.
    fn bare_after(&self, at: usize, verb: &VerbGroup) -> Option<usize> {
        let helper = self.out.last()?;
        let helping = self.chunks.verbs.get(helper.verb).is_some_and(lets_do);
        let bare = verb.from == verb.main && verb.tense == super::dates::Tense::Present && !verb.gerund;
        let object = at.checked_sub(1).and_then(|i| self.group(i))?;
        (helping && bare && *object == helper.object).then(|| self.out.len() - 1)
    }

    /// The word that opens the clause whose subject stands at `subject`.
    fn opener_of(&self, subject: usize) -> String {
        match self.back(subject).map(|i| self.piece(i)) {
            Some(Piece::Sub(word)) => word.clone(),
            Some(Piece::Prep(word)) if matches!(word.as_str(), "after" | "before" | "since" | "until" | "as" | "than") => word.clone(),
            Some(Piece::That) => "that".to_owned(),
            _ => String::new(),
        }
    }

    /// `"…," said Okello`: the group behind a reporting verb that has none before it.
    fn inverted_subject(&self, at: usize, verb: &VerbGroup, before: Option<usize>) -> Option<usize> {
        if !verb.finite || verb.passive || self.says(verb).is_none() {
            return None;
        }
        if !matches!(before.map(|i| self.piece(i)), Some(Piece::Quote | Piece::Comma | Piece::Break)) {
            return None;
        }
        let behind = self.ahead(at);
        self.group(behind)?;
        let after = self.ahead(behind);
        let ends = !matches!(self.piece(after), Piece::Verb(_)) || matches!(self.piece(after), Piece::Verb(_)) && !self.is_finite(after);
        let subject_before = self.subject(at, before).is_some()
            && matches!(before.map(|i| self.piece(i)), Some(Piece::Comma))
            && self.group(before?.wrapping_sub(1)).is_some()
            && !self.verb_before(at);
        (ends && !subject_before).then_some(behind)
    }

    fn verb_before(&self, at: usize) -> bool {
        (0..at).any(|i| self.is_finite(i))
    }

    /// The piece of the subject of a finite verb at `at`.
    fn subject(&self, at: usize, before: Option<usize>) -> Option<usize> {
        let i = before?;
        match self.piece(i) {
            Piece::Group(_) => Some(self.chain_head(i)),
            Piece::Rel => self.antecedent(i),
            Piece::That => {
                // "the plan that failed": a group before it; after a verb "that" opens a clause of its own.
                let noun = self.back(i)?;
                self.group(noun).map(|_| noun)
            }
            Piece::Comma | Piece::Break => self.across_insertion(i, at),
            _ => None,
        }
    }

    /// The nearest group before a relative pronoun.
    fn antecedent(&self, rel: usize) -> Option<usize> {
        let mut i = self.back(rel)?;
        if matches!(self.piece(i), Piece::Comma | Piece::Break) {
            i = self.back(i)?;
        }
        self.group(i).map(|_| i)
    }

    /// From the last group of `A of B in C` to `A`.
    fn chain_head(&self, last: usize) -> usize {
        let mut head = last;
        let mut nearest = last;
        while head >= 2 && matches!(self.piece(head - 1), Piece::Prep(_)) && self.group(head - 2).is_some() {
            let of = matches!(self.piece(head - 1), Piece::Prep(word) if word == "of");
            let clause_word = matches!(self.piece(head - 1), Piece::Prep(word) if matches!(word.as_str(), "after" | "before" | "since" | "until" | "as" | "than"));
            if clause_word {
                return head;
            }
            head -= 2;
            if of && nearest == head + 2 {
                nearest = head;
            }
        }
        // Behind a verb that takes an object the chain may be that object's: then only the nearest is the subject.
        let governed = self
            .back(head)
            .and_then(|i| self.verb(i))
            .is_some_and(|verb| self.says(verb).is_none());
        if governed { nearest } else { head }
    }

    /// The subject before `, …,`: appositions, relative clauses and participles between commas are passed over.
    fn across_insertion(&self, comma: usize, at: usize) -> Option<usize> {
        let mut end = comma;
        let mut candidate = None;
        for _ in 0..8 {
            let start = (0..end)
                .rev()
                .find(|i| {
                    matches!(
                        self.piece(*i),
                        Piece::Comma | Piece::Break | Piece::Quote | Piece::Sub(_) | Piece::That
                    )
                })
                .map_or(0, |i| i + 1);
            let first = (start..end).find(|i| !matches!(self.piece(*i), Piece::Adv | Piece::Adj | Piece::Time(_)));
            let Some(first) = first else { break };
            let own_verb = (start..end).any(|i| self.is_finite(i) && !self.is_relative(i) && !self.is_reduced(i, at));
            match self.piece(first) {
                _ if own_verb => break,
                Piece::Group(_) => candidate = Some(first),
                Piece::Rel | Piece::Verb(_) => {}
                Piece::Prep(word) if matches!(word.as_str(), "including" | "like" | "along" | "together") => {}
                Piece::Prep(_) if candidate.is_none() => {}
                _ => break,
            }
            if start == 0 || !matches!(self.piece(start - 1), Piece::Comma | Piece::Break) {
                break;
            }
            end = start - 1;
        }
        candidate
    }

    fn is_relative(&self, verb: usize) -> bool {
        self.back(verb).is_some_and(|i| {
            matches!(self.piece(i), Piece::Rel)
                || (matches!(self.piece(i), Piece::Group(_)) && self.back(i).is_some_and(|j| matches!(self.piece(j), Piece::Rel)))
        })
    }

    /// ", opened this year, also feeds": a participle between commas before another finite verb.
    fn is_reduced(&self, verb: usize, later: usize) -> bool {
        let Some(group) = self.verb(verb) else { return false };
        let plain = group.tense == super::dates::Tense::Past
            && !group.passive
            && !group.perfect
            && group.modal.is_none()
            && group.from == group.main;
        plain
            && matches!(self.back(verb).map(|i| self.piece(i)), Some(Piece::Comma))
            && (verb + 1..later).any(|i| matches!(self.piece(i), Piece::Comma))
            && self.back(verb).and_then(|i| self.back(i)).is_some_and(|i| self.group(i).is_some())
    }

    /// A verb after `and`, or without a subject of its own, shares the one of the verb before it.
    fn shared_subject(&self, clause: &mut Clause, before: Option<usize>) {
        let Some(verb) = self.chunks.verbs.get(clause.verb) else { return };
        let earlier = self.out.iter().rev().find(|other| {
            !self
                .chunks
                .verbs
                .get(other.verb)
                .is_some_and(|v| v.gerund || (v.infinitive && verb.tense == super::dates::Tense::Past))
        });
        if let Some(earlier) = earlier.filter(|_| before.is_some()) {
            clause.subject.clone_from(&earlier.subject);
            if earlier.governor.is_some() && !verb.finite {
                clause.governor = earlier.governor;
            }
        }
    }

    /// Subject and governor of an infinitive or an `-ing` form.
    fn governed(&self, clause: &mut Clause, verb: &VerbGroup, before: Option<usize>) {
        let Some(i) = before else { return };
        let governor = self.out.iter().enumerate().rev().find(|(_, other)| {
            !(verb.gerund
                && self
                    .chunks
                    .verbs
                    .get(other.verb)
                    .is_some_and(|v| v.gerund && matches!(self.piece(i), Piece::Comma)))
        });
        let Some((number, governing)) = governor else {
            if verb.gerund
                && let Some(group) = self.group(i)
            {
                clause.subject.clone_from(group);
            }
            return;
        };
        let parted = (governing.at + 1..clause.at).any(|at| matches!(self.piece(at), Piece::That | Piece::Rel | Piece::Sub(_)));
        let lemmas = self
            .chunks
            .verbs
            .get(governing.verb)
            .map(|verb| verb.lemmas.clone())
            .unwrap_or_default();
        // "… and to promote": a second infinitive hangs where the first one does.
        let sibling =
            matches!(self.piece(i), Piece::Conj) && verb.infinitive && self.chunks.verbs.get(governing.verb).is_some_and(|v| v.infinitive);
        let governing_number = if sibling { governing.governor.unwrap_or(number) } else { number };
        if !parted || verb.infinitive {
            clause.governor = Some(governing_number);
        }
        let object_controls = lemmas.iter().any(|lemma| controls_object(lemma));
        let direct = match self.piece(i) {
            Piece::Group(_) => self.group(i).cloned(),
            Piece::Prep(_) => self.back(i).and_then(|at| self.group(at)).cloned(),
            _ => None,
        };
        let object = (!governing.object.is_empty())
            .then(|| governing.object.clone())
            .or_else(|| governing.arguments.first().map(|a| a.group.clone()));
        // "fined them for supporting …": a reason that somebody else gives, not a deed that is told.
        let reason = verb.gerund && !object_controls && matches!(self.piece(i), Piece::Prep(word) if word == "for");
        clause.subject = match (&direct, object_controls) {
            _ if reason => Vec::new(),
            // "against the state's plan to leave": the plan is its owner's.
            (Some(group), false)
                if verb.infinitive && *group != governing.object && governing.arguments.iter().any(|argument| argument.group == *group) =>
            {
                group
                    .iter()
                    .filter_map(|phrase| self.chunks.phrases.get(*phrase)?.possessor)
                    .collect()
            }
            (_, true) if object.is_some() && !matches!(self.piece(i), Piece::Comma) => {
                let passive = self.chunks.verbs.get(governing.verb).is_some_and(|verb| verb.passive);
                if passive {
                    governing.subject.clone()
                } else {
                    object.unwrap_or_default()
                }
            }
            (Some(group), false) if verb.gerund && self.group(i).is_some() => group.clone(),
            _ if verb.infinitive && parted => direct.unwrap_or_default(),
            _ => governing.subject.clone(),
        };
    }

    /// Objects, prepositional phrases and times behind the verb.
    fn arguments(&self, clause: &mut Clause, from: usize) {
        let mut i = from;
        let mut last_object: Option<usize> = None;
        let Some(verb) = self.chunks.verbs.get(clause.verb) else { return };
        while i < self.chunks.pieces.len() {
            match self.piece(i) {
                Piece::Group(group) => {
                    let bare = lets_do(verb)
                        && clause.object.is_empty()
                        && self
                            .verb(i + 1)
                            .is_some_and(|next| next.from == next.main && next.tense == super::dates::Tense::Present);
                    if self.is_finite(self.ahead(i)) && !self.is_reduced_by(self.ahead(i)) && !bare {
                        break;
                    }
                    if clause.object.is_empty() && clause.arguments.is_empty() {
                        clause.object.clone_from(group);
                        last_object = Some(i);
                    } else {
                        clause.arguments.push(Argument {
                            prep: String::new(),
                            group: group.clone(),
                            of_object: false,
                        });
                    }
                    i += 1;
                }
                Piece::Prep(word) => {
                    let next = if matches!(self.piece(i + 1), Piece::Quote | Piece::Adv | Piece::Adj) {
                        i + 2
                    } else {
                        i + 1
                    };
                    let Some(group) = self.group(next) else {
                        if matches!(self.piece(i + 1), Piece::Prep(_) | Piece::Time(_)) {
                            i += 1;
                            continue;
                        }
                        break;
                    };
                    if self.is_finite(self.ahead(next))
                        && !self.is_reduced_by(self.ahead(next))
                        && matches!(word.as_str(), "after" | "before" | "since" | "until" | "as" | "than" | "for")
                    {
                        break;
                    }
                    let of_object = last_object == Some(i.wrapping_sub(1));
                    clause.arguments.push(Argument {
                        prep: word.clone(),
                        group: group.clone(),
                        of_object,
                    });
                    if of_object {
                        last_object = Some(next);
                    }
                    i = next + 1;
                }
                Piece::Time(time) => {
                    clause.times.push(*time);
                    i += 1;
                }
                Piece::Adv | Piece::Adj | Piece::Quote => i += 1,
                Piece::Conj if matches!(self.piece(i + 1), Piece::Prep(_)) && self.group(i + 2).is_some() => i += 1,
                Piece::Comma => match self.past_comma(i) {
                    Some(next) => i = next,
                    None => break,
                },
                _ => break,
            }
        }
        clause.end = i;
    }

    /// "attacks carried out by rebels": a past form that `by` makes a participle.
    fn is_reduced_by(&self, verb: usize) -> bool {
        let Some(group) = self.verb(verb) else { return false };
        group.from == group.main && group.finite && matches!(self.piece(verb + 1), Piece::Prep(word) if word == "by")
    }

    /// Where the arguments go on after a comma, if they do.
    fn past_comma(&self, comma: usize) -> Option<usize> {
        let next = comma + 1;
        match self.piece(next) {
            Piece::Prep(word) if !matches!(word.as_str(), "including" | "like" | "following" | "after" | "before") => {
                self.group(next + 1)?;
                (!self.is_finite(self.ahead(next + 1))).then_some(next)
            }
            Piece::Time(_) => Some(next),
            Piece::Group(group) => {
                let phrase = self.chunks.phrases.get(*group.first()?)?;
                if phrase.is_pronoun && matches!(self.piece(next + 1), Piece::Prep(_)) {
                    return Some(next + 1);
                }
                // An apposition: go on behind its closing comma.
                let close = (next + 1..(next + 10).min(self.chunks.pieces.len()))
                    .find(|i| !matches!(self.piece(*i), Piece::Prep(_) | Piece::Group(_) | Piece::Adj | Piece::Adv))?;
                (matches!(self.piece(close), Piece::Comma) && matches!(self.piece(close + 1), Piece::Prep(_) | Piece::Time(_)))
                    .then_some(close + 1)
            }
            _ => None,
        }
    }

    /// "Meeting in Lima, the two …": an `-ing` form that opens a sentence has the subject of the next clause.
    fn opening_gerunds(&mut self) {
        let mut next: Option<(usize, Vec<usize>)> = None;
        for number in (0..self.out.len()).rev() {
            let Some(clause) = self.out.get_mut(number) else { continue };
            let verb = self.chunks.verbs.get(clause.verb);
            if verb.is_some_and(|verb| verb.gerund) && clause.subject.is_empty() {
                if let Some((main, subject)) = &next {
                    clause.subject.clone_from(subject);
                    clause.governor = Some(*main);
                }
            } else if verb.is_some_and(|verb| verb.finite) && !clause.subject.is_empty() {
                next = Some((number, clause.subject.clone()));
            }
        }
    }

    /// Times that stand behind no verb belong to the next clause, else to the one before.
    fn loose_times(&mut self) {
        for (at, chunk) in self.chunks.pieces.iter().enumerate() {
            let Piece::Time(time) = chunk.piece else { continue };
            if self.out.iter().any(|clause| clause.times.contains(&time)) {
                continue;
            }
            let parted = |from: usize, to: usize| {
                (from..to).any(|i| matches!(self.chunks.pieces.get(i).map(|c| &c.piece), Some(Piece::Sub(_) | Piece::Quote)))
            };
            let before = self.out.iter().rposition(|clause| clause.at < at && !parted(clause.at, at));
            let after = self.out.iter().position(|clause| clause.at > at);
            let opens = !self.out.iter().any(|clause| clause.at < at);
            let owner = if opens { after } else { before.or(after) };
            if let Some(clause) = owner.and_then(|number| self.out.get_mut(number)) {
                clause.times.push(time);
            }
        }
    }
}

/// "helped Peru rebuild": the object is followed by a bare verb.
fn lets_do(verb: &VerbGroup) -> bool {
    verb.lemmas
        .iter()
        .any(|lemma| matches!(*lemma, "help" | "let" | "make" | "see" | "watch" | "hear"))
}

/// Whether the object of a verb does what its infinitive says ("urged Peru to stop").
fn controls_object(lemma: &str) -> bool {
    matches!(
        lemma,
        "tell"
            | "ask"
            | "urge"
            | "call"
            | "order"
            | "force"
            | "allow"
            | "help"
            | "enable"
            | "invite"
            | "press"
            | "expect"
            | "appeal"
            | "persuade"
            | "want"
            | "accuse"
            | "blame"
            | "praise"
            | "thank"
            | "charge"
            | "suspect"
            | "cite"
            | "quote"
            | "criticise"
            | "criticize"
            | "convict"
            | "condemn"
            | "convince"
            | "encourage"
            | "require"
            | "request"
            | "advise"
            | "warn"
            | "send"
            | "deploy"
            | "appoint"
            | "elect"
            | "permit"
            | "prevent"
            | "stop"
            | "ban"
            | "bar"
            | "see"
            | "compel"
    )
}
