// Glossary cards.
