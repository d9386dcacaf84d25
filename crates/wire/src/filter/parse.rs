//! From text to expression, by recursive descent: `or` binds loosest, then `and`, then `not`.

use super::{Expression, Operator};

/// So deep may parentheses and `not` nest: a filter is typed by a person.
const DEEPEST: usize = 64;

/// Where a filter stopped making sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("in the filter `{}`, at column {}: expected {expected}, found {found}", around(text, *at), at + 1)]
pub struct ParseError {
    /// The filter.
    pub text: String,
    /// Counted in characters from 0.
    pub at: usize,
    /// What could have stood there.
    pub expected: &'static str,
    /// What stands there.
    pub found: String,
}

/// Of a text that fills more than a line, the part at which to look; `at` counts characters.
fn around(text: &str, at: usize) -> String {
    const ROOM: usize = 80;
    let from = if text.chars().count() > ROOM { at.saturating_sub(ROOM / 2) } else { 0 };
    let mut chars = text.chars().skip(from);
    let before = if from > 0 { "\u{2026}" } else { "" };
    let part: String = chars.by_ref().take(ROOM).collect();
    let after = if chars.next().is_some() { "\u{2026}" } else { "" };
    format!("{before}{part}{after}")
}

pub(super) fn expression(text: &str) -> Result<Expression, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expression = parser.any()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.error("`and`, `or` or the end")),
    }
}

struct Parser<'t> {
    text: &'t str,
    /// In bytes.
    at: usize,
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Compare(Operator),
    And,
    Or,
    Not,
    Open,
    Close,
    /// Anything else, and a quote that is never closed.
    Stray,
}

const SYMBOLS: &[(&str, Token)] = &[
    ("==", Token::Compare(Operator::Equal)),
    ("!=", Token::Compare(Operator::Unequal)),
    ("<=", Token::Compare(Operator::LessOrEqual)),
    (">=", Token::Compare(Operator::GreaterOrEqual)),
    ("<", Token::Compare(Operator::Less)),
    (">", Token::Compare(Operator::Greater)),
    ("&&", Token::And),
    ("||", Token::Or),
    ("!", Token::Not),
    ("(", Token::Open),
    (")", Token::Close),
];

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, ParseError> {
        let first = self.all()?;
        self.joined(first, &Token::Or, Self::all, Expression::Any)
    }

    fn all(&mut self) -> Result<Expression, ParseError> {
        let first = self.term()?;
        self.joined(first, &Token::And, Self::term, Expression::All)
    }

    fn joined(
        &mut self,
        first: Expression,
        by: &Token,
        next: fn(&mut Self) -> Result<Expression, ParseError>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, ParseError> {
        let mut parts = vec![first];
        while self.peek().as_ref() == Some(by) {
            self.take();
            parts.push(next(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
    }

    fn term(&mut self) -> Result<Expression, ParseError> {
        const EXPECTED: &str = "a protocol, a field or `(`";
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("fewer parentheses"));
        }
        let term = match self.peek() {
            Some(Token::Not) => {
                self.take();
                Ok(Expression::Not(Box::new(self.term()?)))
            }
            Some(Token::Open) => {
                self.take();
                let inner = self.any()?;
                if self.peek() == Some(Token::Close) {
                    self.take();
                    Ok(inner)
                } else {
                    Err(self.error("`)`"))
                }
            }
            Some(Token::Word(name) | Token::Quoted(name)) => {
                self.take();
                self.comparison(name.to_lowercase())
            }
            _ => Err(self.error(EXPECTED)),
        };
        self.depth -= 1;
        term
    }

    fn comparison(&mut self, name: String) -> Result<Expression, ParseError> {
        let Some(Token::Compare(operator)) = self.peek() else { return Ok(Expression::Present(name)) };
        self.take();
        match self.peek() {
            Some(Token::Word(value) | Token::Quoted(value)) => {
                self.take();
                Ok(Expression::Compare(name, operator, value))
            }
            _ => Err(self.error("a value to compare with")),
        }
    }

    fn peek(&self) -> Option<Token> {
        self.lex().map(|(token, _)| token)
    }

    fn take(&mut self) {
        if let Some((_, end)) = self.lex() {
            self.at = end;
        }
    }

    /// The next token, and where it ends.
    fn lex(&self) -> Option<(Token, usize)> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start();
        let start = self.text.len() - trimmed.len();
        let first = trimmed.chars().next()?;
        if let Some((symbol, token)) = SYMBOLS.iter().find(|(symbol, _)| trimmed.starts_with(symbol)) {
            return Some((token.clone(), start + symbol.len()));
        }
        if first == '"' {
            let quoted = trimmed.get(1..)?;
            return Some(match quoted.find('"') {
                Some(end) => (Token::Quoted(quoted.get(..end)?.to_owned()), start + end + 2),
                None => (Token::Stray, self.text.len()),
            });
        }
        let word_char = |c: char| c.is_alphanumeric() || "-_.:[]/+".contains(c);
        let end = trimmed.find(|c| !word_char(c)).unwrap_or(trimmed.len());
        let word = trimmed.get(..end)?;
        let token = match word.to_lowercase().as_str() {
            "" => return Some((Token::Stray, start + first.len_utf8())),
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            "contains" => Token::Compare(Operator::Contains),
            _ => Token::Word(word.to_owned()),
        };
        Some((token, start + end))
    }

    fn error(&self, expected: &'static str) -> ParseError {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        let before = &self.text[..self.text.len() - trimmed.len()];
        let found = match self.lex() {
            None => "the end".to_owned(),
            Some((_, end)) => {
                format!("`{}`", around(self.text.get(before.len()..end).unwrap_or(trimmed), 0))
            }
        };
        ParseError { text: self.text.to_owned(), at: before.chars().count(), expected, found }
    }
}
