"""Which model answers a request, and why. Pure: a request, its token count and the routes in; a decision out.

``shapes``   reading JSON that may have any shape, without raising
``markers``  the client's sentences that say plan mode, ultrathink, compaction …, each with where it was seen
``turns``    what the conversation says about its newest turn
``facts``    everything routing wants to know of one request
``kinds``    what a request is, in one short word for people and filters
``tag``      the `<CCR-SUBAGENT-MODEL>` tag: found, and taken out of body and bytes
``named``    a model the client named itself: `provider,model`, `provider/model`, or an id only one provider lists
``choice``   a provider and one of its models
``decide``   the order of the rules, and the decision with its reason
"""
