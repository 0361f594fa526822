"""The configuration: one file, read whole, checked whole, then put in force whole.

``load``          where it is looked for; `load_settings` is all that the rest of the addon calls
``settings``      what comes out: `Settings`, `Provider`, `Router`
``errors``        `ConfigError`, which names file, line, key, value and what to do

In the order a file goes through them:

``parse``         text to a tree, YAML or JSON5; ``syntax`` says what is wrong with it
``document``      the file as it was written, for messages: where a key stands, what a value was
``interpolate``   `$NAME` and its kin
``spelling``      Claude Code Router's and other spellings to the schema's keys; misspelt keys are problems
``foreign``       Claude Code Router's keys that have no meaning here
``schema``        the keys, their types and defaults
``validate``      the schema's complaints in words for people
``transformers``  Claude Code Router's transformers
``urls``          base URLs and hosts
``limits``        timeouts and retries
``providers``     one provider
``sources``       which key of the file set what, for whoever is told of a change
``routes``        routes and fallbacks
``build``         all of it together
``check``         whether a file would work in another shell, too
``edit``          changing single values of a YAML file, comments and all else untouched
``replace``       putting a file in the place of another, with a backup
``reference``     the list of keys, for the documentation's test

Glossary: a key's *path* is where it stands in the file (`providers.deepseek.api_key`); a *choice* is a provider and one of its
models; a provider that is *left out* is in the file but cannot be asked, and nothing asks for it.
"""
