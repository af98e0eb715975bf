//! The forms of a verb and the plural of a noun, made by rule; irregular ones come from a table.
//!
//! [`of`] and [`plural`] only recognise: they may make a form that nobody writes (`visitted`), never miss
//! one that the rules give.

/// What a verb form may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// `win`, also the present with a plural subject.
    Base,
    /// `wins`.
    Singular,
    /// `winning`.
    Ing,
    /// `went`: past alone.
    Past,
    /// `gone`: participle alone.
    Participle,
    /// `visited`: past or participle.
    PastOrParticiple,
}

/// All forms of a verb.
pub(crate) fn of(lemma: &str, irregular: Option<(&str, &str)>) -> Vec<(String, Form)> {
    let mut out = Vec::new();
    let mut add = |form: String, kind: Form| {
        if !out.contains(&(form.clone(), kind)) {
            out.push((form, kind));
        }
    };
    match lemma {
        "be" => {
            for (form, kind) in [
                ("is", Form::Singular),
                ("are", Form::Base),
                ("am", Form::Base),
                ("were", Form::Past),
                ("was", Form::Past),
            ] {
                add(form.to_owned(), kind);
            }
        }
        "have" => add("has".to_owned(), Form::Singular),
        _ => add(with_s(lemma), Form::Singular),
    }
    add(lemma.to_owned(), Form::Base);
    for stem in stems(lemma) {
        add(format!("{}ing", ing_stem(&stem)), Form::Ing);
    }
    match irregular {
        Some((past, participle)) if past == participle => add(past.to_owned(), Form::PastOrParticiple),
        Some((past, participle)) => {
            add(past.to_owned(), Form::Past);
            add(participle.to_owned(), Form::Participle);
        }
        None => {
            for stem in stems(lemma) {
                add(past(&stem), Form::PastOrParticiple);
            }
        }
    }
    out
}

/// The lemma itself, and with its last consonant doubled where that may happen.
fn stems(lemma: &str) -> Vec<String> {
    let mut stems = vec![lemma.to_owned()];
    let tail: Vec<char> = lemma.chars().rev().take(3).collect();
    if let [last, vowel, before, ..] = tail.as_slice()
        && !is_vowel(*last)
        && !matches!(last, 'w' | 'x' | 'y' | 'h')
        && is_vowel(*vowel)
        && !is_vowel(*before)
    {
        stems.push(format!("{lemma}{last}"));
    }
    stems
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn ing_stem(lemma: &str) -> String {
    if let Some(stem) = lemma.strip_suffix("ie") {
        return format!("{stem}y");
    }
    match lemma.strip_suffix('e') {
        Some(stem) if !lemma.ends_with("ee") && !lemma.ends_with("ye") => stem.to_owned(),
        _ => lemma.to_owned(),
    }
}

fn past(lemma: &str) -> String {
    if lemma.ends_with('e') {
        return format!("{lemma}d");
    }
    match lemma.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{stem}ied"),
        _ => format!("{lemma}ed"),
    }
}

fn with_s(word: &str) -> String {
    if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) || word == "go" || word == "do" || word == "veto" {
        return format!("{word}es");
    }
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

/// The regular plural of a noun.
pub(crate) fn plural(noun: &str) -> String {
    if noun.ends_with("aircraft") || noun.ends_with("headquarters") || noun.ends_with("barracks") || noun.ends_with("people") {
        return noun.to_owned();
    }
    with_s(noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_and_irregular_verbs_have_their_forms() {
        let forms = |lemma, irregular| of(lemma, irregular).into_iter().map(|(form, _)| form).collect::<Vec<_>>();
        for form in ["plans", "planned", "planning"] {
            assert!(forms("plan", None).contains(&form.to_owned()));
        }
        for form in ["visits", "visited", "visiting"] {
            assert!(forms("visit", None).contains(&form.to_owned()));
        }
        for form in ["denies", "denied", "denying"] {
            assert!(forms("deny", None).contains(&form.to_owned()));
        }
        for form in ["flees", "fled", "fleeing"] {
            assert!(forms("flee", Some(("fled", "fled"))).contains(&form.to_owned()));
        }
        assert!(forms("die", None).contains(&"dying".to_owned()));
        assert_eq!(plural("ministry"), "ministries");
    }
}
