# Tag: one key is one decision.
run true
