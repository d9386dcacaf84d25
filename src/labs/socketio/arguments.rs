//! The arguments of an event, whatever they are: as many as came, text and binary.
//!
//! socketioxide reads and writes a tuple as the list of arguments. How many there are is known only once they
//! are there, so this says "tuple" and takes what it gets.

use std::fmt;

use rmpv::Value;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple, Serializer};

/// Arguments in their order. Binary ones stay binary, wherever they stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arguments(pub(super) Vec<Value>);

impl Arguments {
    /// About how many bytes they take.
    pub(super) fn weight(&self) -> usize {
        self.0.iter().map(weight).sum()
    }
}

/// The depth is that of the JSON text, which serde_json ends at 128.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_bytes().len() + 2,
        Value::Binary(bytes) => bytes.len() + 32,
        Value::Array(items) => 2 + items.iter().map(weight).sum::<usize>(),
        Value::Map(entries) => {
            2 + entries.iter().map(|(key, value)| weight(key) + weight(value)).sum::<usize>()
        }
        _ => 8,
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // JSON says itself where the list ends.
        deserializer.deserialize_tuple(usize::MAX, Each)
    }
}

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = Arguments;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the arguments of an event")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Arguments, S::Error> {
        let mut arguments = Vec::new();
        while let Some(argument) = seq.next_element()? {
            arguments.push(argument);
        }
        Ok(Arguments(arguments))
    }
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in &self.0 {
            tuple.serialize_element(argument)?;
        }
        tuple.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_come_back_as_they_came() {
        for text in ["[]", "[\"ping\"]", "[1,-2,0.5,null,true]", "[{\"b\":[{}],\"a\":\"\"},[[]]]"] {
            let arguments: Arguments = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&arguments).unwrap(), text);
        }
    }

    #[test]
    fn whatever_is_long_weighs_at_least_its_length() {
        let text = format!("[{{\"{0}\":\"{0}\"}},[\"{0}\"]]", "x".repeat(1000));
        let arguments: Arguments = serde_json::from_str(&text).unwrap();
        assert!(arguments.weight() >= 3000, "{}", arguments.weight());
        assert!(Arguments(vec![Value::Binary(vec![0; 1000])]).weight() >= 1000);
        let many: Arguments = serde_json::from_str(&format!("[{}0]", "0,".repeat(999))).unwrap();
        assert!(many.weight() >= 2000, "{}", many.weight());
    }
}
